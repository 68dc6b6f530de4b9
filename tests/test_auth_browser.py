"""Signing in and out in a browser, at providers that others have written."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from browsing import text_of, wait_for_text
from programs import PATIENCE, running, unused_port, write_program
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parents[1]
COUNTERPARTS = ROOT / "packages" / "auth" / "tests"

pytestmark = pytest.mark.timeout(180)


def load(name: str) -> ModuleType:
    """Return a module of the tests of tornado-auth."""
    spec = importlib.util.spec_from_file_location(f"auth_{name}", COUNTERPARTS / f"{name}.py")
    sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[spec.name])
    return sys.modules[spec.name]


def start_afresh(browser: Chrome, address: str) -> None:
    browser.get(address)
    browser.delete_all_cookies()


# The documents' example at python3-openid.

#: The documents print GoogleHandler; what its last comment asks for is in the class after it.
GOOGLE = """
import sys
import tornado.auth
import tornado.ioloop
import tornado.web

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
    def _on_auth(self, user):
        super()._on_auth(user)
        if user:
            self.set_secure_cookie("user", "%(name)s, %(email)s" % user)
            self.redirect("/")

class MainHandler(tornado.web.RequestHandler):
    def get(self):
        self.write(self.get_secure_cookie("user") or "nobody is signed in")

application = tornado.web.Application([
    (r"/", MainHandler),
    (r"/login", SavingHandler),
], cookie_secret="c" * 40, auth_endpoints={"GoogleMixin._OPENID_ENDPOINT": sys.argv[2]})

if __name__ == "__main__":
    application.listen(int(sys.argv[1]))
    tornado.ioloop.IOLoop.instance().start()
"""


@contextmanager
def openid_provider() -> Iterator[str]:
    """Run python3-openid's server and give its endpoint."""
    process = subprocess.Popen(
        [sys.executable, str(COUNTERPARTS / "openid_provider.py")],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def google_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = write_program(tmp_path_factory.mktemp("google"), GOOGLE)
    port = unused_port()
    with openid_provider() as endpoint, running(script, port, str(port), endpoint):
        yield f"http://127.0.0.1:{port}"


def answer_openid(browser: Chrome, password: str, decision: str) -> None:
    wait_for_text(browser, "asks who you are")
    browser.find_element(By.NAME, "login").send_keys("alice")
    browser.find_element(By.NAME, "password").send_keys(password)
    browser.find_element(By.CSS_SELECTOR, f"button[value={decision}]").click()


def test_the_google_handler_of_the_documents_signs_in(google_site: str, browser: Chrome) -> None:
    start_afresh(browser, f"{google_site}/")
    assert text_of(browser) == "nobody is signed in"
    browser.get(f"{google_site}/login")
    answer_openid(browser, "wonderland", "go")
    wait_for_text(browser, "Alice Liddell, alice@example.com")
    assert browser.current_url == f"{google_site}/"


def test_the_google_handler_of_the_documents_asks_again_after_a_refusal(
    google_site: str, browser: Chrome
) -> None:
    start_afresh(browser, f"{google_site}/")
    browser.get(f"{google_site}/login")
    answer_openid(browser, "wonderland", "abort")
    answer_openid(browser, "wonderland", "go")
    wait_for_text(browser, "Alice Liddell")


# The site of the page about signing in, at npm's oidc-provider.

SITE = """
import asyncio
import sys

import signing_in
from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.web import Application, RequestHandler


class LogoutHandler(RequestHandler, OpenIDConnectMixin):
    def get(self):
        self.write('<form method="post"><button>Sign out</button></form>')

    async def post(self):
        self.clear_cookie("user")
        await self.logout_redirect("/logged-out")


class LoggedOutHandler(RequestHandler, OpenIDConnectMixin):
    async def get(self):
        await self.check_logout()
        self.write("You are signed out.")


async def main():
    application = signing_in.make_application(
        cookie_secret="c" * 40,
        oidc={"issuer": sys.argv[2], "key": sys.argv[3], "secret": sys.argv[4]},
    )
    application.add_handlers(
        ".*", [("/logout", LogoutHandler), ("/logged-out", LoggedOutHandler)]
    )
    application.listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def node_provider() -> Iterator[Any]:
    provider = load("node_provider").NodeProvider()
    yield provider
    provider.close()


@pytest.fixture
def oidc_site(node_provider: Any, tmp_path: Path) -> Iterator[str]:
    page = (ROOT / "docs" / "auth.md").read_text("utf-8")
    [text] = re.findall(r"^```python signing_in.py\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    write_program(tmp_path, text, "signing_in.py")
    script, port = write_program(tmp_path, SITE), unused_port()
    address = f"http://127.0.0.1:{port}"
    client = {
        **sys.modules["auth_node_provider"].CLIENT,
        "redirect_uris": [f"{address}/login"],
        "post_logout_redirect_uris": [f"{address}/logged-out"],
    }
    node_provider.configure(client)
    arguments = node_provider.issuer, client["client_id"], client["client_secret"]
    with running(script, port, str(port), *arguments):
        yield address


def press(browser: Chrome, label: str) -> None:
    browser.find_element(By.XPATH, f"//button[contains(., '{label}')]").click()


def sign_in(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/")
    wait_for_text(browser, "login")
    browser.find_element(By.NAME, "login").send_keys("alice")
    browser.find_element(By.NAME, "password").send_keys("wonderland")
    press(browser, "Continue")
    wait_for_text(browser, "consent")
    press(browser, "Continue")
    wait_for_text(browser, "Hello, ")


def test_a_user_signs_in_and_out_by_openid_connect(
    oidc_site: str, node_provider: Any, browser: Chrome
) -> None:
    start_afresh(browser, f"{oidc_site}/logged-out-page-that-is-not-there")
    start_afresh(browser, f"{node_provider.issuer}/none")
    sign_in(browser, oidc_site)
    assert text_of(browser) == f"Hello, {node_provider.issuer} alice"
    assert browser.current_url == f"{oidc_site}/"
    assert [
        each["name"] for each in browser.get_cookies() if "tornado_signin_" in each["name"]
    ] == []

    browser.get(f"{oidc_site}/logout")
    press(browser, "Sign out")
    wait_for_text(browser, "sign-out")
    press(browser, "Yes")
    wait_for_text(browser, "You are signed out.")
    browser.get(f"{oidc_site}/")
    wait_for_text(browser, "login")  # the provider asks again
    assert browser.find_element(By.NAME, "password")


def test_two_tabs_sign_in_beside_each_other(
    oidc_site: str, node_provider: Any, browser: Chrome
) -> None:
    start_afresh(browser, f"{node_provider.issuer}/none")
    browser.get(f"{oidc_site}/login?next=/?tab=first")
    first = browser.current_url
    browser.get(f"{oidc_site}/login?next=/?tab=second")
    browser.find_element(By.NAME, "login").send_keys("alice")
    browser.find_element(By.NAME, "password").send_keys("wonderland")
    press(browser, "Continue")
    wait_for_text(browser, "consent")
    press(browser, "Continue")
    wait_for_text(browser, "Hello, ")
    assert browser.current_url == f"{oidc_site}/?tab=second"

    browser.get(first)
    browser.find_element(By.NAME, "login").send_keys("alice")
    browser.find_element(By.NAME, "password").send_keys("wonderland")
    press(browser, "Continue")
    wait_for_text(browser, "Hello, ")
    assert browser.current_url == f"{oidc_site}/?tab=first"
