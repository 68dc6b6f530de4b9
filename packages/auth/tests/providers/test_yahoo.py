"""YahooMixin against a server of BBAuth that the tests bring: nobody else runs one any more."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.parse

import pytest

from tornado.auth import AuthError, YahooMixin
from tornado.web import RequestHandler, asynchronous

APP_ID, SECRET = "id-of-the-program--", "shared secret of Yahoo"


def sign(url, secret=SECRET):
    """Sign an address as the documents of BBAuth say: MD5 of path, query and secret."""
    parts = urllib.parse.urlsplit(url)
    covered = f"{parts.path}?{parts.query}{secret}"
    return f"{url}&sig={hashlib.md5(covered.encode()).hexdigest()}"


def is_signed(uri):
    covered, _, found = uri.rpartition("&sig=")
    return sign(covered).endswith(found)


class LoginPage(RequestHandler):
    """Yahoo's login page, on which every user says yes."""

    def get(self):
        self.settings["seen"].append(self.request.uri)
        if not is_signed(self.request.uri) or abs(time.time() - int(self.get_argument("ts"))) > 300:
            self.send_error(403)
            return
        answer = {
            "appid": self.get_argument("appid"),
            "token": "token-of-alice_.~",
            "appdata": self.get_argument("appdata"),
            "ts": str(int(time.time())),
        }
        if self.get_argument("send_userhash") == "1":
            answer["userhash"] = "hash of alice"
        self.redirect(sign(f"{self.settings['registered'][0]}?{urllib.parse.urlencode(answer)}"))


class Credentials(RequestHandler):
    def get(self):
        if not is_signed(self.request.uri):
            self.set_status(403)
            self.write("<Error><ErrorCode>3000</ErrorCode></Error>")
            return
        self.write(
            "<?xml version='1.0'?><BBAuthTokenLoginResponse><Success>"
            "<Cookie> Y=cookie; path=/; domain=.yahoo.com </Cookie><WSSID>wss.id</WSSID>"
            "<Timeout>3600</Timeout></Success></BBAuthTokenLoginResponse>"
        )


class YahooHandler(RequestHandler, YahooMixin):
    async def get(self):
        if not self.get_argument("sig", None):
            self.authenticate_redirect(next=self.get_argument("next", None))
            return
        try:
            user = await self.get_authenticated_user()
            credentials = await self.get_yahoo_credentials(user["token"])
        except AuthError as error:
            self.set_status(401)
            self.write(f"{type(error).__name__}: {error}")
        else:
            self.write({**user, **credentials, "next": self.auth_transaction.next})


class ClassicHandler(RequestHandler, YahooMixin):
    @asynchronous
    def get(self):
        if self.get_argument("sig", None):
            self.get_authenticated_user(self._on_auth)
            return
        self.authenticate_redirect()

    def _on_auth(self, user):
        self.finish(user or "nobody")


@pytest.fixture
def yahoo(site):
    routes = [("/WSLogin/V1/wslogin", LoginPage), ("/WSLogin/V1/wspwtoken_login", Credentials)]
    return site(routes, seen=[], registered=[])


@pytest.fixture
def run(site, yahoo):
    """Run a handler at ``/login``, which is registered, and return its address."""

    def start(handler=YahooHandler, **others):
        endpoints = {
            "YahooMixin._YAHOO_LOGIN_URL": f"{yahoo.url}/WSLogin/V1/wslogin",
            "YahooMixin._YAHOO_CREDENTIALS_URL": f"{yahoo.url}/WSLogin/V1/wspwtoken_login",
        }
        settings = {"yahoo_app_id": APP_ID, "yahoo_shared_secret": SECRET, **others}
        settings |= {"cookie_secret": "a secret of the tests", "auth_endpoints": endpoints}
        login = f"{site([('/login', handler)], **settings).url}/login"
        yahoo.application.settings["registered"][:] = [login]
        return login

    return start


def test_a_user_signs_in_and_gets_credentials(run, browser):
    assert json.loads(browser.open(f"{run()}?next=/a").body) == {
        "userhash": "hash of alice",
        "token": "token-of-alice_.~",
        "cookie": "Y=cookie; path=/; domain=.yahoo.com",
        "wssid": "wss.id",
        "timeout": 3600,
        "next": "/a",
    }


def test_a_user_signs_in_with_a_callback(run, browser):
    user = json.loads(browser.open(run(ClassicHandler)).body)
    assert user == {"userhash": "hash of alice", "token": "token-of-alice_.~"}


def answer(browser, login):
    """Return the address that Yahoo sends the browser back to, without its signature."""
    return browser.open(login, until=f"{login}?appid").location.rpartition("&sig=")[0]


def test_s19_an_answer_in_another_browser_is_refused(run, browser, another_browser):
    login = run()
    back = sign(answer(browser, login))
    assert another_browser.open(back).text.startswith("TransactionError: ")
    assert browser.open(back).status == 200
    assert browser.open(back).text.startswith("TransactionError: ")


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("hash+of+alice", "hash+of+bob") + sign(url)[len(url) :],
        lambda url: sign(url, "the secret of another program"),
        lambda url: sign(url) + "&userhash=hash+of+bob",
        lambda url: url + "&sig=0",
        lambda url: url + "&sig=" + "0" * 32,
    ],
)
def test_s19_an_answer_that_yahoo_has_not_signed_is_refused(run, browser, change):
    login = run()
    page = browser.open(change(answer(browser, login)))
    assert page.text == "AuthError: the answer is not signed by Yahoo for this program"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("appid", "another", "for another program"),
        ("ts", "1000000000", "of another time"),
        ("ts", "99999999999", "of another time"),
        ("ts", "x", "of another time"),
        ("userhash", "", "must have one userhash"),
        ("token", ["a", "b"], "must have one token"),
    ],
)
def test_s19_a_signed_answer_must_be_whole_and_of_our_time(run, browser, name, value, message):
    login = run()
    back, _, query = answer(browser, login).partition("?")
    changed = urllib.parse.parse_qs(query) | {name: value}
    page = browser.open(sign(f"{back}?{urllib.parse.urlencode(changed, doseq=True)}"))
    assert page.text.startswith("AuthError: ")
    assert message in page.text


def test_credentials_that_yahoo_refuses_are_an_error(run, browser, yahoo):
    class Refusing(RequestHandler):
        def get(self):
            self.write("<Error><ErrorCode>3000</ErrorCode></Error>")

    login = run()
    back = browser.open(login, until=f"{login}?appid").location
    yahoo.application.wildcard_router.rules.clear()
    yahoo.application.add_handlers(".*", [("/WSLogin/V1/wspwtoken_login", Refusing)])
    assert browser.open(back).text == "ProviderError: Yahoo answered 200: 3000: no credentials"
