"""Reading pages that a browser is about to replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from programs import PATIENCE
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


def text_of(browser: Chrome) -> str:
    """Return the text that the page shows."""
    return browser.find_element(By.TAG_NAME, "body").text


def wait_for_text(browser: Chrome, text: str) -> None:
    """Wait until the page says something; it may be another page by then."""
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    wait.until(lambda driver: text in text_of(driver))
