"""GoogleOAuth2Mixin with a provider of our own that is where Google would be."""

from __future__ import annotations

import json
import sys

import pytest

from tornado.auth import AuthError, GoogleOAuth2Mixin
from tornado.web import RequestHandler, asynchronous

ATTRIBUTES = {
    "_OAUTH_AUTHORIZE_URL": "authorize",
    "_OAUTH_ACCESS_TOKEN_URL": "token",
    "_OAUTH_USERINFO_URL": "userinfo",
}


class GoogleHandler(RequestHandler, GoogleOAuth2Mixin):
    """Sign in as the documents of upstream show it."""

    scope = ("openid", "email")

    async def get(self):
        if not self.get_argument("code", False):
            try:
                self.authorize_redirect(
                    redirect_uri=self.here(),
                    client_id=self.get_google_oauth_settings()["key"],
                    scope=self.scope,
                    response_type="code",
                    extra_params={"approval_prompt": "auto"},
                )
            except AuthError as error:
                self.show(error)
            return
        try:
            access = await self.get_authenticated_user(
                redirect_uri=self.here(), code=self.get_argument("code")
            )
            user = await self.oauth2_request(
                self.settings["userinfo"], access_token=access["access_token"]
            )
        except AuthError as error:
            self.show(error)
        else:
            self.finish({"access": access, "user": user})

    def here(self):
        return self.request.full_url().partition("?")[0]

    def show(self, error):
        self.set_status(403)
        self.finish({"message": str(error)})


class ClassicGoogleHandler(GoogleHandler):
    @asynchronous
    def get(self):
        if self.get_argument("code", False):
            self.get_authenticated_user(self.here(), self.get_argument("code"), self.on_access)
        else:
            self.authorize_redirect(self.here(), "client-1", scope=self.scope)

    def on_access(self, access):
        if access is None:
            self.show(None)
            return
        self.access = access
        self.oauth2_request(self.settings["userinfo"], self.on_user, access["access_token"])

    def on_user(self, user):
        self.finish({"access": self.access, "user": user})


@pytest.fixture(params=[GoogleHandler, ClassicGoogleHandler], ids=["coroutine", "callback"])
def handler(request):
    return request.param


@pytest.fixture
def serve(site, provider):
    """Run the site, with Google's addresses changed by class attributes or by the setting."""

    def start(handler, by="attributes", **attributes):
        addresses = {name: f"{provider.issuer}/{path}" for name, path in ATTRIBUTES.items()}
        addresses["_OAUTH_ISSUER"] = provider.issuer
        settings = {}
        if by == "attributes":
            handler = type(handler.__name__, (handler,), addresses | attributes)
        else:
            named = {f"GoogleOAuth2Mixin.{name}": value for name, value in addresses.items()}
            settings["auth_endpoints"] = named
            handler = type(handler.__name__, (handler,), attributes)
        return site(
            [("/login", handler)],
            cookie_secret="a secret of the tests",
            google_oauth={"key": "client-1", "secret": "secret-1"},
            userinfo=addresses["_OAUTH_USERINFO_URL"],
            **settings,
        )

    return start


@pytest.mark.parametrize("by", ["attributes", "setting"])
def test_a_user_signs_in(browser, serve, handler, provider, by):
    page = browser.open(f"{serve(handler, by).url}/login")
    assert page.status == 200, page.text
    shown = json.loads(page.text)
    assert shown["access"]["access_token"] == "access-1"
    assert shown["access"]["id_token"].count(".") == 2
    assert shown["access"]["id_token_claims"]["sub"] == "user-1"
    assert shown["user"]["email"] == "ada@example.com"
    (form,) = provider.token_requests
    assert form["client_id"] == "client-1"
    assert form["client_secret"] == "secret-1"
    assert len(form["code_verifier"]) == 43


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"iss": "accounts.other.example"}, "is by 'accounts.other.example'"),
        ({"aud": "client-2"}, "not for this client"),
        ({"nonce": "another"}, "the nonce of this sign-in"),
        ({"nonce": None}, "the nonce of this sign-in"),
        ({"exp": 1}, "has expired"),
        ({"at_hash": "wrong"}, "at_hash does not fit"),
    ],
)
@pytest.mark.parametrize("scope", [("openid", "email"), ("profile", "email")])
def test_s19_a_wrong_id_token_signs_nobody_in(
    browser, serve, handler, provider, claims, message, scope, caplog
):
    provider.claims = claims
    page = browser.open(f"{serve(handler, scope=scope).url}/login")
    assert page.status == 403
    assert message in page.text + caplog.text
    assert "access-1" not in page.text + caplog.text


def test_s19_a_forged_id_token_signs_nobody_in(browser, serve, handler, provider, other_signer):
    provider.signer, provider.header = other_signer, {"kid": "key-1"}
    assert browser.open(f"{serve(handler).url}/login").status == 403


def test_an_id_token_that_was_asked_for_must_come(browser, serve, provider):
    provider.tokens = {"id_token": None}
    page = browser.open(f"{serve(GoogleHandler).url}/login")
    assert json.loads(page.text)["message"] == "the id token is missing"


def test_without_openid_there_may_be_tokens_only(browser, serve, handler, provider):
    provider.tokens = {"id_token": None}
    page = browser.open(f"{serve(handler, scope=['profile', 'email']).url}/login")
    access = json.loads(page.text)["access"]
    assert access["access_token"] == "access-1"
    assert "id_token_claims" not in access
    assert provider.counts["/keys"] == 0


def test_sign_ins_cost_one_set_of_keys(browser, serve, handler, provider):
    site = serve(handler)
    for _ in range(3):
        assert browser.open(f"{site.url}/login").status == 200
    assert provider.counts["/.well-known/openid-configuration"] == 1
    assert provider.counts["/keys"] == 1


def test_a_missing_setting_is_named(browser, site):
    class Handler(RequestHandler, GoogleOAuth2Mixin):
        def get(self):
            try:
                self.get_google_oauth_settings()
            except Exception as error:
                self.finish(str(error))

    page = browser.open(f"{site([('/', Handler)]).url}/")
    assert "google_oauth" in page.text


def test_without_joserfc_the_first_use_says_what_to_install(browser, serve, provider, monkeypatch):
    monkeypatch.setitem(sys.modules, "joserfc", None)
    page = browser.open(f"{serve(GoogleHandler).url}/login")
    assert "pip install 'tornado-auth[oidc]'" in json.loads(page.text)["message"]
    assert not provider.counts
    page = browser.open(f"{serve(GoogleHandler, scope=['email']).url}/login")
    assert "pip install 'tornado-auth[oidc]'" in json.loads(page.text)["message"]


def test_s19_the_state_is_checked_before_the_code_is_sent(browser, serve, provider):
    site = serve(GoogleHandler)
    assert browser.open(f"{site.url}/login?code=made-up&state=made-up").status == 403
    assert browser.open(f"{site.url}/login?code=made-up").status == 403
    assert not provider.counts
