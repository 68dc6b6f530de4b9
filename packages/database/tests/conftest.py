"""A database of either kind, made for one test."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest

from tornado.database import AsyncConnection, Connection, Pool

Connect = Callable[..., Connection]

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 30.0

_numbers = itertools.count(1)

# PyMySQL reads the certificates of the system for each connection, which takes 46 milliseconds, and
# without a CA of the connection's own it checks nothing by them.
os.environ["SSL_CERT_FILE"] = os.devnull


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the coroutine functions among the tests."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def test() -> None:
        await asyncio.wait_for(pyfuncitem.obj(**arguments), 2 * PATIENCE)

    asyncio.run(test())
    return True


def _load(name: str) -> ModuleType:
    file = Path(__file__).with_name(f"{name}.py")
    spec = spec_from_file_location(f"database_tests_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Any]:
    """A private MariaDB, which a build server has to have; others may do without."""
    module = _load("mariadb")
    missing = module.missing_programs()
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)} (Debian's mariadb-server)")
    server = module.MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def server(mariadb: Any) -> Iterator[Any]:
    """The same MariaDB, for a test that stops it; it runs again afterwards."""
    yield mariadb
    if mariadb.process is None or mariadb.process.poll() is not None:
        mariadb.restart()


class Place:
    """A database that is empty at the beginning of a test, and gone after it."""

    def __init__(self, kind: str, url: str, arguments: dict[str, Any]) -> None:
        self.kind = kind
        self.url = url
        self.arguments = arguments  #: of the classic constructor
        self.serial = "INTEGER PRIMARY KEY"  #: how a column that numbers itself is declared
        if kind == "mariadb":
            self.serial += " AUTO_INCREMENT"
        self.opened: list[Connection] = []

    @property
    def is_sqlite(self) -> bool:
        return self.kind == "sqlite"

    def url_with(self, **options: object) -> str:
        """Return the URL with options."""
        pairs = "&".join(f"{name}={quote(str(value))}" for name, value in options.items())
        return f"{self.url}{'&' if '?' in self.url else '?'}{pairs}"

    def connect(self, **options: Any) -> Connection:
        """Open a connection, which is closed after the test."""
        self.opened.append(Connection(self.url, **options))
        return self.opened[-1]

    @asynccontextmanager
    async def connection(self, **options: Any) -> AsyncIterator[AsyncConnection]:
        """Open a connection for coroutines, with an empty table."""
        async with AsyncConnection(self.url, **options) as db:
            await self._create_items(db)
            yield db

    @asynccontextmanager
    async def pool(self, **options: Any) -> AsyncIterator[Pool]:
        """Make a pool, with an empty table."""
        async with Pool(self.url, **options) as pool:
            await self._create_items(pool)
            yield pool

    async def _create_items(self, db: AsyncConnection | Pool) -> None:
        await db.execute(f"CREATE TABLE items (id {self.serial}, name VARCHAR(50))")


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    """A database in a file."""
    place = Place("sqlite", f"sqlite:///{tmp_path}/test.db", {})
    yield place
    for each in place.opened:
        each.close()


@pytest.fixture
def mariadb_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A database of the private server, over TCP."""
    server = request.getfixturevalue("mariadb")
    module = sys.modules[type(server).__module__]
    name = f"test_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    credentials = f"{module.USER}:{quote(module.PASSWORD, safe='')}"
    place = Place(
        "mariadb",
        f"mysql://{credentials}@127.0.0.1:{server.port}/{name}",
        {
            "host": f"127.0.0.1:{server.port}",
            "database": name,
            "user": module.USER,
            "password": module.PASSWORD,
        },
    )
    yield place
    for each in place.opened:
        each.close()
    if server.process is None or server.process.poll() is not None:
        server.restart()
    server.run(f"DROP DATABASE {name}")


@pytest.fixture(params=["sqlite", "mariadb"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty database, of each kind."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
def db(place: Place) -> Connection:
    """A connection to an empty database, of each kind."""
    return place.connect()


@pytest.fixture
def names() -> Callable[[Any], Awaitable[list[str]]]:
    """Return the names of the items, in the order in which they came."""

    async def read(db: Any) -> list[str]:
        return [row.name for row in await db.query("SELECT name FROM items ORDER BY id")]

    return read


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], Awaitable[None]]:
    """Wait for something that threads change."""

    async def wait(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - threads change it
                await asyncio.sleep(0.005)

    return wait
