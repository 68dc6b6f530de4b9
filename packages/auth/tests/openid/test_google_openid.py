"""GoogleMixin: the documents' handler as it is printed, and the hybrid with OAuth."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

import tornado.auth
import tornado.web
from tornado.auth import AuthError, GoogleMixin
from tornado.web import RequestHandler

# python3-openid uses what it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:openid")


class GoogleHandler(tornado.web.RequestHandler, tornado.auth.GoogleMixin):
    @tornado.web.asynchronous
    def get(self):
        if self.get_argument("openid.mode", None):
            self.get_authenticated_user(self._on_auth)
            return
        self.authenticate_redirect()

    def _on_auth(self, user):
        if not user:
            self.authenticate_redirect()
            return
        # Save the user with, e.g., set_secure_cookie()


class SavingHandler(GoogleHandler):
    """The printed handler, and what its comment leaves to the program."""

    def _on_auth(self, user):
        super()._on_auth(user)
        if user:
            self.set_secure_cookie("user", json.dumps(user))
            self.redirect("/")


class HomeHandler(RequestHandler):
    def get(self):
        self.write(self.get_secure_cookie("user") or "nobody")


class HybridHandler(RequestHandler, GoogleMixin):
    async def get(self):
        if not self.get_argument("openid.mode", None):
            self.authorize_redirect("https://docs.example/feeds/ https://mail.example/")
            return
        try:
            self.write(await self.get_authenticated_user())
        except AuthError as error:
            self.set_status(401)
            self.write(f"{type(error).__name__}: {error}")

    post = get  # the answer is so long that it comes as a form


def sign_in(browser, address):
    """Sign in, and send the form of the answer, which is too long for an address."""
    person = {"login": "alice", "password": "wonderland", "decision": "go"}
    return browser.submit(browser.submit(browser.open(address), person))


@pytest.fixture(scope="session")
def _oauth1_provider(load_module: Any) -> Iterator[Any]:
    provider = load_module("oauth1_provider").OAuth1Provider()
    yield provider
    provider.close()


@pytest.fixture
def access(_oauth1_provider: Any) -> Any:
    """Where the request token of the hybrid becomes an access token: oauthlib's server."""
    _oauth1_provider.reset()
    _oauth1_provider.validator.version = "1.0"
    return _oauth1_provider


@pytest.fixture
def login(site, provider, access):
    """The address of a site whose GoogleMixin asks the local provider, by its settings."""
    running = site(
        [("/login", SavingHandler), ("/hybrid", HybridHandler), ("/", HomeHandler)],
        cookie_secret="a secret of the tests",
        google_consumer_key=access.key,
        google_consumer_secret=access.secret,
        auth_endpoints={
            "GoogleMixin._OPENID_ENDPOINT": provider.endpoint,
            "GoogleMixin._OAUTH_ACCESS_TOKEN_URL": f"{access.url}/oauth/access_token",
        },
    )
    return f"{running.url}/login"


def test_the_handler_of_the_documents_runs_as_printed(browser, login, provider):
    page = browser.open(browser.visit(login, until=login))
    user = json.loads(page.body)
    assert user["claimed_id"] == f"{provider.url}/users/alice"
    assert user["email"] == "alice@example.com"
    assert browser.open(login.replace("/login", "/")).text == page.text


@pytest.mark.expected_errors("the user did not sign in")
def test_the_handler_of_the_documents_asks_again_if_the_user_refused(browser, login, provider):
    back = browser.visit(login, until=login, decision="abort")
    again = browser.request(back)
    assert again.location.startswith(provider.endpoint)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(again.location).query))
    return_to = urllib.parse.urlsplit(query["openid.return_to"])
    assert list(urllib.parse.parse_qs(return_to.query)) == ["openid_state"]
    page = browser.open(browser.visit(again.location, until=login))
    assert json.loads(page.body)["name"] == "Alice Liddell"


def test_s19_the_handler_of_the_documents_asks_again_in_another_browser(
    browser, another_browser, login, provider
):
    back = browser.visit(login, until=login)
    assert another_browser.request(back).location.startswith(provider.endpoint)


def test_access_by_oauth_comes_with_the_sign_in(browser, login, provider, access):
    provider.make_request_token = access.grant_request_token
    user = json.loads(sign_in(browser, login.replace("/login", "/hybrid")).body)
    assert user["email"] == "alice@example.com"
    token = user["access_token"]
    assert access.validator.access_tokens == {token["key"]: token["secret"]}
    request = provider.requests[0]
    assert request["openid.oauth.scope"] == "https://docs.example/feeds/ https://mail.example/"
    assert request["openid.oauth.consumer"] == access.key


def test_a_user_without_access_has_no_token(browser, login, access):
    hybrid = login.replace("/login", "/hybrid")
    user = json.loads(browser.open(browser.visit(hybrid, until=hybrid)).body)
    assert "access_token" not in user
    assert access.requests == []


def test_s19_a_request_token_that_is_not_signed_does_not_count(browser, login, access):
    """Somebody put a token of theirs into the answer, to see what the program does with it."""
    hybrid = login.replace("/login", "/hybrid")
    back = browser.visit(hybrid, until=hybrid)
    more = {
        "openid.ns.oauth": "http://specs.openid.net/extensions/oauth/1.0",
        "openid.oauth.request_token": access.grant_request_token("anything"),
    }
    page = browser.open(f"{back}&{urllib.parse.urlencode(more)}")
    assert "access_token" not in page.text
    assert access.requests == []


def test_a_request_token_that_is_refused_is_an_error(browser, login, provider):
    provider.make_request_token = lambda scope: "a-token-that-nobody-has-granted"
    page = sign_in(browser, login.replace("/login", "/hybrid"))
    assert page.text.startswith("ProviderError: the endpoint of the access token answered 401")
