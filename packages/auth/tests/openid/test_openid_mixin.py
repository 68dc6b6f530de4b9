"""OpenIdMixin against python3-openid's server: the flow, and answers that must not count."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from tornado import gen
from tornado.auth import AuthError, OpenIdMixin
from tornado.web import RequestHandler, asynchronous

# python3-openid uses what it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:openid")

SETTINGS = {"cookie_secret": "a secret of the tests"}
MESSAGE = "openid.mode"


class AsyncHandler(RequestHandler, OpenIdMixin):
    async def get(self):
        if not self.get_argument(MESSAGE, None):
            await self.authenticate_redirect(next=self.get_argument("next", None))
            return
        try:
            user = await self.get_authenticated_user()
        except AuthError as error:
            self.set_status(401)
            self.write(f"{type(error).__name__}: {error}")
        else:
            self.write(user | {"next": self.auth_transaction.next})

    post = get


class PlainHandler(AsyncHandler):
    def get(self):
        if not self.get_argument(MESSAGE, None):
            self.authenticate_redirect()
            return None
        return super().get()


class CoroutineHandler(RequestHandler, OpenIdMixin):
    @gen.coroutine
    def get(self):
        if not self.get_argument(MESSAGE, None):
            yield self.authenticate_redirect()
            return
        self.write((yield self.get_authenticated_user()))


class EngineHandler(RequestHandler, OpenIdMixin):
    @asynchronous
    @gen.engine
    def get(self):
        if not self.get_argument(MESSAGE, None):
            self.authenticate_redirect()
            return
        user = yield gen.Task(self.get_authenticated_user)
        self.finish(user or "nobody")


class CallbackHandler(RequestHandler, OpenIdMixin):
    @asynchronous
    def get(self):
        if self.get_argument(MESSAGE, None):
            self.get_authenticated_user(self._on_auth)
            return
        self.authenticate_redirect()

    def _on_auth(self, user):
        self.finish(user or "nobody")


def pointed_at(handler, provider):
    return type(handler.__name__, (handler,), {"_OPENID_ENDPOINT": provider.endpoint})


@pytest.fixture
def login(site, provider):
    """The address of a handler that asks the provider."""
    return f"{site([('/login', pointed_at(AsyncHandler, provider))], **SETTINGS).url}/login"


def change(url, **changes):
    """Change fields of an answer; those that are None go away."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    query |= {name.replace("openid_", "openid."): value for name, value in changes.items()}
    query = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urllib.parse.urlencode(query)).geturl()


@pytest.mark.parametrize(
    "handler", [AsyncHandler, PlainHandler, CoroutineHandler, EngineHandler, CallbackHandler]
)
def test_a_user_signs_in(site, browser, provider, handler):
    login = f"{site([('/login', pointed_at(handler, provider))], **SETTINGS).url}/login"
    page = browser.open(browser.visit(login, until=login))
    user = json.loads(page.body)
    assert user.pop("next", "") == ""
    assert user == {
        "claimed_id": f"{provider.url}/users/alice",
        "name": "Alice Liddell",
        "first_name": "Alice",
        "last_name": "Liddell",
        "email": "alice@example.com",
        "locale": "en-gb",
        "username": "alice",
    }
    assert provider.modes == ["checkid_setup", "check_authentication"]


@pytest.mark.parametrize("handler", [EngineHandler, CallbackHandler])
@pytest.mark.expected_errors("the user did not sign in")
def test_a_callback_gets_none_if_the_user_refused(site, browser, provider, handler):
    login = f"{site([('/login', pointed_at(handler, provider))], **SETTINGS).url}/login"
    back = browser.visit(login, until=login, decision="abort")
    assert browser.open(back).text == "nobody"


def test_a_user_who_refused_is_an_error(browser, login):
    page = browser.open(browser.visit(login, until=login, decision="abort"))
    assert page.text == "ProviderError: the user did not sign in at the OpenID provider"


def test_the_request_says_where_to_come_back_and_what_is_wanted(browser, login, provider):
    back = browser.visit(login + "?a=1&openid.x=2", until=login)
    request = provider.requests[0]
    assert request["openid.return_to"].startswith(f"{login}?a=1&openid_state=")
    assert login.startswith(request["openid.realm"])
    assert request["openid.ax.required"] == "firstname,fullname,lastname,email,language,username"
    assert back.startswith(request["openid.return_to"])


def test_a_user_comes_back_to_where_the_program_wants(site, browser, provider):
    routes = [("/login", pointed_at(AsyncHandler, provider))]
    login = f"{site(routes, **SETTINGS).url}/login"
    page = browser.open(browser.visit(f"{login}?next=/a%3Fb", until=login))
    assert json.loads(page.body)["next"] == "/a?b"


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example/"])
@pytest.mark.expected_errors("Uncaught exception")
def test_s15_next_does_not_lead_to_another_site(browser, login, address):
    page = browser.request(f"{login}?{urllib.parse.urlencode({'next': address})}")
    assert page.status == 500
    assert page.location is None


def test_s19_an_answer_in_another_browser_is_refused(browser, another_browser, login, provider):
    back = browser.visit(login, until=login)
    assert another_browser.open(back).text.startswith("TransactionError: ")
    assert "check_authentication" not in provider.modes
    assert browser.open(back).status == 200


@pytest.mark.parametrize("handler", [EngineHandler, CallbackHandler])
@pytest.mark.expected_errors("the state of the answer is not")
def test_s19_a_classic_handler_gets_no_user_in_another_browser(
    site, browser, another_browser, provider, handler
):
    login = f"{site([('/login', pointed_at(handler, provider))], **SETTINGS).url}/login"
    back = browser.visit(login, until=login)
    assert another_browser.open(back).text == "nobody"
    assert "check_authentication" not in provider.modes


@pytest.mark.parametrize("handler", [EngineHandler, CallbackHandler])
@pytest.mark.expected_errors("the OpenID provider does not confirm")
def test_s19_a_classic_handler_gets_no_user_that_is_not_confirmed(site, browser, provider, handler):
    login = f"{site([('/login', pointed_at(handler, provider))], **SETTINGS).url}/login"
    back = browser.visit(login, until=login)
    assert browser.open(change(back, openid_sig="AAAA")).text == "nobody"


def test_s19_not_even_a_refusal_is_believed_in_another_browser(browser, another_browser, login):
    back = browser.visit(login, until=login, decision="abort")
    assert another_browser.open(back).text.startswith("TransactionError: ")


def test_s19_an_answer_nobody_asked_for_is_refused(browser, login, provider):
    page = browser.open(change(login, openid_mode="id_res"))
    assert page.text.startswith("TransactionError: ")
    assert provider.modes == []


def test_s19_an_answer_counts_once(browser, login, provider):
    back = browser.visit(login, until=login)
    cookies = list(browser.cookies)
    assert browser.open(back).status == 200
    assert browser.cookie("tornado_signin_") == []
    for cookie in cookies:
        browser.cookies.set_cookie(cookie)
    assert browser.open(back).text.startswith("TransactionError: ")
    assert provider.modes.count("check_authentication") == 1


def test_s19_the_nonce_of_an_answer_is_kept_with_its_endpoint(site, browser, provider):
    running = site([("/login", pointed_at(AsyncHandler, provider))], **SETTINGS)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login")
    assert browser.open(back).status == 200
    nonce = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["openid.response_nonce"][0]
    store = running.application.settings["auth_replay_store"]
    key = f"openid nonce {provider.endpoint} {nonce}"
    assert running.call(store.use, key, 600) is False


class ForgetfulStore:
    """A replay store that knows only some nonces of before."""

    def __init__(self, known):
        self.known = known

    async def use(self, key, lifetime):
        return not any(each in key for each in self.known)


def test_s19_a_nonce_that_another_process_has_seen_is_refused(site, browser, provider):
    store = ForgetfulStore([f"openid nonce {provider.endpoint}"])
    routes = [("/login", pointed_at(AsyncHandler, provider))]
    login = f"{site(routes, **SETTINGS, auth_replay_store=store).url}/login"
    page = browser.open(browser.visit(login, until=login))
    assert page.text == "AuthError: this OpenID answer was used before"


def test_s19_the_signature_is_verified_with_the_provider(browser, login):
    back = browser.visit(login, until=login)
    page = browser.open(change(back, openid_sig="AAAAAAAAAAAAAAAAAAAAAAAAAAA="))
    assert page.text == "AuthError: the OpenID provider does not confirm the answer"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("openid_claimed_id", "{url}/users/bob"),
        ("openid_identity", "{url}/users/bob"),
        ("openid_assoc_handle", "another"),
        ("openid_response_nonce", "{nonce}x"),
    ],
)
def test_s19_a_changed_field_is_not_confirmed(browser, login, provider, field, value):
    back = browser.visit(login, until=login)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    value = value.format(url=provider.url, nonce=query["openid.response_nonce"])
    page = browser.open(change(back, **{field: value}))
    assert page.text == "AuthError: the OpenID provider does not confirm the answer"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"openid_op_endpoint": "http://127.0.0.1:1/"}, "was asked"),
        ({"openid_return_to": "http://127.0.0.1:1/"}, "for another address than"),
        ({"openid_response_nonce": "2001-01-01T00:00:00Zx"}, "seconds ago"),
        ({"openid_claimed_id": None}, "names no user"),
        ({"openid_signed": "mode"}, "does not cover openid.op_endpoint"),
        ({"openid_ns": None}, "lacks openid.ns"),
    ],
)
def test_s19_a_wrong_answer_is_refused_before_the_provider_is_asked(
    browser, login, provider, changes, message
):
    page = browser.open(change(browser.visit(login, until=login), **changes))
    assert page.text.startswith("AuthError: ")
    assert message in page.text
    assert "check_authentication" not in provider.modes


def test_s19_an_answer_at_another_address_is_refused(site, browser, provider):
    handler = pointed_at(AsyncHandler, provider)
    running = site([("/login", handler), ("/other", handler)], **SETTINGS)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login")
    page = browser.open(back.replace("/login?", "/other?", 1))
    assert page.text.startswith("AuthError: the OpenID answer is for ")


def test_s19_an_answer_to_a_question_to_another_provider_is_refused(
    site, browser, provider, other_provider
):
    routes = [
        ("/one", pointed_at(AsyncHandler, provider)),
        ("/two", pointed_at(AsyncHandler, other_provider)),
    ]
    url = site(routes, **SETTINGS).url
    back = browser.visit(f"{url}/one", until=f"{url}/one")
    page = browser.open(back.replace("/one?", "/two?", 1))
    assert page.text.startswith("TransactionError: ")
    assert other_provider.modes == []


def test_s19_a_provider_cannot_speak_for_the_users_of_another_one(
    browser, login, provider, other_provider
):
    """The identifier's own document names the other provider."""
    provider.identifier = f"{other_provider.url}/users/{{login}}"
    page = browser.open(browser.visit(login, until=login))
    assert "does not let" in page.text
    assert page.status == 401


def test_a_provider_of_identifiers_without_documents_is_taken_at_its_word(site, browser, provider):
    provider.identifier = "/nothing/{login}"
    handler = pointed_at(AsyncHandler, provider)
    handler._OPENID_VERIFIES_IDENTIFIER = False
    login = f"{site([('/login', handler)], **SETTINGS).url}/login"
    page = browser.open(browser.visit(login, until=login))
    assert json.loads(page.body)["claimed_id"] == f"{provider.url}/nothing/alice"


def test_an_identifier_without_a_document_is_refused(browser, login, provider):
    provider.identifier = "/nothing/{login}"
    page = browser.open(browser.visit(login, until=login))
    assert "the claimed identifier" in page.text
    assert "answered 404" in page.text


XRDS = {"Content-Type": "application/xrds+xml; charset=utf-8"}
HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize("form", ["document", "field", "meta"])
def test_the_document_of_an_identifier_may_be_xrds(browser, login, provider, form):
    if form == "document":
        answer = 200, XRDS, provider.xrds()
    elif form == "field":
        answer = 200, HTML | {"X-XRDS-Location": f"{provider.url}/xrds/alice"}, "<html>"
    else:
        location = f"{provider.url}/xrds/alice"
        meta = f'<head><meta http-equiv="X-XRDS-Location" content="{location}"></head>'
        answer = 200, HTML, f"<html>{meta}"
    provider.pages["/users/alice"] = answer
    assert browser.open(browser.visit(login, until=login)).status == 200


def test_s19_an_identifier_that_redirects_is_refused(browser, login, provider):
    provider.pages["/users/alice"] = 302, {"Location": f"{provider.url}/users/bob"}, ""
    page = browser.open(browser.visit(login, until=login))
    assert "answered 302" in page.text


def test_the_name_at_the_provider_is_the_one_of_the_document(browser, login, provider):
    provider.pages["/users/alice"] = 200, XRDS, provider.xrds(f"{provider.url}/users/bob")
    assert "does not let" in browser.open(browser.visit(login, until=login)).text
    provider.pages["/users/alice"] = 200, XRDS, provider.xrds(f"{provider.url}/users/alice")
    assert browser.open(browser.visit(login, until=login)).status == 200


def test_a_large_document_is_refused(browser, login, provider):
    provider.pages["/users/alice"] = 200, HTML, " " * 300_000
    page = browser.open(browser.visit(login, until=login))
    assert "did not answer" in page.text


def test_a_long_answer_comes_as_a_form(browser, login, provider):
    """Providers send answers by POST that are too long for an address (section 5.2.1)."""
    provider.attributes["http://axschema.org/namePerson"] = "A" * 3000
    page = browser.submit(
        browser.open(login), {"login": "alice", "password": "wonderland", "decision": "go"}
    )
    assert page.url.endswith("/decide")
    assert page.forms[0].action.startswith(login)
    page = browser.submit(page)
    assert json.loads(page.body)["name"] == "A" * 3000


def test_s19_unsigned_attributes_do_not_count(browser, login):
    back = browser.visit(login, until=login)
    more = {
        "openid_ns.evil": "http://openid.net/srv/ax/1.0",
        "openid_evil.type.email": "http://axschema.org/contact/email",
        "openid_evil.value.email": "admin@example.com",
    }
    page = browser.open(change(back, **more))
    assert "admin@example.com" not in page.text


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("endpoint", ["http://provider.example/openid", "/openid", ""])
def test_s19_an_endpoint_must_be_https(site, browser, endpoint):
    handler = type("Handler", (AsyncHandler,), {"_OPENID_ENDPOINT": endpoint})
    page = browser.request(f"{site([('/login', handler)], **SETTINGS).url}/login")
    assert page.status == 500
    assert page.location is None


def test_the_settings_can_point_an_endpoint_elsewhere(site, browser, provider):
    class Handler(AsyncHandler):
        _OPENID_ENDPOINT = "https://gone.example/openid"

    settings = SETTINGS | {"auth_endpoints": {"Handler._OPENID_ENDPOINT": provider.endpoint}}
    login = f"{site([('/login', Handler)], **settings).url}/login"
    assert browser.open(browser.visit(login, until=login)).status == 200
