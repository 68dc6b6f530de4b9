"""FacebookGraphMixin, with the endpoints of oidc-provider, whose userinfo is at ``/me`` as well."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.parse

import pytest

from tornado.auth import FacebookGraphMixin
from tornado.web import RequestHandler, asynchronous

SECRET = "the secret of the program at facebook"


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Login(RequestHandler, FacebookGraphMixin):
    """As the documentation of 6.x shows it."""

    async def get(self):
        redirect_uri = self.request.full_url().partition("?")[0]
        if self.get_argument("code", False):
            user = await self.get_authenticated_user(
                redirect_uri=redirect_uri,
                client_id=self.settings["facebook_api_key"],
                client_secret=self.settings["facebook_secret"],
                code=self.get_argument("code"),
                extra_fields={"email"},
            )
            self.write(user)
        else:
            self.authorize_redirect(
                redirect_uri=redirect_uri,
                client_id=self.settings["facebook_api_key"],
                extra_params={"scope": "openid email profile"},
            )


class ClassicLogin(RequestHandler, FacebookGraphMixin):
    """As the documentation of 2.4 shows it, with a relative address."""

    @asynchronous
    def get(self):
        if self.get_argument("code", False):
            self.get_authenticated_user(
                "/login",
                self.settings["facebook_api_key"],
                self.settings["facebook_secret"],
                self.get_argument("code"),
                self._on_login,
                {"email"},
            )
            return
        self.authorize_redirect(
            redirect_uri="/login",
            client_id=self.settings["facebook_api_key"],
            extra_params={"scope": "openid email profile"},
        )

    def _on_login(self, user):
        self.finish(user or "nobody")


class FriendsHandler(RequestHandler, FacebookGraphMixin):
    async def get(self):
        self.write(await self.facebook_request("/me", self.get_argument("token"), limit=3))


class ClassicFriendsHandler(RequestHandler, FacebookGraphMixin):
    @asynchronous
    def get(self):
        self.facebook_request("/me", self.finish, access_token=self.get_argument("token"), limit=3)


@pytest.fixture(params=[(Login, FriendsHandler), (ClassicLogin, ClassicFriendsHandler)])
def facebook(request, site, node_provider, client):
    """A site whose Facebook is oidc-provider, as settings say."""
    issuer = node_provider.issuer
    login, friends = request.param
    running = site(
        [("/login", login), ("/friends", friends)],
        cookie_secret="secret",
        facebook_api_key="web",
        facebook_secret=SECRET,
        auth_endpoints={
            "FacebookGraphMixin._OAUTH_AUTHORIZE_URL": f"{issuer}/auth",
            "FacebookGraphMixin._OAUTH_ACCESS_TOKEN_URL": f"{issuer}/token",
            "FacebookGraphMixin._FACEBOOK_BASE_URL": issuer,
        },
    )
    running.login = f"{running.url}/login"
    node_provider.configure(
        client(running.login, client_secret=SECRET, token_endpoint_auth_method="client_secret_post")
    )
    return running


def test_the_user_has_the_fields_and_the_token(facebook, browser, node_provider):
    back = browser.visit(facebook.login, until=f"{facebook.login}?")
    user = json.loads(browser.open(back).text)
    assert user["name"] == "Alice Liddell"
    assert user["email"] == "alice@example.com"
    assert user["link"] is None
    assert user["session_expires"] == "3600"
    proof = hmac.new(SECRET.encode(), user["access_token"].encode(), hashlib.sha256).hexdigest()
    [request] = [each for each in node_provider.requests() if each.path == "/me"]
    assert query_of(request.url)["appsecret_proof"] == proof
    fields = query_of(request.url)["fields"].split(",")
    assert {"id", "first_name", "picture", "email"} <= set(fields)


def test_tokens_and_secrets_are_in_no_url(facebook, browser, node_provider):
    back = browser.visit(facebook.login, until=f"{facebook.login}?")
    token = json.loads(browser.open(back).text)["access_token"]
    for request in node_provider.requests():
        assert token not in request.url
        assert urllib.parse.quote_plus(SECRET) not in request.url
    assert len(node_provider.requests("/token")) == 1


@pytest.mark.expected_errors("Uncaught exception GET /login")
def test_s19_a_code_without_a_sign_in_of_this_browser_is_refused(
    facebook, browser, another_browser, node_provider
):
    back = browser.visit(facebook.login, until=f"{facebook.login}?")
    page = another_browser.open(back)
    assert page.status == 500 or page.text == "nobody"
    assert node_provider.requests("/token") == []


def test_requests_have_the_token_in_a_field(facebook, browser, node_provider):
    back = browser.visit(facebook.login, until=f"{facebook.login}?")
    token = json.loads(browser.open(back).text)["access_token"]
    node_provider.forget()
    page = browser.open(f"{facebook.url}/friends?{urllib.parse.urlencode({'token': token})}")
    assert json.loads(page.text)["sub"] == "alice"
    [request] = node_provider.requests("/me")
    assert request.url == "/me?limit=3"
    assert request.headers["authorization"] == f"Bearer {token}"
