"""Take the pictures of the chat for its README: ``python demos/chat/take_pictures.py FOLDER``.

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
from chatting import ChatServer  # noqa: E402 - the path comes first
from selenium.webdriver.common.by import By  # noqa: E402 - the path comes first

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CONVERSATION = [
    ("Ann", "Hello Bo! The kettle is on. Are you coming?"),
    ("Bo", "Soon! I am on the train, so this comes by long polling."),
    ("Ann", "And mine by websocket. Shall I keep it warm for you?"),
    ("Ann", "There is cake, too."),
    ("Bo", "Then I am already running."),
]

#: Width, height, pixels for each of them, colours and transport of each user's screen.
SCREENS: dict[str, tuple[str, int, int, int, str, str]] = {
    "Ann": ("chat-desk.png", 1000, 640, 1, "light", "socket"),
    "Bo": ("chat-phone.png", 390, 780, 2, "dark", "polling"),
}


def enter(browser: Chrome, address: str, name: str) -> None:
    """Open the chat on the screen of a user."""
    _, width, height, scale, colours, transport = SCREENS[name]
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale}
    _tell(browser, "Emulation.setDeviceMetricsOverride", **metrics, mobile=width < 500)
    colour_feature = {"name": "prefers-color-scheme", "value": colours}
    _tell(browser, "Emulation.setEmulatedMedia", features=[colour_feature])
    browser.get(address)
    browser.execute_script("localStorage.setItem('transport', arguments[0])", transport)
    browser.find_element(By.NAME, "name").send_keys(name)
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    wait_for_text(browser, "connected")


def _tell(browser: Chrome, command: str, **parameters: Any) -> Any:
    return browser.execute_cdp_cmd(command, parameters)


def main(folder: Path) -> None:
    """Let two users talk, and take a picture of what each of them sees."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(ChatServer(temporary / "server"))
        browsers = {}
        for name in SCREENS:
            browsers[name] = start_chromium(temporary / name)
            stack.callback(browsers[name].quit)
            enter(browsers[name], server.address, name)
        for name, text in CONVERSATION:
            browsers[name].find_element(By.NAME, "text").send_keys(text + "\n")
            for browser in browsers.values():
                wait_for_text(browser, text)
        for name, browser in browsers.items():
            browser.execute_script("document.activeElement.blur()")
            picture = _tell(browser, "Page.captureScreenshot")["data"]
            (folder / SCREENS[name][0]).write_bytes(base64.b64decode(picture))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
