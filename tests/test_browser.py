"""A real browser fills in the documents' form and sends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from programs import PATIENCE, running, unused_port, write_program
from seed import SITE
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    # A build server has to have the browser; a machine at home may do without.
    pytest.mark.skipif(
        not (BROWSER and DRIVER) and not os.environ.get("CI"), reason="no Chromium with its driver"
    ),
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = Options()
    options.binary_location = BROWSER or ""
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new",
        "--no-sandbox",  # root, as in a container, has to do without
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-proxy-server",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = unused_port()
    script = write_program(tmp_path_factory.mktemp("site"), SITE)
    with running(script, port, str(port)):
        yield f"http://127.0.0.1:{port}"


def text_of(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def test_the_form_is_filled_in_and_answered(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/")
    browser.find_element(By.NAME, "message").send_keys("a cup of tea & <milk>")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()

    WebDriverWait(browser, PATIENCE).until(lambda driver: "You wrote" in text_of(driver))

    assert text_of(browser) == "You wrote a cup of tea & <milk>"


def test_a_story_is_shown_by_its_number(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/story/42")

    assert text_of(browser) == "You requested the story 42"


def test_a_refusal_is_shown_with_its_status(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/private")

    assert browser.title == "403: Forbidden"
    assert "403: Forbidden" in text_of(browser)
