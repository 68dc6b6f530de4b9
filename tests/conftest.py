from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from programs import PATIENCE, running, unused_port, write_program
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return a headless Chromium, which a build server has to have; others may do without."""
    if not (BROWSER and DRIVER) and not os.environ.get("CI"):
        pytest.skip("no Chromium with its driver")
    options = Options()
    options.binary_location = BROWSER or ""
    profile = tmp_path_factory.mktemp("profile")
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
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE)
    yield driver
    driver.quit()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start programs with files beside them: ``serve(program, files)`` returns the address."""
    with ExitStack() as stack:

        def start(program: str, files: dict[str, str] | None = None) -> str:
            for name, text in (files or {}).items():
                (tmp_path / name).write_text(text, "utf-8")
            port = unused_port()
            stack.enter_context(running(write_program(tmp_path, program), port, str(port)))
            return f"http://127.0.0.1:{port}"

        yield start
