"""TwitterMixin and FriendFeedMixin, and requests that programs sign themselves, against oauthlib's server."""

from __future__ import annotations

import json

import pytest

from tornado.auth import AuthError, FriendFeedMixin, OAuthMixin, TwitterMixin
from tornado.httputil import url_concat
from tornado.web import HTTPError, RequestHandler, asynchronous

TOKEN = {"key": "access-token-of-a-test-user", "secret": "secret of the token &"}


class TwitterHandler(RequestHandler, TwitterMixin):
    async def get(self):
        if self.get_argument("oauth_token", None):
            self.write(await self.get_authenticated_user())
        elif self.get_argument("ask", None):
            await self.authorize_redirect("/login")
        else:
            await self.authenticate_redirect(self.get_argument("callback", None))


class ClassicTwitterHandler(RequestHandler, TwitterMixin):
    @asynchronous
    def get(self):
        if self.get_argument("oauth_token", None):
            self.get_authenticated_user(self.async_callback(self._on_auth))
            return
        self.authenticate_redirect()

    def _on_auth(self, user):
        if not user:
            raise HTTPError(500, "Twitter auth failed")
        self.finish(user)


class RequestsHandler(RequestHandler, TwitterMixin):
    async def get(self):
        path = self.get_argument("path", "/statuses/home_timeline")
        try:
            answer = await self.twitter_request(path, TOKEN, count=5, **{"q[]": "a b"})
        except AuthError as error:
            self.set_status(502)
            self.write(str(error))
        else:
            self.write(answer)

    @asynchronous
    def post(self):
        self.twitter_request(
            "/statuses/update",
            post_args={"status": "Testing & more: \u00e9"},
            access_token=TOKEN,
            callback=self.async_callback(self._on_post),
        )

    @asynchronous
    def put(self):
        self.twitter_request("/statuses/show", self._on_post, TOKEN)

    def _on_post(self, new_entry):
        self.finish(new_entry or "failed")


class FriendFeedHandler(RequestHandler, FriendFeedMixin):
    @asynchronous
    def get(self):
        if self.get_argument("oauth_token", None):
            self.get_authenticated_user(self.async_callback(self._on_auth))
            return
        self.authorize_redirect()

    def _on_auth(self, user):
        self.finish(user or "nobody")

    async def post(self):
        self.write(await self.friendfeed_request("/entry", TOKEN, post_args={"body": "Hi"}))


@pytest.fixture
def run(site, provider):
    """Run a handler at ``/login``, and return its address; every endpoint is the provider's, by a setting."""

    def start(handler):
        oauth, api = f"{provider.url}/oauth", f"{provider.url}/api"
        endpoints = {
            f"{name}.{attribute}": f"{oauth}/{path}"
            for name in ("TwitterMixin", "FriendFeedMixin")
            for attribute, path in (
                ("_OAUTH_REQUEST_TOKEN_URL", "request_token"),
                ("_OAUTH_ACCESS_TOKEN_URL", "access_token"),
                ("_OAUTH_AUTHORIZE_URL", "authorize"),
                ("_OAUTH_AUTHENTICATE_URL", "authenticate"),
            )
        }
        endpoints |= {"TwitterMixin._TWITTER_BASE_URL": f"{api}/1.1"}
        endpoints |= {"FriendFeedMixin._FRIENDFEED_BASE_URL": f"{api}/v2"}
        settings = {
            "cookie_secret": "a secret of the tests",
            "auth_endpoints": endpoints,
            "twitter_consumer_key": provider.key,
            "twitter_consumer_secret": provider.secret,
            "friendfeed_consumer_key": provider.key,
            "friendfeed_consumer_secret": provider.secret,
        }
        running = site([("/login", handler)], **settings)
        provider.validator.registered_callback = f"{running.url}/login"
        provider.validator.access_tokens[TOKEN["key"]] = TOKEN["secret"]
        return f"{running.url}/login"

    return start


@pytest.mark.parametrize("handler", [TwitterHandler, ClassicTwitterHandler])
def test_a_user_signs_in_with_twitter(run, browser, provider, handler):
    login = run(handler)
    user = json.loads(browser.open(browser.visit(login, until=login)).body)
    assert user["username"] == user["screen_name"] == "alice"
    assert user["path"] == "/api/1.1/account/verify_credentials.json"
    assert user["access_token"]["screen_name"] == "alice"
    assert provider.requests_of("/oauth/authenticate")
    assert not provider.requests_of("/oauth/authorize")
    assert "oauth_callback" not in provider.requests_of("/oauth/request_token")[0][4]


def test_a_user_of_twitter_may_be_asked_each_time(run, browser, provider):
    login = run(TwitterHandler)
    assert browser.open(browser.visit(f"{login}?ask=1", until=login + "?oauth")).status == 200
    assert provider.requests_of("/oauth/authorize")
    assert not provider.requests_of("/oauth/authenticate")


def test_twitter_may_come_back_to_another_address(run, browser):
    login = run(TwitterHandler)
    back = browser.visit(f"{login}?callback=/login%3Fa=1", until=f"{login}?a=1")
    assert browser.open(back).status == 200


def test_a_request_to_twitter_is_signed_with_its_query(run, browser, provider):
    answer = json.loads(browser.request(run(RequestsHandler)).body)
    assert answer["path"] == "/api/1.1/statuses/home_timeline.json"
    assert answer["query"] == {"count": "5", "q[]": "a b"}
    assert TOKEN["key"] not in json.dumps(provider.requests[-1][2])


def test_a_whole_address_is_taken_as_it_is(run, browser, provider):
    url = f"{run(RequestsHandler)}?path={provider.url}/stream/sample"
    assert json.loads(browser.request(url).body)["path"] == "/stream/sample"


def test_a_form_to_twitter_is_signed_and_its_callback_called(run, browser):
    answer = json.loads(browser.request(run(RequestsHandler), {}).body)
    assert answer["path"] == "/api/1.1/statuses/update.json"
    assert answer["form"] == {"status": "Testing & more: \u00e9"}


def test_what_twitter_says_about_a_failure_is_in_the_error(run, browser, provider):
    login = run(RequestsHandler)
    provider.validator.access_tokens.clear()
    page = browser.request(login)
    assert page.text == "the provider answered 401: 32: Could not authenticate you."


def test_a_callback_gets_none_after_a_failure(run, browser, provider):
    login = run(RequestsHandler)
    provider.validator.access_tokens.clear()
    assert browser.request(login, {}).text == "failed"


def test_the_callback_may_be_the_second_argument_as_in_2_4(run, provider):
    import http.client
    import urllib.parse

    parts = urllib.parse.urlsplit(run(RequestsHandler))
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("PUT", parts.path)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert answer["path"] == "/api/1.1/statuses/show.json"


def test_a_user_signs_in_with_friendfeed(run, browser, provider):
    provider.validator.version = "1.0"
    login = run(FriendFeedHandler)
    user = json.loads(browser.open(browser.visit(login, until=login)).body)
    assert user["username"] == "alice"
    assert user["path"] == "/api/v2/feedinfo/alice"
    assert user["query"] == {"include": "id,name,description"}


class RefusalsHandler(RequestHandler):
    async def get(self):
        if not self.get_argument("oauth_token", None):
            await self.authorize_redirect()
            return
        try:
            self.write(await self.get_authenticated_user())
        except AuthError as error:
            self.set_status(401)
            self.write(str(error))


class TwitterRefusalsHandler(RefusalsHandler, TwitterMixin):
    pass


class FriendFeedRefusalsHandler(RefusalsHandler, FriendFeedMixin):
    pass


@pytest.mark.parametrize("body", ['{"a": 1}', "[1]", '"alice"', "7", "{}", "null"])
@pytest.mark.parametrize(
    ("handler", "path", "message"),
    [
        (
            TwitterRefusalsHandler,
            "/api/1.1/account/verify_credentials.json",
            "Twitter returned no user with screen_name",
        ),
        (
            FriendFeedRefusalsHandler,
            "/api/v2/feedinfo/alice",
            "FriendFeed returned no user with id",
        ),
    ],
)
def test_an_answer_that_is_not_a_user_signs_nobody_in(
    run, browser, provider, handler, path, message, body
):
    if handler is FriendFeedRefusalsHandler:
        provider.validator.version = "1.0"
    provider.pages[path] = 200, {"Content-Type": "application/json"}, body
    login = run(handler)
    page = browser.open(browser.visit(login, until=login))
    assert (page.status, page.text) == (401, message)


def test_a_form_to_friendfeed_is_signed(run, browser):
    answer = json.loads(browser.request(run(FriendFeedHandler), {}).body)
    assert answer["path"] == "/api/v2/entry"
    assert answer["form"] == {"body": "Hi"}


class SigningHandler(RequestHandler, OAuthMixin):
    """A program that signs its requests itself, as those of 2.x and 6.x do."""

    def _oauth_consumer_token(self):
        return {"key": self.settings["key"], "secret": self.settings["secret"]}

    async def get(self):
        url, args = self.settings["api"], {"page": 2, "q": "a b"}
        args |= self._oauth_request_parameters(url, TOKEN, args)
        response = await self.get_auth_http_client().fetch(url_concat(url, args))
        self.write(response.body)


def test_a_program_may_put_the_parameters_into_the_query_itself(site, browser, provider):
    provider.validator.access_tokens[TOKEN["key"]] = TOKEN["secret"]
    settings = {"key": provider.key, "secret": provider.secret, "api": f"{provider.url}/api/list"}
    page = browser.request(f"{site([('/', SigningHandler)], **settings).url}/")
    assert json.loads(page.body)["query"].items() >= {"page": "2", "q": "a b"}.items()
