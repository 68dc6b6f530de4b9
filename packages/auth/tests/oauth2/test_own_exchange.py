"""Programs that exchange the code themselves, as those for the mixin of 6.6 do, and own states."""

from __future__ import annotations

import json
import urllib.parse
from typing import ClassVar
from urllib.parse import urlencode

import pytest

from tornado import gen
from tornado.auth import AuthError, FacebookGraphMixin, OAuth2Mixin
from tornado.auth._transactions._transaction import challenge_of
from tornado.httpclient import AsyncHTTPClient
from tornado.web import RequestHandler, asynchronous


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Exchanging(RequestHandler, OAuth2Mixin):
    """A handler with a token request of its own."""

    _OAUTH_NO_CALLBACKS = False
    own_params: ClassVar[dict[str, str]] = {}

    def initialize(self, issuer, secret):
        self._OAUTH_AUTHORIZE_URL = f"{issuer}/auth"
        self._OAUTH_ACCESS_TOKEN_URL = f"{issuer}/token"
        self.secret = secret
        self.address = f"http://{self.request.host}/login"

    def body(self):
        return urlencode(
            {
                "redirect_uri": self.address,
                "code": self.get_argument("code"),
                "client_id": "web",
                "client_secret": self.secret,
                "grant_type": "authorization_code",
            }
        )

    def begin(self):
        return self.authorize_redirect(
            redirect_uri=self.address,
            client_id="web",
            scope=["openid", "email"],
            response_type="code",
            extra_params={"approval_prompt": "auto", **self.own_params},
        )


class CoroutineHandler(Exchanging):
    @gen.coroutine
    def get(self):
        if not self.get_argument("code", False):
            yield self.begin()
            return
        response = yield self.get_auth_http_client().fetch(
            self._OAUTH_ACCESS_TOKEN_URL,
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=self.body(),
        )
        self.write(response.body)


class CallbackHandler(Exchanging):
    @asynchronous
    def get(self):
        if not self.get_argument("code", False):
            self.begin()
            return
        self.get_auth_http_client().fetch(
            self._OAUTH_ACCESS_TOKEN_URL, self.on_tokens, method="POST", body=self.body()
        )

    def on_tokens(self, response):
        if response.error:
            self.set_status(500)
        self.finish(response.body or b"")


@pytest.fixture(params=[CoroutineHandler, CallbackHandler], ids=["coroutine", "callback"])
def exchanging_class(request):
    return request.param


@pytest.fixture
def exchanging(site, node_provider, client):
    """Run a handler with a token request of its own, at a provider that requires PKCE."""

    def run(handler_class, **settings):
        registered = client("http://127.0.0.1:1/")
        arguments = {"issuer": node_provider.issuer, "secret": registered["client_secret"]}
        running = site([("/login", handler_class, arguments)], **settings)
        running.login = f"{running.url}/login"
        made = client(running.login, token_endpoint_auth_method="client_secret_post")
        node_provider.configure(made, pkceRequired=True)
        return running

    return run


def test_such_a_program_runs_unchanged_with_pkce(exchanging, exchanging_class, browser):
    running = exchanging(exchanging_class, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    assert json.loads(browser.open(back).text)["access_token"]


@pytest.mark.expected_errors("Uncaught exception GET /login")
def test_s19_its_state_is_checked_before_the_code_leaves(
    exchanging, exchanging_class, browser, another_browser, node_provider
):
    running = exchanging(exchanging_class, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    assert another_browser.open(back).status == 500
    assert node_provider.requests("/token") == []


class OwnStateHandler(Exchanging):
    """A handler with a state, a token request and a client of its own."""

    own_params: ClassVar[dict[str, str]] = {"state": "mine" * 50}

    async def get(self):
        if not self.get_argument("code", False):
            self.begin()
            return
        response = await AsyncHTTPClient().fetch(
            self._OAUTH_ACCESS_TOKEN_URL, method="POST", body=self.body()
        )
        self.write(response.body)


@pytest.mark.parametrize("settings", [{}, {"cookie_secret": "secret"}])
def test_a_program_with_a_state_and_a_client_of_its_own_is_left_alone(
    exchanging, browser, node_provider, client, settings
):
    running = exchanging(OwnStateHandler, **settings)
    made = client(running.login, token_endpoint_auth_method="client_secret_post")
    node_provider.configure(made, pkceRequired=False)
    asked = query_of(browser.open(running.login, until=node_provider.issuer).location)
    assert asked["state"] == "mine" * 50
    assert "code_challenge" not in asked
    back = browser.visit(running.login, until=f"{running.login}?")
    assert json.loads(browser.open(back).text)["access_token"]


class OwnChallengeHandler(Exchanging):
    own_params: ClassVar[dict[str, str]] = {
        "state": "s",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }

    def get(self):
        self.begin()


def test_a_challenge_of_the_program_is_kept(exchanging, browser, node_provider):
    running = exchanging(OwnChallengeHandler, cookie_secret="secret")
    asked = query_of(browser.open(running.login, until=node_provider.issuer).location)
    assert asked.items() >= OwnChallengeHandler.own_params.items()


class FacebookOwnState(Exchanging, FacebookGraphMixin):
    """A state of the program's, and our method to exchange the code."""

    own_params: ClassVar[dict[str, str]] = {"state": "of the program"}

    async def get(self):
        if not self.get_argument("code", False):
            self.begin()
            return
        self._FACEBOOK_BASE_URL = self._OAUTH_AUTHORIZE_URL.removesuffix("/auth")
        try:
            self.write(
                await self.get_authenticated_user(
                    self.address, "web", self.secret, self.get_argument("code")
                )
            )
        except AuthError as error:
            self.set_status(403)
            self.write(str(error))


def test_s19_a_state_of_the_program_is_bound_to_the_browser_too(
    exchanging, browser, another_browser, node_provider
):
    running = exchanging(FacebookOwnState, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    assert query_of(back)["state"] == "of the program"
    assert another_browser.open(back).status == 403
    assert node_provider.requests("/token") == []
    assert json.loads(browser.open(back).text)["access_token"]


class UncheckedHandler(FacebookOwnState):
    """A program that sends the browser to the provider itself."""

    _OAUTH_CHECK_STATE = False

    async def get(self):
        if self.get_argument("code", False):
            return await super().get()
        query = {
            "response_type": "code",
            "client_id": "web",
            "redirect_uri": self.address,
            "scope": "openid",
            "state": "its own",
        }
        self.redirect(f"{self._OAUTH_AUTHORIZE_URL}?{urlencode(query)}")
        return None


def test_a_program_that_checks_by_itself_says_so(exchanging, browser, node_provider, client):
    running = exchanging(UncheckedHandler, cookie_secret="secret")
    made = client(running.login, token_endpoint_auth_method="client_secret_post")
    node_provider.configure(made, pkceRequired=False)
    back = browser.visit(running.login, until=f"{running.login}?")
    assert json.loads(browser.open(back).text)["access_token"]
    page = browser.open(f"{running.login}?code=x&error=access_denied&state=its+own")
    assert page.status == 403
    assert page.text == "the provider refused: access_denied"


class VerifierOfItsOwn(Exchanging):
    """A program with PKCE of its own, which asks the token endpoint in one of several ways."""

    verifier = "v" * 43
    own_params: ClassVar[dict[str, str]] = {
        "state": "of the program",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }

    async def get(self):
        if not self.get_argument("code", False):
            self.begin()
            return
        form = f"{self.body()}&code_verifier={self.verifier}"
        url = self._OAUTH_ACCESS_TOKEN_URL
        how = self.get_argument("how", "post")
        client = self.get_auth_http_client()
        if how == "get":
            response = await client.fetch(f"{url}?{form}", raise_error=False)
        elif how == "in the query":
            response = await client.fetch(
                f"{url}?{form}", method="POST", body="", raise_error=False
            )
        else:
            address = {"post": url, "with a query": f"{url}?", "with more": f"{url}?a=b"}[how]
            response = await client.fetch(address, method="POST", body=form)
        self.write(response.body)


def test_a_program_with_pkce_of_its_own_signs_in(exchanging, browser):
    running = exchanging(VerifierOfItsOwn, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    assert json.loads(browser.open(back).text)["access_token"]


@pytest.mark.expected_errors("Uncaught exception GET /login")
@pytest.mark.parametrize("how", ["post", "get", "in the query", "with a query", "with more"])
def test_s19_pkce_of_the_program_does_not_replace_the_check_of_its_state(
    exchanging, browser, another_browser, node_provider, how
):
    running = exchanging(VerifierOfItsOwn, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    page = another_browser.open(f"{back}&{urlencode({'how': how})}")
    assert page.status == 500
    assert node_provider.requests("/token") == []


@pytest.mark.expected_errors("Uncaught exception GET /login")
@pytest.mark.parametrize("how", ["post", "with a query"])
def test_s19_an_answer_counts_once_for_it_too(exchanging, browser, node_provider, how):
    running = exchanging(VerifierOfItsOwn, cookie_secret="secret")
    back = browser.visit(running.login, until=f"{running.login}?")
    address = f"{back}&{urlencode({'how': how})}"
    assert browser.open(address).status == 200
    assert browser.open(address).status == 500
    assert len(node_provider.requests("/token")) == 1
