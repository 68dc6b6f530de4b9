"""A real browser fills in the documents' form and sends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import text_of, wait_for_text
from programs import running, unused_port, write_program
from seed import SITE
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = unused_port()
    script = write_program(tmp_path_factory.mktemp("site"), SITE)
    with running(script, port, str(port)):
        yield f"http://127.0.0.1:{port}"


def test_the_form_is_filled_in_and_answered(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/")
    browser.find_element(By.NAME, "message").send_keys("a cup of tea & <milk>")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    wait_for_text(browser, "You wrote")

    assert text_of(browser) == "You wrote a cup of tea & <milk>"


def test_a_story_is_shown_by_its_number(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/story/42")

    assert text_of(browser) == "You requested the story 42"


def test_a_refusal_is_shown_with_its_status(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/private")

    assert browser.title == "403: Forbidden"
    assert "403: Forbidden" in text_of(browser)
