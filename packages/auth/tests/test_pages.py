"""The programs that the pages about signing in show, started as a reader would."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1]
PAGES = [PACKAGE / "README.md", PACKAGE.parents[1] / "docs" / "auth.md"]
PATIENCE = 30


def program_of(page: Path) -> str:
    """Return the program on a page that is shown as a file."""
    [text] = re.findall(
        r"^```python \w+\.py\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return text


@contextmanager
def running(script: Path, port: int, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(script)],
        env={**os.environ, "PORT": str(port), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    process.kill()
                    pytest.fail(f"the program did not start: {process.stderr.read()}")
                time.sleep(0.02)
        yield
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def start(
    node_provider: Any, client: Any, unused_port: Callable[[], int], tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Run a program with a client of oidc-provider: ``start(text)`` returns its address."""
    with ExitStack() as stack:

        def start(text: str) -> str:
            port = unused_port()
            address = f"http://127.0.0.1:{port}"
            registered = client(f"{address}/login")
            node_provider.configure(registered)
            script = tmp_path / "program.py"
            script.write_text(text, "utf-8")
            settings = {
                "COOKIE_SECRET": "c" * 40,
                "OIDC_ISSUER": node_provider.issuer,
                "OIDC_CLIENT_ID": registered["client_id"],
                "OIDC_CLIENT_SECRET": registered["client_secret"],
            }
            stack.enter_context(running(script, port, **settings))
            return address

        yield start


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_site_on_a_page_signs_a_user_in(
    page: Path, start: Any, node_provider: Any, browser: Any, another_browser: Any
) -> None:
    address = start(program_of(page))
    back = browser.visit(f"{address}/", until=f"{address}/login?code=")
    assert "iss=" in back
    assert another_browser.open(back).status == 403
    page_shown = browser.open(back)
    assert page_shown.status == 200
    assert page_shown.url == f"{address}/"
    assert page_shown.text == f"Hello, {node_provider.issuer} alice"
