"""A plugin of pytest: tests of handlers run on a server of another project.

    PYTHONPATH=packages/asgi/tests/other_servers python -m pytest -p other_server --server uvicorn packages/web

The fixtures ``site`` of packages/web and packages/websocket then serve their applications through
``tornado.asgi.ASGIAdapter``. Tests that use no site are left out, because they would run as ever. What
a server makes impossible stands in ``impossible.toml``: such a test has to fail, so that the table
tells of no failure that has gone, and is not run where it would wait for its timeout.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from servers import SERVERS

from tornado.asgi import ASGIAdapter

TABLE = Path(__file__).with_name("impossible.toml")


class Entry(NamedTuple):
    """A row of the table."""

    #: Which tests, as a pattern of the shell.
    tests: str
    #: Names of servers.
    servers: tuple[str, ...]
    reason: str
    #: Whether the test is run, to see that it fails.
    is_run: bool

    def fits(self, node: str, server: str) -> bool:
        """Tell whether a test has to fail on a server."""
        return server in self.servers and fnmatchcase(node, self.tests)


def read_table() -> list[Entry]:
    """Return the rows of the table."""
    document = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [
        Entry(tests, tuple(group["servers"]), group["reason"], group.get("run", True))
        for group in document["impossible"]
        for tests in group["tests"]
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--server", choices=sorted(SERVERS), required=True, help="the server to run on"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let the servers leave transports behind at their end."""
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")


def pytest_report_header(config: pytest.Config) -> str:
    """Name the server."""
    return f"served by {config.getoption('--server')} through tornado.asgi.ASGIAdapter"


def serving(config: pytest.Config) -> Callable[..., Any]:
    """Return what the fixtures serve applications with."""
    serve = SERVERS[config.getoption("--server")]

    def start(application: Any, listener: Any, **options: Any) -> Any:
        return serve(ASGIAdapter(application, **options), listener)

    return start


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests without a site, and mark what is impossible."""
    server = config.getoption("--server")
    with_site = [each for each in items if "site" in getattr(each, "fixturenames", ())]
    config.hook.pytest_deselected(items=[each for each in items if each not in set(with_site)])
    items[:] = with_site
    entries = read_table()
    for item in items:
        for entry in entries:
            if entry.fits(item.nodeid.removeprefix("packages/"), server):
                item.add_marker(pytest.mark.xfail(reason=entry.reason, run=entry.is_run))
