"""The demo's way to GitHub and back, with oauthlib's server of OAuth 2 in its place, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from browsing import text_of, wait_for_text
from github_server import CLIENT_ID, CLIENT_SECRET, USER, GitHubServer
from programs import PATIENCE, Program, curl
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

DEMO = Path(__file__).resolve().parents[1] / "demos" / "auth" / "app.py"

pytestmark = pytest.mark.timeout(180)


class Demo(NamedTuple):
    site: str
    github: GitHubServer


def write_providers(folder: Path, **values: str) -> Path:
    """Write a file of providers, as a user of the demo does."""
    client = {"kind": "github", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    path = folder / "providers.toml"
    lines = [f'{name} = "{value}"' for name, value in {**client, **values}.items()]
    path.write_text("\n".join(["[github]", 'title = "GitHub"', *lines]))
    return path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("github")
    github = GitHubServer()
    providers = write_providers(folder, site=github.url, api=github.url)
    options = "--port", "0", "--no-local-provider", "--providers", str(providers)
    program = Program(DEMO, *options, printed=folder)
    try:
        yield Demo(program.wait_for_line("Open ").split()[1].rstrip("/"), github)
    finally:
        program.close()
        github.close()


@pytest.fixture
def demo(running: Demo) -> Demo:
    """The demo, and a GitHub that has forgotten what it was sent."""
    running.github.serve(f"{running.site}/sign-in/github/callback")
    running.github.user = USER
    return running


def press(browser: Chrome, label: str) -> None:
    browser.find_element(By.XPATH, f"//main//button[contains(., '{label}')]").click()


def ask(demo: Demo, browser: Chrome) -> None:
    browser.get(f"{demo.site}/")
    browser.delete_all_cookies()
    browser.get(f"{demo.site}/")
    press(browser, "Continue with GitHub")
    wait_for_text(browser, "Authorize A site")
    assert "read:user user:email" in text_of(browser)


def test_a_user_of_github_signs_in_and_out(demo: Demo, browser: Chrome) -> None:
    ask(demo, browser)
    press(browser, "Authorize octocat")
    wait_for_text(browser, "Signed in by")
    assert browser.current_url == f"{demo.site}/"
    shown = {each: browser.find_element(By.ID, each).text for each in ("name", "email", "subject")}
    assert shown == {"name": USER["name"], "email": USER["email"], "subject": str(USER["id"])}
    press(browser, "Sign out of this site")
    wait_for_text(browser, "Who are you?")


def test_s19_the_code_goes_with_the_secret_and_the_verifier_in_a_form(
    demo: Demo, browser: Chrome
) -> None:
    ask(demo, browser)
    assert "code_challenge_method=S256" in browser.current_url
    assert CLIENT_SECRET not in browser.current_url
    press(browser, "Authorize octocat")
    wait_for_text(browser, "Signed in by")
    [form] = demo.github.rules.forms
    assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert form["redirect_uri"] == f"{demo.site}/sign-in/github/callback"
    assert len(form["code_verifier"]) == 43
    assert demo.github.rules.codes == {}  # the code was taken, once


def test_somebody_who_cancels_is_not_signed_in(demo: Demo, browser: Chrome) -> None:
    ask(demo, browser)
    press(browser, "Cancel")
    wait_for_text(browser, "Nobody was signed in: the provider says that this was refused.")
    assert demo.github.rules.forms == []


def test_s19_an_answer_of_github_is_worthless_in_another_browser(
    demo: Demo, browser: Chrome, second_browser: Chrome
) -> None:
    ask(demo, browser)
    second_browser.get(f"{demo.site}/")
    second_browser.get(browser.current_url)
    press(second_browser, "Authorize octocat")
    wait_for_text(second_browser, "Nobody was signed in")
    assert demo.github.rules.forms == []


@pytest.mark.parametrize("user", [{"login": "octocat"}, ["octocat"], {"id": "1", "login": "x"}])
def test_an_answer_that_is_not_a_user_signs_nobody_in(
    demo: Demo, browser: Chrome, user: Any
) -> None:
    demo.github.user = user
    ask(demo, browser)
    press(browser, "Authorize octocat")
    wait_for_text(browser, "Nobody was signed in")
    assert "does not say who" in browser.find_element(By.ID, "reason").text


def test_s19_an_error_in_a_good_answer_is_an_error(demo: Demo, browser: Chrome) -> None:
    """GitHub sends status 200 with it."""
    ask(demo, browser)
    demo.github.rules.save_authorization_code = lambda *_, **__: None  # the code is unknown later
    press(browser, "Authorize octocat")
    wait_for_text(browser, "Nobody was signed in")
    assert "invalid_grant" in browser.find_element(By.ID, "reason").text
    demo.github.serve("")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"site": "https://github.example.com/"}, "site must be an address without a slash"),
        ({"kind": "openid", "issuer": "https://a.example", "site": "x"}, "has 'site'"),
    ],
)
def test_addresses_that_are_wrong_are_told(
    tmp_path: Path, values: dict[str, str], complaint: str
) -> None:
    options = "--port", "0", "--providers", str(write_providers(tmp_path, **values))
    program = Program(DEMO, *options, printed=tmp_path)
    try:
        assert program.process.wait(PATIENCE) == 1
    finally:
        program.close()
    assert complaint in program.stderr
    assert len(program.stderr.splitlines()) == 1


def test_s19_an_address_of_github_without_tls_gets_nobody(tmp_path: Path) -> None:
    providers = write_providers(tmp_path, site="http://github.example.com")
    options = "--port", "0", "--no-local-provider", "--providers", str(providers)
    program = Program(DEMO, *options, printed=tmp_path)
    token = "a" * 32
    try:
        site = program.wait_for_line("Open ").split()[1]
        cookie, form = ("--cookie", f"_xsrf={token}"), ("--data", f"_xsrf={token}")
        page = curl(*cookie, *form, f"{site}sign-in/github").stdout
        assert "Nobody was signed in" in page
        assert "must be an https URL" in page
    finally:
        program.close()
