"""A real browser signs in, sends forms with tokens, and sees what UI modules bring."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import seed_pages
from browsing import text_of, wait_for_text
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.timeout(180)

Serve = Callable[..., str]


@pytest.fixture
def visit(serve: Serve, browser: Chrome) -> Serve:
    """Start a program as ``serve`` does, for a browser without cookies."""

    def start(program: str, files: dict[str, str] | None = None) -> str:
        site = serve(program, files)
        browser.get(f"{site}/nowhere")
        browser.delete_all_cookies()  # they do not care about ports
        return site

    return start


@pytest.mark.parametrize(
    "program", [seed_pages.SIGN_IN, seed_pages.AUTHENTICATED], ids=["by hand", "authenticated"]
)
def test_who_is_not_signed_in_is_led_to_the_form_and_back(
    browser: Chrome, visit: Serve, program: str
) -> None:
    site = visit(program)
    browser.get(f"{site}/")
    assert browser.current_url.startswith(f"{site}/login")

    browser.find_element(By.NAME, "name").send_keys("Ann & <Bob>")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()
    wait_for_text(browser, "Hello")

    assert browser.current_url == f"{site}/"
    assert text_of(browser) == "Hello, Ann & <Bob>"


def test_a_cookie_comes_back(browser: Chrome, visit: Serve) -> None:
    site = visit(seed_pages.COOKIES)
    browser.get(f"{site}/")
    assert text_of(browser) == "Your cookie was not set yet!"

    browser.get(f"{site}/")

    assert text_of(browser) == "Your cookie was set!"


def test_the_form_with_its_token_is_taken(browser: Chrome, visit: Serve) -> None:
    site = visit(seed_pages.XSRF, {"form.html": seed_pages.XSRF_FORM})
    browser.get(f"{site}/")
    browser.find_element(By.NAME, "message").send_keys("a & b")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    wait_for_text(browser, "said")

    assert '{"said": "a & b"}' in text_of(browser)


def test_the_form_without_its_token_is_refused(browser: Chrome, visit: Serve) -> None:
    site = visit(seed_pages.XSRF, {"form.html": seed_pages.XSRF_FORM})
    browser.get(f"{site}/")
    browser.execute_script("document.getElementsByName('_xsrf')[0].remove()")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    wait_for_text(browser, "403")

    assert browser.title == "403: Forbidden"


_SAY = """
    jQuery.postJSON("/new_message", {message: arguments[0]}, function(answer) {
        document.getElementById("answer").textContent = "answer: " + answer.said;
    });
"""


def test_the_script_of_the_documents_sends_the_token(browser: Chrome, visit: Serve) -> None:
    site = visit(seed_pages.XSRF, {"form.html": seed_pages.XSRF_FORM})
    browser.get(f"{site}/")
    browser.execute_script(_SAY, "a & b")
    wait_for_text(browser, "answer:")
    assert "answer: a & b" in text_of(browser)

    browser.delete_all_cookies()
    browser.execute_script(_SAY, "again")
    wait_for_text(browser, "refused")

    assert "answer: refused with 403" in text_of(browser)


def test_ui_modules_show_entries_in_their_style(browser: Chrome, visit: Serve) -> None:
    site = visit(seed_pages.UI_MODULES, seed_pages.UI_FILES_WITH_STYLE)
    browser.get(f"{site}/")

    entries = browser.find_elements(By.CLASS_NAME, "entry")

    assert [entry.text for entry in entries] == ["An entry", "An entry"]
    assert {entry.value_of_css_property("margin-bottom") for entry in entries} == {"16px"}
    browser.get(f"{site}/entry/2")
    assert text_of(browser) == "An entry with comments"
