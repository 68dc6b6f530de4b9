"""The same sign-in in handlers of each generation, and with settings of known providers."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from tornado import gen
from tornado.auth import OAuth2Mixin, github, gitlab, microsoft
from tornado.web import RequestHandler, asynchronous


class Login(RequestHandler, OAuth2Mixin):
    def initialize(self, provider):
        self.oauth2_provider = provider

    def has_answer(self):
        return bool(self.get_argument("state", None))

    def show(self, tokens):
        self.finish("refused" if tokens is None else min(tokens))


class PlainHandler(Login):
    """A ``def`` handler that waits for nothing, and a coroutine for the answer."""

    def get(self):
        if not self.has_answer():
            self.authorize_redirect("/login")
            return None
        return self.take()

    async def take(self):
        self.show(await self.get_oauth2_tokens())


class CoroutineHandler(Login):
    @gen.coroutine
    def get(self):
        if self.has_answer():
            self.show((yield self.get_oauth2_tokens()))
        else:
            yield self.authorize_redirect("/login")


class EngineHandler(Login):
    @asynchronous
    @gen.engine
    def get(self):
        if self.has_answer():
            self.show((yield gen.Task(self.get_oauth2_tokens)))
        else:
            self.authorize_redirect("/login")


class YieldedEngineHandler(Login):
    @asynchronous
    @gen.engine
    def get(self):
        if self.has_answer():
            self.get_oauth2_tokens(callback=(yield gen.Callback("tokens")))
            self.show((yield gen.Wait("tokens")))
        else:
            yield self.authorize_redirect("/login")


HANDLERS = [PlainHandler, CoroutineHandler, EngineHandler, YieldedEngineHandler]


def addresses(name, issuer):
    """Return a setting that points a known provider to oidc-provider."""
    return {
        f"{name}.authorize_url": f"{issuer}/auth",
        f"{name}.token_url": f"{issuer}/token",
        f"{name}.issuer": issuer,
    }


@pytest.fixture
def run(site, node_provider, client):
    def start(handler_class, provider):
        registered = client("http://127.0.0.1:1/")
        running = site(
            [("/login", handler_class, {"provider": provider})],
            cookie_secret="secret",
            auth_endpoints=addresses(provider.name, node_provider.issuer),
            **{f"{provider.name}_oauth": {"key": "web", "secret": registered["client_secret"]}},
        )
        running.login = f"{running.url}/login"
        method = provider.client_authentication
        node_provider.configure(
            client(running.login, token_endpoint_auth_method=method),
            pkceRequired=True,
            scopes=["openid", "offline_access", "profile", "email", "read:user", "user:email"],
        )
        return running

    return start


@pytest.mark.parametrize("handler_class", HANDLERS)
def test_a_user_signs_in(run, browser, handler_class, make_provider):
    running = run(handler_class, make_provider("https://issuer.example"))
    page = browser.open(browser.visit(running.login, until=f"{running.login}?"))
    assert (page.status, page.text) == (200, "access_token")


@pytest.mark.expected_errors("Uncaught exception GET /login")
@pytest.mark.parametrize("handler_class", HANDLERS)
def test_s19_another_browser_is_refused(
    run, browser, another_browser, handler_class, make_provider, node_provider
):
    running = run(handler_class, make_provider("https://issuer.example"))
    page = another_browser.open(browser.visit(running.login, until=f"{running.login}?"))
    assert page.status == 500 or page.text == "refused"
    assert node_provider.requests("/token") == []


@pytest.mark.parametrize("provider", [github(), gitlab(), microsoft("common"), microsoft("tenant")])
def test_known_providers_can_be_pointed_elsewhere(run, browser, provider):
    running = run(CoroutineHandler, provider)
    page = browser.open(browser.visit(running.login, until=f"{running.login}?"))
    assert (page.status, page.text) == (200, "access_token")


@pytest.mark.parametrize(
    "provider", [github(), gitlab(), gitlab("https://git.example"), microsoft("common")]
)
def test_known_providers_have_https_addresses_only(provider):
    given = (provider.authorize_url, provider.token_url, provider.userinfo_url)
    assert all(urllib.parse.urlsplit(each).scheme == "https" for each in given)


def test_an_answer_may_be_a_form_that_the_provider_lets_the_browser_post(
    site, node_provider, client, browser, make_provider, login_handler
):
    class PostedHandler(login_handler):
        async def get(self):
            await self.authorize_redirect("/login", extra_params={"response_mode": "form_post"})

        async def post(self):
            self.write(await self.get_oauth2_tokens())

    registered = client("http://127.0.0.1:1/")
    running = site(
        [("/login", PostedHandler, {"provider": make_provider(node_provider.issuer)})],
        cookie_secret="secret",
        node_oauth={"key": "web", "secret": registered["client_secret"]},
    )
    login = f"{running.url}/login"
    node_provider.configure(client(login))
    target = browser.open(login, until=node_provider.issuer).location
    page = browser.open(target)
    for _ in range(4):
        if not page.forms or page.url.startswith(login):
            break
        values = {"decision": "go"}
        if "password" in page.forms[0].inputs:
            values.update(login="alice", password="wonderland")
        if "code" in page.forms[0].values:
            values = {}
        page = browser.submit(page, values)
    assert page.url == login
    assert json.loads(page.text)["access_token"]
