from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from browsing import BROWSER, DRIVER, start_chromium
from programs import running, unused_port, write_program
from selenium import webdriver


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return a headless Chromium, which a build server has to have; others may do without."""
    yield from _open_browser(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="session")
def second_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Return another one, with cookies of its own."""
    yield from _open_browser(tmp_path_factory.mktemp("profile"))


def _open_browser(profile: Path) -> Iterator[webdriver.Chrome]:
    if not (BROWSER and DRIVER) and not os.environ.get("CI"):
        pytest.skip("no Chromium with its driver")
    driver = start_chromium(profile)
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


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Any]:
    """Return a private MariaDB, which a build server has to have; others may do without."""
    file = Path(__file__).parents[1] / "packages" / "database" / "tests" / "mariadb.py"
    spec: Any = spec_from_file_location("private_mariadb", file)
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = module.missing_programs()
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)}")
    server = module.MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def mariadb_url(mariadb: Any) -> str:
    """Return the URL of an empty database on the private server."""
    mariadb.run("DROP DATABASE IF EXISTS pages", "CREATE DATABASE pages")
    return f"mysql://root@localhost/pages?unix_socket={mariadb.socket}"
