"""The programs on the page about other libraries for databases run, each against a real database."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import postgresql
import pytest
from pages import ROOT, write_files

from tornado.database import Connection

PAGE = ROOT / "docs" / "database-drivers.md"
PATIENCE = 30.0

pytestmark = pytest.mark.timeout(180)


def _load_mariadb() -> ModuleType:
    file = ROOT / "packages" / "database" / "tests" / "mariadb.py"
    spec = spec_from_file_location("private_mariadb", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _skip_without(missing: list[str], package: str) -> None:
    """Skip where a program is missing, except on a build server, which fails then."""
    if missing:
        end = pytest.fail if os.environ.get("CI") else pytest.skip
        end(f"not installed: {', '.join(missing)} (Debian's {package})")


@pytest.fixture(scope="module")
def postgres() -> Iterator[postgresql.PostgreSQL]:
    _skip_without(postgresql.missing_programs(), "postgresql")
    with closing(postgresql.PostgreSQL()) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Any]:
    module = _load_mariadb()
    _skip_without(module.missing_programs(), "mariadb-server")
    with closing(module.MariaDB()) as server:
        server.start()
        yield server


@dataclass
class Database:
    """A database of one kind, empty at first."""

    address: str  #: a URL without its scheme
    #: Keeps others from writing the table for the length of a block; None where drivers give up.
    lock: Callable[[], AbstractContextManager[None]] | None
    #: Counts the connections that the database has besides our own.
    count_connections: Callable[[], int] | None


def _on_postgres(request: pytest.FixtureRequest) -> Iterator[Database]:
    import psycopg

    server = request.getfixturevalue("postgres")
    server.run("DROP DATABASE IF EXISTS blog WITH (FORCE)")
    server.run("CREATE DATABASE blog")
    url = server.url("blog")

    @contextmanager
    def lock() -> Iterator[None]:
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE entries IN EXCLUSIVE MODE")
            yield

    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'blog'"
    yield Database(url.partition("://")[2], lock, lambda: int(server.run(count)[0][0]))


def _on_mariadb(request: pytest.FixtureRequest) -> Iterator[Database]:
    server = request.getfixturevalue("mariadb")
    server.run("DROP DATABASE IF EXISTS blog", "CREATE DATABASE blog CHARACTER SET utf8mb4")

    @contextmanager
    def lock() -> Iterator[None]:
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("LOCK TABLES blog.entries WRITE")
            yield

    count = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'blog'"
    yield Database(
        f"root@127.0.0.1:{server.port}/blog", lock, lambda: int(str(server.run(count)[0][0]))
    )


def _on_sqlite(request: pytest.FixtureRequest) -> Iterator[Database]:
    folder = request.getfixturevalue("tmp_path")
    yield Database(f"/{folder}/blog.db", None, None)


KINDS = {"postgresql": _on_postgres, "mysql": _on_mariadb, "sqlite": _on_sqlite}

#: The programs with the schemes of the URLs that they and alembic take, by the kind of database.
PROGRAMS = [
    ("asyncpg_app.py", "postgresql", "postgresql+psycopg"),
    ("psycopg_app.py", "postgresql", "postgresql+psycopg"),
    ("sqlalchemy_app.py", "postgresql+asyncpg", "postgresql+psycopg"),
    ("sqlalchemy_app.py", "mysql+aiomysql", "mysql+pymysql"),
    ("sqlalchemy_app.py", "sqlite+aiosqlite", "sqlite"),
    ("piece_app.py", "mysql", "mysql+pymysql"),
    ("piece_app.py", "sqlite", "sqlite"),
]
MIGRATED = [("mysql", "mysql+pymysql"), ("sqlite", "sqlite")]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from KINDS[request.getfixturevalue("scheme").partition("+")[0]](request)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(PAGE, tmp_path)
    return tmp_path


def _migrate(folder: Path, url: str, *command: str) -> None:
    """Run the command alembic, in this process: each process imports for a second."""
    from alembic.config import main

    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setenv("MIGRATION_URL", url)
        main(argv=list(command), prog="alembic")


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """A program of the page that runs."""

    def __init__(self, file: Path, url: str) -> None:
        self.port = _unused_port()
        self.process = subprocess.Popen(
            [sys.executable, file.name],
            cwd=file.parent, env={**os.environ, "DATABASE_URL": url, "PORT": str(self.port)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def is_listening(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return False
        return True

    def wait_until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "nothing happened"
            assert self.process.poll() is None, (self.process.stderr or sys.stdin).read()
            time.sleep(0.05)

    def fetch(self, path: str, **form: str) -> Any:
        """Return the status and what the JSON of the response says."""
        body = urllib.parse.urlencode(form).encode() if form else None
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(url, body, timeout=2 * PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None

    def end(self) -> tuple[int, str]:
        """Return the exit status and what the program has complained about, besides missing entries."""
        _, errors = self.process.communicate(timeout=2 * PATIENCE)
        lines = [line for line in errors.splitlines() if not line.startswith("404 GET /entries/2")]
        return self.process.returncode, "\n".join(lines)


@contextmanager
def _started(file: Path, url: str) -> Iterator[Program]:
    program = Program(file, url)
    try:
        program.wait_until(program.is_listening)
        yield program
    finally:
        program.process.kill()
        program.process.communicate()


@pytest.mark.parametrize(("name", "scheme", "migration"), PROGRAMS)
def test_a_program_reads_and_writes_and_ends_in_order(
    name: str, scheme: str, migration: str, database: Database, folder: Path
) -> None:
    _migrate(folder, f"{migration}://{database.address}", "upgrade", "head")
    with _started(folder / name, f"{scheme}://{database.address}") as program:
        assert program.fetch("/entries") == (200, {"entries": []})
        assert program.fetch("/entries", title="it's 100% \U0001f600") == (201, {"id": 1})
        assert program.fetch("/entries/1") == (200, {"id": 1, "title": "it's 100% \U0001f600"})
        assert program.fetch("/entries/2") == (404, None)
        with ThreadPoolExecutor(30) as pool:
            answers = [pool.submit(program.fetch, "/entries", title=str(n)) for n in range(30)]
            assert [each.result()[0] for each in answers] == [201] * 30
        assert len(program.fetch("/entries")[1]["entries"]) == 31
        if database.lock is not None:
            _end_during_a_request(program, database)
        else:
            program.process.send_signal(signal.SIGTERM)
        assert program.end() == (0, "")


def _end_during_a_request(program: Program, database: Database) -> None:
    """End a program while a statement waits: its request is answered before the pool is closed."""
    assert database.lock is not None
    assert database.count_connections is not None
    assert database.count_connections() > 0
    with ThreadPoolExecutor(1) as pool:
        with database.lock():
            late = pool.submit(program.fetch, "/entries", title="late")
            time.sleep(0.3)  # most of the time the statement waits for the lock now
            program.process.send_signal(signal.SIGTERM)
            program.wait_until(lambda: not program.is_listening())
            assert not late.done()
        assert late.result()[0] == 201
    assert program.process.wait(2 * PATIENCE) == 0
    deadline = time.monotonic() + PATIENCE
    while database.count_connections():  # the server takes notice a moment later
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("scheme", "migration"), MIGRATED)
def test_versions_of_tables_beside_our_connection(
    scheme: str, migration: str, database: Database, folder: Path
) -> None:
    url = f"{migration}://{database.address}"
    _migrate(folder, url, "upgrade", "0001")
    with Connection(f"{scheme}://{database.address}") as db:
        db.execute("INSERT INTO entries (title) VALUES (%s)", "before")
        _migrate(folder, url, "upgrade", "head")
        db.execute("INSERT INTO entries (title) VALUES (%s)", "after")
        rows = db.query("SELECT * FROM entries ORDER BY id")
        assert [list(row) for row in rows] == [["id", "title", "created"]] * 2
        assert type(rows[1].created).__name__ == "datetime"
        _migrate(folder, url, "downgrade", "0001")
        rows = db.query("SELECT * FROM entries ORDER BY id")
        assert rows == [{"id": 1, "title": "before"}, {"id": 2, "title": "after"}]
        _migrate(folder, url, "downgrade", "base")


def test_the_page_names_the_versions_that_ran() -> None:
    from importlib.metadata import version

    text = PAGE.read_text("utf-8")
    for name in ("asyncpg", "psycopg", "SQLAlchemy", "alembic"):
        assert f"{name} {'.'.join(version(name).split('.')[:2])}" in text
