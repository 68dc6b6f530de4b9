"""Signing out at the provider, and by the provider, with a small provider of our own over sockets."""

from __future__ import annotations

import json
import logging
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.web import RequestHandler, asynchronous

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LogoutHandler(RequestHandler, OpenIDConnectMixin):
    """Signs out, and shows where the user wanted to go, or the error."""

    async def get(self):
        try:
            if self.get_argument("state", None) is None:
                back = None if self.get_argument("stay", None) else "/logout"
                extra = {"logout_hint": "user-1"}
                extra.update(dict.fromkeys(self.get_arguments("extra"), "x"))
                next = self.get_argument("next", None)
                await self.logout_redirect(back, extra, next=next)
            else:
                self.finish({"next": await self.check_logout()})
        except AuthError as error:
            self.refuse(error)

    def refuse(self, error):
        self.set_status(403)
        self.finish({"kind": type(error).__name__, "message": str(error)})


class ClassicLogoutHandler(LogoutHandler):
    @asynchronous
    def get(self):
        if self.get_argument("state", None) is None:
            self.logout_redirect("/logout", next=self.get_argument("next", None))
        else:
            self.check_logout(self.on_checked)

    def on_checked(self, next):
        if next is None:
            self.refuse(None)
        else:
            self.finish({"next": next})


@pytest.fixture(params=[LogoutHandler, ClassicLogoutHandler], ids=["coroutine", "callback"])
def handler(request):
    return request.param


@pytest.fixture
def serve(application, modern_login_handler):
    def start(handler=LogoutHandler):
        return application(modern_login_handler, [("/logout", handler)])

    return start


def test_a_browser_goes_to_the_provider_and_comes_back(browser, serve, handler, provider):
    site = serve(handler)
    for _ in range(2):  # the second time the provider's document is there already
        page = browser.open(f"{site.url}/logout?next=/goodbye")
        assert page.status == 200, page.text
        assert json.loads(page.text) == {"next": "/goodbye"}
    assert provider.counts["/.well-known/openid-configuration"] == 1
    asked = [url for url in browser.history if "/end-session" in url]
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["client_id"] == ["client-1"]
    assert query["post_logout_redirect_uri"] == [f"{site.url}/logout"]


def test_no_token_is_in_a_url(browser, serve, provider):
    site = serve()
    browser.open(f"{site.url}/login")
    browser.open(f"{site.url}/logout")
    for url in browser.history:
        assert "id_token" not in url
        assert "access-1" not in url
    page = browser.open(f"{site.url}/logout?extra=id_token_hint")
    assert "must not have id_token_hint" in json.loads(page.text)["message"]


def test_a_browser_may_stay_at_the_provider(browser, serve, provider):
    page = browser.open(f"{serve().url}/logout?stay=1", until=f"{provider.issuer}/end-session")
    query = parse_qs(urlsplit(page.location).query)
    assert query == {"client_id": ["client-1"], "logout_hint": ["user-1"]}


def test_s19_a_state_of_a_sign_out_counts_once_and_in_its_own_browser(
    browser, another_browser, serve, handler, provider
):
    site = serve(handler)
    back = browser.open(f"{site.url}/logout?next=/x", until=f"{site.url}/logout?").location
    assert another_browser.open(back).status == 403
    cookies = [(each.name, each.value) for each in browser.cookies]
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403
    again = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies)}
    assert another_browser.request(back, headers=again).status == 403


@pytest.mark.parametrize("query", ["state=made-up", "state=", "state=a&state=b"])
def test_s19_an_answer_to_nothing_is_refused(browser, serve, handler, query):
    page = browser.open(f"{serve(handler).url}/logout?{query}")
    assert page.status == 403


def test_s19_the_answer_to_a_sign_out_is_not_one_to_a_sign_in_nor_the_reverse(
    browser, serve, provider
):
    site = serve()
    out = browser.open(f"{site.url}/logout", until=f"{site.url}/logout?").location
    page = browser.open(out.replace("/logout?", "/login?") + "&code=made-up")
    assert json.loads(page.text)["kind"] == "TransactionError"
    into = browser.open(f"{site.url}/login", until=f"{site.url}/login?").location
    page = browser.open(into.replace("/login?", "/logout?"))
    assert json.loads(page.text)["kind"] == "TransactionError"
    assert not provider.token_requests


@pytest.mark.parametrize(
    "next", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example\t"]
)
def test_s19_a_sign_out_does_not_lead_to_another_site(browser, serve, next):
    page = browser.open(f"{serve().url}/logout?next={next}")
    if page.status == 200:  # a path of this site, however odd
        assert json.loads(page.text)["next"].startswith("/%09/")
    else:
        assert "must be an address on this site" in json.loads(page.text)["message"]


def test_a_provider_without_an_endpoint_to_sign_out_says_so(browser, serve, provider):
    provider.metadata = {"end_session_endpoint": None}
    page = browser.open(f"{serve().url}/logout")
    assert "has no end_session_endpoint" in json.loads(page.text)["message"]


# Back-channel


class BackChannelHandler(RequestHandler, OpenIDConnectMixin):
    """Takes logout tokens, and keeps their claims."""

    def initialize(self, seen):
        self.seen = seen

    def check_xsrf_cookie(self):
        """The provider has no cookie of ours."""

    async def post(self):
        await self.receive_backchannel_logout()

    async def on_backchannel_logout(self, claims):
        self.seen.append(claims)


class ClassicBackChannelHandler(BackChannelHandler):
    @asynchronous
    def post(self):
        self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims):
        self.seen.append(claims)


@pytest.fixture(params=[BackChannelHandler, ClassicBackChannelHandler])
def backchannel_handler(request):
    return request.param


class BackChannel:
    """The site's address for logout tokens."""

    def __init__(self, site, seen, browser):
        self.address = f"{site.url}/backchannel"
        self.seen = seen
        self.post = lambda token: browser.request(self.address, {"logout_token": token})


@pytest.fixture
def backchannel(site, provider, browser, backchannel_handler):
    seen = []
    client = {"issuer": provider.issuer, "key": "client-1", "secret": "secret-1"}
    ours = site(
        [("/backchannel", backchannel_handler, {"seen": seen})],
        cookie_secret="a secret of the tests",
        xsrf_cookies=True,
        oidc=client,
    )
    return BackChannel(ours, seen, browser)


@pytest.fixture
def logout_token(provider):
    """Make a logout token: ``logout_token(claim=value)``; None leaves it out."""

    def make(typ="logout+jwt", **changes):
        good = {"events": {EVENT: {}}, "jti": f"id-{time.time()}", "sid": "session-1"}
        return provider.sign({**good, **changes}, typ=typ)

    return make


@pytest.mark.parametrize("typ", ["logout+jwt", "JWT", None])
def test_a_logout_token_reaches_the_hook(backchannel, logout_token, provider, typ):
    page = backchannel.post(logout_token(typ))
    assert page.status == 200
    assert page.body == b""
    assert page.headers["Cache-Control"] == "no-store"
    (claims,) = backchannel.seen
    assert claims["iss"] == provider.issuer
    assert claims["sub"] == "user-1"
    assert claims["sid"] == "session-1"


def test_s19_a_logout_token_counts_once(backchannel, logout_token):
    token = logout_token(jti="one")
    assert [backchannel.post(token).status for _ in range(3)] == [200, 400, 400]
    assert backchannel.post(logout_token(jti="one", sid="other")).status == 400
    assert backchannel.post(logout_token(jti="two")).status == 200
    assert len(backchannel.seen) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": None}, "event of a logout"),
        ({"events": {"other": {}}}, "event of a logout"),
        ({"nonce": "n"}, "has a nonce"),
        ({"sub": None, "sid": None}, "neither sub nor sid"),
        ({"jti": None}, "no jti"),
        ({"aud": "client-2"}, "not for this client"),
        ({"iss": "https://other.example"}, "is by"),
        ({"exp": 1}, "has expired"),
        ({"iat": time.time() + 3600}, "in the future"),
        ({"typ": "at+jwt"}, "another kind of token"),
    ],
)
def test_s19_a_wrong_logout_token_signs_nobody_out(backchannel, logout_token, changes, message):
    page = backchannel.post(logout_token(**changes))
    assert page.status == 400
    assert page.headers["Cache-Control"] == "no-store"
    answer = json.loads(page.text)
    assert answer["error"] == "invalid_request"
    assert message in answer["error_description"]
    assert not backchannel.seen


def test_s19_an_id_token_is_not_a_logout_token_nor_the_reverse(backchannel, provider, logout_token):
    assert backchannel.post(provider.sign({"nonce": "n"})).status == 400
    assert not backchannel.seen


def test_s19_a_logout_token_does_not_sign_in(browser, serve, provider, logout_token):
    provider.tokens = {"id_token": logout_token()}
    page = browser.open(f"{serve().url}/login")
    assert "another kind of token" in json.loads(page.text)["message"]


def test_s19_a_forged_logout_token_signs_nobody_out(
    backchannel, provider, other_signer, logout_token
):
    provider.signer, provider.header = other_signer, {"kid": "key-1"}
    page = backchannel.post(logout_token())
    assert "the signature of the logout token is not valid" in page.text
    provider.algorithm = "none"
    assert "signed by 'none'" in backchannel.post(logout_token()).text
    assert not backchannel.seen


def test_s19_a_logout_token_in_the_address_is_not_read(backchannel, browser, logout_token):
    page = browser.request(f"{backchannel.address}?logout_token={logout_token()}", {})
    assert page.status == 400
    assert "one logout_token in its body" in page.text
    assert not backchannel.seen


def test_s19_made_up_kids_do_not_make_us_ask_the_provider_again_and_again(
    backchannel, provider, logout_token, monkeypatch
):
    monkeypatch.setattr(
        "tornado.auth._oidc._provider.MIN_KEYS_INTERVAL", 600.0
    )  # on a busy machine
    backchannel.post(logout_token())
    provider.header = {"kid": "made-up"}
    for _ in range(5):
        assert backchannel.post(logout_token()).status == 400
    assert provider.counts["/keys"] == 1


def test_the_issuer_of_the_token_chooses_among_clients(site, browser, provider, other_provider):
    seen = []
    clients = [{"issuer": each.issuer, "key": "client-1"} for each in (provider, other_provider)]
    routes = [("/backchannel", BackChannelHandler, {"seen": seen})]
    ours = site(routes, cookie_secret="a secret of the tests", oidc=clients)
    address = f"{ours.url}/backchannel"
    good = {"events": {EVENT: {}}, "jti": "one"}
    for each in (other_provider, provider):
        token = each.sign(good)
        assert browser.request(address, {"logout_token": token}).status == 200
    forged = {**good, "jti": "two", "iss": provider.issuer}
    for wrong in (
        other_provider.sign(forged),
        other_provider.sign({**forged, "iss": "https://unknown.example"}),
        other_provider.sign({**forged, "iss": None}),
        "a.b.c",
        "x",
    ):
        assert browser.request(address, {"logout_token": wrong}).status == 400
    assert [claims["iss"] for claims in seen] == [other_provider.issuer, provider.issuer]


@pytest.mark.expected_errors("Uncaught exception POST /backchannel")
def test_a_handler_without_the_hook_does_not_pretend(site, browser, provider):
    class Forgetful(RequestHandler, OpenIDConnectMixin):
        async def post(self):
            await self.receive_backchannel_logout()

    client = {"issuer": provider.issuer, "key": "client-1"}
    ours = site([("/backchannel", Forgetful)], cookie_secret="a secret of the tests", oidc=client)
    token = provider.sign({"events": {EVENT: {}}, "jti": "one"})
    assert browser.request(f"{ours.url}/backchannel", {"logout_token": token}).status == 500


def test_neither_answer_nor_log_hold_the_token(backchannel, logout_token, caplog):
    caplog.set_level(logging.DEBUG)
    token = logout_token(nonce="n")
    page = backchannel.post(token)
    assert page.status == 400
    for part in token.split("."):
        assert part not in page.text
        assert part not in caplog.text


def test_s19_an_issuer_that_was_not_checked_is_escaped_in_the_log(
    site, browser, provider, other_provider, caplog
):
    clients = [{"issuer": each.issuer, "key": "client-1"} for each in (provider, other_provider)]
    routes = [("/backchannel", BackChannelHandler, {"seen": []})]
    ours = site(routes, cookie_secret="a secret of the tests", oidc=clients)
    issuer = "https://x.example\n[I 1] \x1b[2Jall is well" + "x" * 10_000
    token = provider.sign({"iss": issuer})
    page = browser.request(f"{ours.url}/backchannel", {"logout_token": token})
    assert page.status == 400
    [message] = [
        each.getMessage() for each in caplog.records if "back-channel" in each.getMessage()
    ]
    assert "no client of https://x.example\\n" in message
    assert message.isprintable()
    assert len(message) < 300
