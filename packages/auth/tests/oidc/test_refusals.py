"""What programs and browsers may not ask of the mixins, over sockets."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tornado.auth import (
    AuthError,
    GoogleOAuth2Mixin,
    OAuth2Mixin,
    OAuth2Provider,
    OpenIDConnectMixin,
)
from tornado.web import RequestHandler

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class AskingHandler(RequestHandler, OpenIDConnectMixin):
    """Calls one method with the arguments of the request, and shows the error."""

    async def get(self):
        arguments = json.loads(self.get_argument("arguments"))
        try:
            await getattr(self, self.get_argument("method"))(**arguments)
        except AuthError as error:
            self.finish({"message": str(error)})


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("authorize_redirect", {"response_type": "token"}, "must be code, not 'token'"),
        ("authorize_redirect", {"scope": ["email"]}, "must have 'openid' in it"),
        ("authorize_redirect", {"client_id": "client-2"}, "is not the one of get_oidc_clients"),
        ("authorize_redirect", {"issuer": "https://x.example"}, "has no client of https://x"),
        (
            "logout_redirect",
            {"post_logout_redirect_uri": "http://elsewhere.example/"},
            "post_logout_redirect_uri must be an https URL",
        ),
    ],
)
def test_s19_an_argument_that_is_not_right_is_refused(
    browser, application, method, arguments, message
):
    site = application(AskingHandler)
    query = urllib.parse.urlencode({"method": method, "arguments": json.dumps(arguments)})
    page = browser.open(f"{site.url}/login?{query}")
    assert message in json.loads(page.text)["message"]


def test_s19_hmac_needs_a_secret(browser, application, modern_login_handler, provider, new_signer):
    provider.signer, provider.algorithm = new_signer(b""), "HS256"
    site = application(modern_login_handler, algorithms=["HS256"], secret=None)
    page = browser.open(f"{site.url}/login")
    assert json.loads(page.text)["message"] == "HS256 needs a client secret, and there is none"


def test_s19_a_program_cannot_check_the_state_instead(
    browser, application, modern_login_handler, provider
):
    handler = type("Handler", (modern_login_handler,), {"_OAUTH_CHECK_STATE": False})
    site = application(handler)
    assert browser.open(f"{site.url}/login").status == 200
    counts = dict(provider.counts)
    page = browser.open(f"{site.url}/login?state=made-up&code=made-up")
    assert json.loads(page.text)["kind"] == "TransactionError"
    assert provider.counts == counts


def test_only_the_provider_that_was_asked_is_fetched(
    browser, site, modern_login_handler, provider, other_provider
):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    provider.authorization_changes = {"iss": provider.issuer}
    clients = [{"issuer": each.issuer, "key": "client-1"} for each in (provider, other_provider)]
    ours = site(
        [("/login", modern_login_handler)], cookie_secret="a secret of the tests", oidc=clients
    )
    assert browser.open(f"{ours.url}/login").status == 200
    assert not other_provider.counts


class LogoutHandler(RequestHandler, OpenIDConnectMixin):
    async def get(self):
        if not self.get_arguments("state"):
            await self.logout_redirect("/logout")
            return
        try:
            await self.check_logout()
        except AuthError:
            self.set_status(403)


def test_s19_a_state_that_is_there_twice_is_refused(browser, application, modern_login_handler):
    site = application(modern_login_handler, [("/logout", LogoutHandler)])
    back = browser.open(f"{site.url}/logout", until=f"{site.url}/logout?").location
    assert browser.open(f"{back}&state=made-up").status == 403
    assert browser.open(back).status == 200


class LogoutTokenHandler(RequestHandler, OpenIDConnectMixin):
    async def post(self):
        await self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims):
        """Ends nothing."""


def test_s19_two_logout_tokens_are_refused(browser, application, modern_login_handler, provider):
    site = application(modern_login_handler, [("/backchannel", LogoutTokenHandler)])
    token = provider.sign({"events": {EVENT: {}}, "jti": "one"})
    body = f"logout_token={token}&logout_token={token}"
    request = urllib.request.Request(f"{site.url}/backchannel", body.encode())
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)
    with caught.value as answer:
        assert answer.code == 400
    assert browser.request(f"{site.url}/backchannel", {"logout_token": token}).status == 200


def test_s19_google_needs_a_nonce_too(browser, site, provider):
    class PlainHandler(RequestHandler, OAuth2Mixin):
        def get(self):
            self.oauth2_provider = OAuth2Provider(
                name="plain",
                issuer=provider.issuer,
                authorize_url=f"{provider.issuer}/authorize",
                token_url=f"{provider.issuer}/token",
            )
            self.authorize_redirect("/login", "client-1")

    class GoogleHandler(RequestHandler, GoogleOAuth2Mixin):
        _OAUTH_ISSUER = provider.issuer
        _OAUTH_ACCESS_TOKEN_URL = f"{provider.issuer}/token"

        async def get(self):
            try:
                await self.get_authenticated_user("/login", self.get_argument("code"))
            except AuthError as error:
                self.finish({"message": str(error)})

    ours = site(
        [("/plain", PlainHandler), ("/login", GoogleHandler)],
        cookie_secret="a secret of the tests",
        google_oauth={"key": "client-1", "secret": "secret-1"},
    )
    page = browser.open(f"{ours.url}/plain")
    assert "without a nonce" in json.loads(page.text)["message"]
