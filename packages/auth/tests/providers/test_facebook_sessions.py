"""FacebookMixin against a server of the protocol that the tests bring: nobody else runs one any more."""

from __future__ import annotations

import hashlib
import json
import urllib.parse

import pytest

from tornado import gen
from tornado.auth import AuthError, FacebookMixin
from tornado.web import HTTPError, RequestHandler, asynchronous

KEY, SECRET = "api-key-of-the-site", "secret of Facebook and the site"
SESSION = {"session_key": "3.key-of-the-session", "uid": 1234567, "expires": 0, "secret": "s"}
ALICE = {
    "uid": 1234567,
    "first_name": "Alice",
    "last_name": "Liddell",
    "name": "Alice Liddell",
    "locale": "en_GB",
    "pic_square": None,
    "profile_url": "https://facebook.example/alice",
    "username": "alice",
}


def signature(arguments, secret=SECRET):
    text = "".join(f"{name}={value}" for name, value in sorted(arguments.items()))
    return hashlib.md5((text + secret).encode()).hexdigest()


class LoginPage(RequestHandler):
    """Facebook's login page, on which every user says yes."""

    def get(self):
        self.settings["seen"].append(self.request.arguments)
        session = SESSION | {"sig": signature(SESSION)}
        target = self.get_argument("next")
        self.redirect(f"{target}&{urllib.parse.urlencode({'session': json.dumps(session)})}")


class RestServer(RequestHandler):
    """Facebook's REST interface, which checks the signature."""

    def post(self):
        given = {name: values[0].decode() for name, values in self.request.arguments.items()}
        self.settings["seen"].append(given)
        covered = {name: value for name, value in given.items() if name != "sig"}
        if given["sig"] != signature(covered) or self.request.query:
            self.write({"error_code": 104, "error_msg": f"Incorrect signature {SECRET}"})
        elif given["method"] == "facebook.users.getInfo":
            fields = given["fields"].split(",")
            users = self.settings.get("users", [ALICE])
            self.write(json.dumps([{name: user[name] for name in fields} for user in users]))
        else:
            self.write(given)


class FacebookHandler(RequestHandler, FacebookMixin):
    async def get(self):
        if not self.get_argument("auth_state", None):
            self.authenticate_redirect(next=self.get_argument("next", None))
            return
        try:
            user = await self.get_authenticated_user()
        except AuthError as error:
            self.set_status(401)
            self.write(f"{type(error).__name__}: {error}")
        else:
            self.write(user | {"next": self.auth_transaction.next})


class ClassicHandler(RequestHandler, FacebookMixin):
    @asynchronous
    def get(self):
        if self.get_argument("session", None):
            self.get_authenticated_user(self.async_callback(self._on_auth))
            return
        self.authorize_redirect("publish_stream", "/login?a=1", cancel_uri="/cancelled")

    def _on_auth(self, user):
        if not user:
            raise HTTPError(500, "Facebook auth failed")
        self.finish(user)

    @asynchronous
    def post(self):
        self.facebook_request(
            method="stream.get",
            callback=self.async_callback(self._on_stream),
            session_key="3.key",
            limit=5,
        )

    @asynchronous
    @gen.engine
    def put(self):
        stream = yield gen.Task(self.facebook_request, "facebook.stream.get", session_key="3.key")
        self.finish(stream)

    def _on_stream(self, stream):
        self.finish(stream or "failed")


@pytest.fixture
def facebook(site):
    return site([("/login.php", LoginPage), ("/restserver.php", RestServer)], seen=[])


@pytest.fixture
def run(site, facebook):
    """Run a handler at ``/login``, and return its address."""

    def start(handler=FacebookHandler, **others):
        endpoints = {
            "FacebookMixin._FACEBOOK_LOGIN_URL": f"{facebook.url}/login.php",
            "FacebookMixin._FACEBOOK_REST_URL": f"{facebook.url}/restserver.php",
        }
        settings = {"facebook_api_key": KEY, "facebook_secret": SECRET, **others}
        settings |= {"cookie_secret": "a secret of the tests", "auth_endpoints": endpoints}
        return f"{site([('/login', handler)], **settings).url}/login"

    return start


@pytest.mark.parametrize("handler", [FacebookHandler, ClassicHandler])
def test_a_user_signs_in(run, browser, handler):
    user = json.loads(browser.open(run(handler)).body)
    assert user.pop("next", "") == ""
    assert user == ALICE | {"session_key": SESSION["session_key"], "session_expires": 0}


def test_the_request_has_what_the_protocol_wants(run, browser, facebook):
    login = run(ClassicHandler)
    browser.open(login)
    asked = {
        name: values[0].decode()
        for name, values in facebook.application.settings["seen"][0].items()
    }
    assert asked.pop("next").startswith(f"{login}?a=1&auth_state=")
    assert asked.pop("cancel_url").startswith(
        f"{login.replace('/login', '/cancelled')}?auth_state="
    )
    assert asked == {
        "api_key": KEY,
        "v": "1.0",
        "fbconnect": "true",
        "display": "page",
        "return_session": "true",
        "req_perms": "publish_stream",
    }


def test_s19_the_key_of_a_session_is_in_the_body_of_a_signed_request(run, browser, facebook):
    browser.open(run())
    request = facebook.application.settings["seen"][1]
    assert request["session_key"] == SESSION["session_key"]
    assert request["uids"] == str(SESSION["uid"])
    assert request["v"] == "1.0"
    assert request["format"] == "json"


def test_s19_an_answer_in_another_browser_is_refused(run, browser, another_browser):
    login = run()
    back = browser.open(login, until=login + "?").location
    assert another_browser.open(back).text.startswith("TransactionError: ")
    assert browser.open(back).status == 200
    assert browser.open(back).text.startswith("TransactionError: ")


@pytest.mark.parametrize(
    ("session", "message"),
    [
        ("", "ProviderError: the user did not sign in at Facebook"),
        ("{", "AuthError: the session of Facebook is not JSON"),
        ("[]", "AuthError: the session of Facebook lacks uid, session_key or sig"),
        (json.dumps(SESSION), "AuthError: the session of Facebook lacks uid, session_key or sig"),
        (
            json.dumps(SESSION | {"sig": "\u00e9"}),
            "AuthError: the session is not signed by Facebook",
        ),
        ("[" * 5000, "AuthError: the session of Facebook is not JSON"),
        (
            '{"uid": "\\ud800", "session_key": "\\udfff", "sig": "a"}',
            "AuthError: the session is not signed by Facebook",
        ),
        (
            json.dumps(SESSION | {"uid": 1, "sig": signature(SESSION)}),
            "AuthError: the session is not signed by Facebook",
        ),
        (
            json.dumps(SESSION | {"sig": signature(SESSION, "the secret of another program")}),
            "AuthError: the session is not signed by Facebook",
        ),
    ],
)
def test_s19_a_session_that_facebook_has_not_signed_is_refused(
    run, browser, facebook, session, message
):
    login = run()
    back = urllib.parse.urlsplit(browser.open(login, until=login + "?").location)
    query = urllib.parse.parse_qs(back.query) | {"session": [session]}
    url = back._replace(query=urllib.parse.urlencode(query, doseq=True)).geturl()
    assert browser.open(url).text.startswith(message)
    assert len(facebook.application.settings["seen"]) == 1


@pytest.mark.parametrize(
    ("users", "message"),
    [([], "returned no user"), ([ALICE | {"uid": 7}], "another user than that of the session")],
)
def test_s19_only_the_user_of_the_session_counts(run, browser, facebook, users, message):
    facebook.application.settings["users"] = users
    assert message in browser.open(run()).text


def test_s19_what_facebook_says_is_in_the_error_without_the_secret(run, browser, facebook):
    login = run()
    back = browser.open(login, until=login + "?").location
    facebook.application.wildcard_router.rules.clear()
    facebook.application.add_handlers(".*", [("/restserver.php", RefusingServer)])
    page = browser.open(back)
    assert page.text == "ProviderError: Facebook answered 200: 104: Incorrect ... of ..."


class RefusingServer(RequestHandler):
    def post(self):
        key = self.get_argument("session_key")
        self.write({"error_code": 104, "error_msg": f"Incorrect {SECRET} of {key}"})


def test_a_request_is_signed_and_its_callback_called(run, browser):
    answer = json.loads(browser.request(run(ClassicHandler), {}).body)
    assert answer["method"] == "facebook.stream.get"
    assert answer["limit"] == "5"


def test_s15_next_does_not_lead_to_another_site(run, browser):
    login = run()
    assert json.loads(browser.open(f"{login}?next=/a").body)["next"] == "/a"


@pytest.mark.expected_errors("Uncaught exception")
@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_s15_next_that_leads_away_is_refused(run, browser, facebook, address):
    page = browser.request(f"{run()}?{urllib.parse.urlencode({'next': address})}")
    assert page.status == 500
    assert page.location is None
