"""Starting a browser, and reading pages that it is about to replace."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from programs import PATIENCE
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from pathlib import Path

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def start_chromium(profile: Path) -> Chrome:
    """Start a headless Chromium with a folder of its own."""
    options = Options()
    options.binary_location = BROWSER or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",  # root cannot use it, for example in a container
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-proxy-server",
        "--window-size=1000,800",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    driver = Chrome(options, Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE)
    return driver


def text_of(browser: Chrome) -> str:
    """Return the text that the page shows."""
    return browser.find_element(By.TAG_NAME, "body").text


def wait_for_text(browser: Chrome, text: str) -> None:
    """Wait until the page says something; it may be another page by then."""
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    wait.until(lambda driver: text in text_of(driver))
