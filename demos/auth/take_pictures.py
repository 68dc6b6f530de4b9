"""Take the pictures of the demo for its README: ``python demos/auth/take_pictures.py FOLDER``.

It needs Chromium with its driver, and selenium.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from browsing import start_chromium, wait_for_text  # noqa: E402 - the path comes first
from programs import Program  # noqa: E402 - the path comes first
from selenium.webdriver.common.by import By  # noqa: E402 - the path comes first

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


def set_screen(browser: Chrome, width: int, height: int, scale: int, colours: str) -> None:
    """Be a screen of a size, in light or dark colours."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale}
    _tell(browser, "Emulation.setDeviceMetricsOverride", **metrics, mobile=width < 500)
    feature = {"name": "prefers-color-scheme", "value": colours}
    _tell(browser, "Emulation.setEmulatedMedia", features=[feature])
    _tell(browser, "Emulation.setScrollbarsHidden", hidden=True)


def take(browser: Chrome, file: Path) -> None:
    """Write what the screen shows."""
    browser.execute_script("document.activeElement.blur()")
    file.write_bytes(base64.b64decode(_tell(browser, "Page.captureScreenshot")["data"]))


def _tell(browser: Chrome, command: str, **parameters: Any) -> Any:
    return browser.execute_cdp_cmd(command, parameters)


def main(folder: Path) -> None:
    """Sign in, with a picture of the question on a phone and of the answer at a desk."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        program = Program(HERE / "app.py", "--port", "8888", printed=temporary)
        stack.callback(program.close)
        address = program.wait_for_line("Open ").split()[1]
        browser = start_chromium(temporary / "profile")
        stack.callback(browser.quit)
        set_screen(browser, 390, 720, 2, "dark")
        browser.get(address)
        browser.find_element(By.CSS_SELECTOR, ".choices button").click()
        wait_for_text(browser, "Choose an account")
        take(browser, folder / "auth-phone.png")
        browser.find_element(By.CSS_SELECTOR, ".account").click()
        wait_for_text(browser, "Signed in by")
        set_screen(browser, 1000, 1130, 1, "light")
        browser.find_element(By.TAG_NAME, "summary").click()
        take(browser, folder / "auth-desk.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
