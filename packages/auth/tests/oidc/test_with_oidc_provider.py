"""Signing in, refreshing and signing out with npm's certified oidc-provider as the other side."""

from __future__ import annotations

import json
import queue

import pytest

from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.web import RequestHandler, asynchronous

PATIENCE = 30


class AccountHandler(RequestHandler, OpenIDConnectMixin):
    """Signs out at the provider."""

    async def get(self):
        if self.get_argument("state", None) is None:
            await self.logout_redirect("/account", next="/goodbye")
            return
        try:
            self.on_checked(await self.check_logout())
        except AuthError:
            self.on_checked(None)

    def on_checked(self, next):
        self.set_status(403 if next is None else 200)
        self.finish({"next": next})

    async def post(self):
        user = json.loads(self.get_body_argument("user"))
        try:
            tokens = await self.refresh_oauth2_tokens(self.get_body_argument("token"), user=user)
        except AuthError as error:
            self.set_status(403)
            self.finish({"message": str(error)})
        else:
            self.finish(tokens)


class ClassicAccountHandler(AccountHandler):
    @asynchronous
    def get(self):
        if self.get_argument("state", None) is None:
            self.logout_redirect("/account", next="/goodbye")
        else:
            self.check_logout(callback=self.on_checked)

    @asynchronous
    def post(self):
        user = json.loads(self.get_body_argument("user"))
        token = self.get_body_argument("token")
        self.refresh_oauth2_tokens(token, user=user, callback=self.finish)


class BackChannelHandler(RequestHandler, OpenIDConnectMixin):
    def initialize(self, seen):
        self.seen = seen

    async def post(self):
        await self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims):
        self.seen.put(claims)


class ClassicBackChannelHandler(BackChannelHandler):
    @asynchronous
    def post(self):
        self.receive_backchannel_logout()


@pytest.fixture
def seen():
    """The logout tokens that came."""
    return queue.Queue()


@pytest.fixture
def serve(site, node_provider, client, login_handler, seen):
    """Run the site as a client of oidc-provider: ``serve()``; options are those of our client."""
    is_classic = "Classic" in login_handler.__name__
    account = ClassicAccountHandler if is_classic else AccountHandler
    backchannel = ClassicBackChannelHandler if is_classic else BackChannelHandler

    def start(metadata=None, provider_settings=None, **options):
        settings = {}
        ours = site(
            [
                ("/login", login_handler),
                ("/account", account),
                ("/backchannel", backchannel, {"seen": seen}),
            ],
            cookie_secret="a secret of the tests",
            oidc=settings,
        )
        registered = client(
            f"{ours.url}/login",
            post_logout_redirect_uris=[f"{ours.url}/account"],
            backchannel_logout_uri=f"{ours.url}/backchannel",
            **(metadata or {}),
        )
        node_provider.configure(registered, **(provider_settings or {}))
        settings.update(
            issuer=node_provider.issuer,
            key=registered["client_id"],
            secret=registered["client_secret"],
            **options,
        )
        return ours

    return start


@pytest.fixture
def sign_in(browser):
    """Sign alice in, and return what the site shows."""

    def run(ours, query=""):
        back = browser.visit(f"{ours.url}/login{query}", until=f"{ours.url}/login?")
        page = browser.open(back)
        assert page.status == 200, page.text
        return json.loads(page.text)

    return run


def test_a_user_signs_in(serve, sign_in, node_provider):
    shown = sign_in(serve(), "?next=/welcome")
    assert shown["user"]["sub"] == "alice"
    assert shown["user"]["iss"] == node_provider.issuer
    assert shown["user"]["aud"] == "web"
    assert shown["user"]["email"] == "alice@example.com"  # from the userinfo endpoint
    assert shown["next"] == "/welcome"


def test_sign_ins_cost_one_discovery_and_one_set_of_keys(
    serve, browser, another_browser, node_provider
):
    ours = serve()
    for person in (browser, another_browser):
        for _ in range(2):
            back = person.visit(f"{ours.url}/login", until=f"{ours.url}/login?")
            assert person.open(back).status == 200
    assert len(node_provider.requests("/.well-known/openid-configuration")) == 1
    assert len(node_provider.requests("/jwks")) == 1
    assert len(node_provider.requests("/token")) == 4


@pytest.mark.parametrize("algorithm", ["PS256", "ES256"])
def test_an_algorithm_that_the_client_was_registered_with(serve, sign_in, node_provider, algorithm):
    node_provider.change_keys("RS256", algorithm)
    ours = serve({"id_token_signed_response_alg": algorithm}, algorithms=[algorithm])
    try:
        assert sign_in(ours)["user"]["sub"] == "alice"
    finally:
        node_provider.change_keys("RS256")


def test_s19_an_algorithm_that_the_client_was_not_registered_with_is_refused(
    serve, browser, node_provider, caplog
):
    node_provider.change_keys("RS256", "ES256")
    ours = serve({"id_token_signed_response_alg": "ES256"})
    try:
        back = browser.visit(f"{ours.url}/login", until=f"{ours.url}/login?")
        page = browser.open(back)
    finally:
        node_provider.change_keys("RS256")
    assert page.status == 403
    assert "signed by 'ES256'" in page.text + caplog.text


def test_s19_max_age_is_checked_by_auth_time(serve, sign_in, node_provider):
    shown = sign_in(serve(max_age=300))
    assert "auth_time" in shown["user"]


def test_s19_the_provider_changes_its_keys(serve, sign_in, node_provider, monkeypatch):
    """One more request for the keys, for the kid that is not known yet."""
    monkeypatch.setattr("tornado.auth._oidc._provider.MIN_KEYS_INTERVAL", 0.0)
    ours = serve()
    sign_in(ours)
    node_provider.change_keys("RS256")
    assert sign_in(ours)["user"]["sub"] == "alice"
    assert len(node_provider.requests("/jwks")) == 2
    assert len(node_provider.requests("/.well-known/openid-configuration")) == 1


def test_s19_an_error_of_the_provider_is_shown_without_the_state(serve, browser, caplog):
    ours = serve()
    back = browser.visit(f"{ours.url}/login", until=f"{ours.url}/login?", decision="abort")
    page = browser.open(back)
    assert page.status == 403
    assert "access_denied" in page.text + caplog.text
    state = browser.history[-1].partition("state=")[2].partition("&")[0]
    assert state
    assert state not in page.text + caplog.text


def test_s19_a_refreshed_id_token_is_the_same_users(serve, sign_in, browser, node_provider):
    ours = serve(scope=["openid", "email", "offline_access"])
    shown = sign_in(ours, "?prompt=consent")
    form = {"token": shown["tokens"]["refresh_token"], "user": json.dumps(shown["user"])}
    page = browser.request(f"{ours.url}/account", form)
    assert page.status == 200, page.text
    refreshed = json.loads(page.text)
    assert refreshed["access_token"] != shown["tokens"]["access_token"]
    assert refreshed["id_token"].count(".") == 2


def test_s19_a_user_signs_out_at_the_provider_and_comes_back(serve, sign_in, browser):
    ours = serve()
    sign_in(ours)
    back = browser.visit(f"{ours.url}/account", until=f"{ours.url}/account?")
    page = browser.open(back)
    assert page.status == 200, page.text
    assert json.loads(page.text) == {"next": "/goodbye"}
    assert browser.open(back).status == 403  # it counts once
    for url in browser.history:
        assert "id_token" not in url


def test_s19_the_provider_signs_a_user_out_by_the_back_channel(
    serve, sign_in, browser, node_provider, seen
):
    ours = serve({"backchannel_logout_session_required": True})
    sign_in(ours)
    browser.visit(f"{ours.url}/account", until=f"{ours.url}/account?")
    claims = seen.get(timeout=PATIENCE)
    assert claims["iss"] == node_provider.issuer
    assert claims["sub"] == "alice"
    assert claims["sid"]
    assert "nonce" not in claims


def test_a_pushed_request_is_made_where_the_provider_wants_one(
    serve, sign_in, browser, node_provider
):
    features = {
        "pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True}
    }
    shown = sign_in(serve(provider_settings={"features": features}))
    assert shown["user"]["sub"] == "alice"
    assert len(node_provider.requests("/request")) == 1
    asked = [url for url in browser.history if url.startswith(f"{node_provider.issuer}/auth?")]
    assert "request_uri=" in asked[0]
    assert "nonce" not in asked[0]


def test_tokens_may_be_bound_to_a_key(serve, sign_in):
    shown = sign_in(serve({"dpop_bound_access_tokens": True}, uses_dpop=True))
    assert shown["tokens"]["token_type"] == "DPoP"
    assert json.loads(shown["tokens"]["dpop_key"])
    assert shown["user"]["email"] == "alice@example.com"
