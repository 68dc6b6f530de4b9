"""OAuthMixin against oauthlib's server: the flow, and answers that must not count."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from tornado import gen
from tornado.auth import AuthError, OAuthMixin
from tornado.auth._oauth1._request import new_nonce
from tornado.web import RequestHandler, asynchronous

SETTINGS = {"cookie_secret": "a secret of the tests"}


class Provider(OAuthMixin):
    def _oauth_consumer_token(self):
        return {"key": self.settings["key"], "secret": self.settings["secret"]}

    async def _oauth_get_user_future(self, access_token):
        return await self._oauth_api_request(
            f"{self.settings['api']}/user", access_token, None, {"fields[]": "\u00e9&+ %"}
        )


class AsyncHandler(RequestHandler, Provider):
    async def get(self):
        try:
            if not self.get_argument("oauth_token", None) and not self.get_argument("denied", None):
                await self.authorize_redirect(
                    self.get_argument("callback", "/login"), next=self.get_argument("next", None)
                )
                return
            user = await self.get_authenticated_user()
        except AuthError as error:
            self.set_status(401)
            self.write(f"{type(error).__name__}: {error}")
        else:
            self.write(user | {"next": self.auth_transaction.next})


class CoroutineHandler(RequestHandler, Provider):
    @gen.coroutine
    def get(self):
        if not self.get_argument("oauth_token", None):
            yield self.authorize_redirect("/login")
            return
        self.write((yield self.get_authenticated_user()))


class EngineHandler(RequestHandler, Provider):
    @asynchronous
    @gen.engine
    def get(self):
        if not self.get_argument("oauth_token", None):
            yield gen.Task(self.authorize_redirect, "/login")
            return
        user = yield gen.Task(self.get_authenticated_user)
        self.finish(user or "nobody")


class ClassicHandler(RequestHandler, OAuthMixin):
    _oauth_consumer_token = Provider._oauth_consumer_token

    @asynchronous
    def get(self):
        if self.get_argument("oauth_token", None):
            self.get_authenticated_user(self._on_auth)
            return
        self.authorize_redirect("/login")

    def _oauth_get_user(self, access_token, callback):
        callback({"name": access_token["username"], "query": {"fields[]": "\u00e9&+ %"}})

    def _on_auth(self, user):
        self.finish(user or "nobody")


def pointed_at(handler, provider, **attributes):
    addresses = {
        "_OAUTH_REQUEST_TOKEN_URL": f"{provider.url}/oauth/request_token",
        "_OAUTH_ACCESS_TOKEN_URL": f"{provider.url}/oauth/access_token",
        "_OAUTH_AUTHORIZE_URL": f"{provider.url}/oauth/authorize",
    }
    return type(handler.__name__, (handler,), addresses | attributes)


@pytest.fixture
def run(site, provider):
    """Run a handler at ``/login``, and return its address."""

    def start(handler=AsyncHandler, **attributes):
        settings = {"api": provider.url, "key": provider.key, "secret": provider.secret}
        routes = [("/login", pointed_at(handler, provider, **attributes))]
        return f"{site(routes, **SETTINGS, **settings).url}/login"

    return start


HANDLERS = [AsyncHandler, CoroutineHandler, EngineHandler, ClassicHandler]


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_user_signs_in(run, browser, provider, handler):
    login = run(handler)
    page = browser.open(browser.visit(login, until=login))
    user = json.loads(page.body)
    assert user["name"] in {"Alice Liddell", "alice"}
    assert user["query"] == {"fields[]": "\u00e9&+ %"}
    token = user["access_token"]
    assert provider.validator.access_tokens == {token["key"]: token["secret"]}
    assert token["username"] == "alice"


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"])
@pytest.mark.parametrize("version", ["1.0a", "1.0"])
@pytest.mark.parametrize("http_method", ["POST", "GET"])
def test_every_signature_is_accepted_in_both_versions(
    run, browser, provider, method, version, http_method
):
    provider.validator.methods = (method,)
    provider.validator.version = version
    login = run(
        _OAUTH_SIGNATURE_METHOD=method, _OAUTH_VERSION=version, _OAUTH_TOKEN_METHOD=http_method
    )
    provider.validator.registered_callback = login
    assert browser.open(browser.visit(login, until=login)).status == 200
    assert [each[0] for each in provider.requests if "token" in each[1]] == [http_method] * 2


def test_s19_no_token_and_no_secret_is_in_an_address(run, browser, provider):
    login = run()
    user = json.loads(browser.open(browser.visit(login, until=login)).body)
    secrets = {provider.secret, user["access_token"]["secret"], user["access_token"]["key"]}
    addresses = [*browser.history, *(json.dumps(each[1:4]) for each in provider.requests)]
    assert not [each for each in addresses for secret in secrets if secret in each]
    for _, path, query, _, field in provider.requests:
        if path != "/oauth/authorize":
            assert field.startswith('OAuth oauth_consumer_key="')
            assert not any(name.startswith("oauth_") for name in query)


def test_the_callback_is_in_the_request_of_the_token_only(run, browser, provider):
    login = run()
    browser.visit(login, until=login)
    assert urllib.parse.quote(login, safe="") in provider.requests_of("/oauth/request_token")[0][4]
    assert list(provider.requests_of("/oauth/authorize")[0][2]) == ["oauth_token"]


def test_version_1_0_says_the_callback_in_the_address(run, browser, provider):
    provider.validator.version = "1.0"
    provider.validator.registered_callback = "unused"
    login = run(_OAUTH_VERSION="1.0")
    browser.visit(login, until=login)
    assert "oauth_callback" not in provider.requests_of("/oauth/request_token")[0][4]
    assert provider.requests_of("/oauth/authorize")[0][2]["oauth_callback"] == login


def test_the_verifier_comes_back_signed(run, browser, provider):
    login = run()
    back = browser.visit(login, until=login)
    verifier = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["oauth_verifier"][0]
    browser.open(back)
    assert f'oauth_verifier="{verifier}"' in provider.requests_of("/oauth/access_token")[0][4]


def test_s19_an_answer_in_another_browser_is_refused(run, browser, another_browser, provider):
    login = run()
    back = browser.visit(login, until=login)
    assert another_browser.open(back).text.startswith("TransactionError: ")
    assert provider.requests_of("/oauth/access_token") == []
    assert browser.open(back).status == 200


@pytest.mark.parametrize("handler", [EngineHandler, ClassicHandler])
@pytest.mark.expected_errors("the state of the answer is not")
def test_s19_a_classic_handler_gets_no_user_in_another_browser(
    run, browser, another_browser, provider, handler
):
    login = run(handler)
    back = browser.visit(login, until=login)
    assert another_browser.open(back).text == "nobody"
    assert provider.requests_of("/oauth/access_token") == []


def test_s19_a_refusal_is_not_believed_in_another_browser(run, browser, another_browser):
    login = run()
    back = browser.visit(login, until=login, decision="abort")
    assert another_browser.open(back).text.startswith("TransactionError: ")
    expected = "ProviderError: the user did not allow the sign-in"
    assert browser.open(back).text == expected
    assert browser.cookie("tornado_signin_") == []


def test_s19_an_answer_counts_once(run, browser, provider):
    login = run()
    back = browser.visit(login, until=login)
    cookies = list(browser.cookies)
    assert browser.open(back).status == 200
    assert browser.cookie("tornado_signin_") == []
    for cookie in cookies:
        browser.cookies.set_cookie(cookie)
    assert browser.open(back).text.startswith("TransactionError: ")
    assert len(provider.requests_of("/oauth/access_token")) == 1


def test_s19_a_request_token_of_somebody_else_is_refused(run, browser, another_browser, provider):
    """The fixation of OAuth 1.0: an attacker's token in the victim's browser, and the other way."""
    login = run()
    theirs = another_browser.visit(login, until=login)
    browser.open(login, until=f"{provider.url}/oauth/authorize?")
    assert browser.open(theirs).text.startswith("TransactionError: ")
    assert provider.requests_of("/oauth/access_token") == []


def test_s19_two_tabs_do_not_break_each_other(run, browser):
    login = run()
    first, second = (browser.visit(login, until=login) for _ in range(2))
    assert browser.open(second).status == 200
    assert browser.open(first).status == 200


def test_s19_a_forged_cookie_is_refused(run, browser):
    login = run()
    back = browser.visit(login, until=login)
    (cookie,) = browser.cookie("tornado_signin_")
    cookie.value = cookie.value[:-3] + "000"
    assert browser.open(back).text.startswith("TransactionError: ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda query: query.pop("oauth_verifier"),
            "AuthError: the answer must have one oauth_verifier",
        ),
        (lambda query: query.update(oauth_token="x" * 30), "TransactionError: "),
        (
            lambda query: query.update(oauth_verifier="x" * 30),
            "ProviderError: the endpoint of the access",
        ),
        (
            lambda query: query.update(oauth_token=["a", "b"]),
            "AuthError: the answer has the parameter",
        ),
    ],
)
def test_s19_a_changed_answer_is_refused(run, browser, change, message):
    login = run()
    back = browser.visit(login, until=login)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    change(query)
    page = browser.open(f"{login}?{urllib.parse.urlencode(query, doseq=True)}")
    assert page.text.startswith(message)


def test_s19_an_answer_to_a_question_to_another_provider_is_refused(site, browser, provider):
    other = pointed_at(
        AsyncHandler, provider, _OAUTH_ACCESS_TOKEN_URL=f"{provider.url}/other/access_token"
    )
    settings = {"api": provider.url, "key": provider.key, "secret": provider.secret}
    routes = [("/login", pointed_at(AsyncHandler, provider)), ("/other", other)]
    url = site(routes, **SETTINGS, **settings).url
    back = browser.visit(f"{url}/login", until=f"{url}/login")
    page = browser.open(back.replace("/login?", "/other?", 1))
    assert page.text.startswith("TransactionError: ")
    assert provider.requests_of("/other/access_token") == []


def test_what_the_provider_says_is_in_the_error_and_no_secret(run, browser, provider):
    provider.validator.methods = ("PLAINTEXT",)
    page = browser.open(run())
    assert page.text.startswith("ProviderError: the endpoint of the request token answered 400")
    assert "invalid_signature_method" in page.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("oauth_problem=timestamp_refused&oauth_problem_advice=clock", "timestamp_refused: clock"),
        ('{"errors": [{"code": 32, "message": "Not you."}]}', "32: Not you."),
        ("Failed to validate {secret} \n", "Failed to validate ..."),
        ("", ""),
    ],
)
def test_s19_errors_of_every_form_are_shown_without_secrets(run, browser, provider, body, expected):
    provider.pages["/oauth/request_token"] = 401, {}, body.replace("{secret}", provider.secret)
    page = browser.open(run())
    said = ": ".join(filter(None, ("the endpoint of the request token answered 401", expected)))
    assert page.text == f"ProviderError: {said}"


@pytest.mark.parametrize(
    "body", ["", "oauth_token=a", "oauth_token=&oauth_token_secret=b", "\u00e9"]
)
def test_an_answer_without_a_token_is_refused(run, browser, provider, body):
    provider.pages["/oauth/request_token"] = 200, {}, body
    assert "has no oauth_token or no oauth_token_secret" in browser.open(run()).text


def test_a_provider_of_version_1_0_is_noticed(run, browser, provider):
    provider.pages["/oauth/request_token"] = 200, {}, "oauth_token=a&oauth_token_secret=b"
    page = browser.open(run())
    assert page.status == 401
    assert 'set _OAUTH_VERSION to "1.0"' in page.text


def test_a_token_that_is_too_long_for_a_cookie_is_refused(run, browser, provider):
    token = f"oauth_token={'a' * 1500}&oauth_token_secret=b&oauth_callback_confirmed=true"
    provider.pages["/oauth/request_token"] = 200, {}, token
    assert "longer than the 1500 characters" in browser.open(run()).text


def test_an_answer_that_is_too_large_is_refused(run, browser, provider):
    provider.pages["/oauth/request_token"] = 200, {}, "a" * 1_100_000
    assert "did not answer" in browser.open(run()).text


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("handler", HANDLERS)
def test_a_provider_that_is_down_answers_the_request(run, browser, provider, handler):
    page = browser.request(run(handler, _OAUTH_REQUEST_TOKEN_URL="http://127.0.0.1:1/"))
    assert page.status == (401 if handler is AsyncHandler else 500)


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_s15_next_does_not_lead_to_another_site(run, browser, provider, address):
    page = browser.request(f"{run()}?{urllib.parse.urlencode({'next': address})}")
    assert page.text == "AuthError: next must be an address on this site"
    assert provider.requests == []


def test_a_user_comes_back_to_where_the_program_wants(run, browser):
    login = run()
    page = browser.open(browser.visit(f"{login}?next=/a%3Fb", until=f"{login}?oauth"))
    assert json.loads(page.body)["next"] == "/a?b"


@pytest.mark.parametrize("callback", ["http://site.example/login", "javascript:alert(1)"])
def test_s19_a_callback_must_be_https(run, browser, provider, callback):
    page = browser.request(f"{run()}?{urllib.parse.urlencode({'callback': callback})}")
    assert page.text.startswith("AuthError: callback_uri must be an")
    assert provider.requests == []


def test_s19_endpoints_must_be_https(run, browser):
    for name in ("_OAUTH_REQUEST_TOKEN_URL", "_OAUTH_AUTHORIZE_URL"):
        page = browser.request(run(**{name: "http://provider.example/oauth"}))
        assert page.text.startswith("AuthError: the ")
        assert "must be an https URL" in page.text


def test_an_out_of_band_user_carries_the_verifier_over(run, browser):
    login = run()
    address = browser.open(f"{login}?callback=oob").text
    page = browser.submit(browser.open(address), {"password": "wonderland"})
    token = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
    verifier = dict(urllib.parse.parse_qsl(page.text))
    page = browser.open(f"{login}?{urllib.parse.urlencode(verifier | token)}")
    assert json.loads(page.body)["name"] == "Alice Liddell"


@pytest.mark.expected_errors("Uncaught exception")
def test_a_service_without_callbacks_takes_none(run, browser, provider):
    page = browser.request(run(_OAUTH_NO_CALLBACKS=True))
    assert page.status == 500
    assert provider.requests == []


def test_the_settings_can_point_an_endpoint_elsewhere(site, browser, provider):
    class Handler(pointed_at(AsyncHandler, provider)):
        _OAUTH_REQUEST_TOKEN_URL = "https://gone.example/request_token"

    routes = [("/login", Handler)]
    elsewhere = {"Handler._OAUTH_REQUEST_TOKEN_URL": f"{provider.url}/oauth/request_token"}
    settings = {"api": provider.url, "key": provider.key, "secret": provider.secret}
    login = f"{site(routes, **SETTINGS, **settings, auth_endpoints=elsewhere).url}/login"
    assert browser.open(browser.visit(login, until=login)).status == 200


def test_nonces_fit_a_strict_server(provider):
    nonces = {new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert all(provider.validator.check_nonce(each) for each in nonces)
    assert all(each.isascii() and each.isalnum() and 20 <= len(each) <= 30 for each in nonces)
