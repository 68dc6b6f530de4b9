"""Arguments that are wrong, and what is left behind by errors."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tornado.database import AsyncConnection, Connection, Error, InterfaceError, Pool

INSERT = "INSERT INTO items (name) VALUES (%s)"

#: A statement that takes minutes.
ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
    "mariadb": "SELECT SLEEP(300)",
}


@pytest.mark.parametrize("kind", [Connection, AsyncConnection, Pool])
@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (["sqlite://"], {"bogus": 1}, "SQLite has no option 'bogus': it has busy_timeout"),
        (
            ["sqlite://?journal_mode=sideways"],
            {},
            "the option journal_mode is wal, .* not 'sideways'",
        ),
        (["mysql://localhost/blog?bogus=1"], {}, "MySQL has no option 'bogus': it has charset"),
        (["mysql://localhost/blog"], {"connect_timeout": "soon"}, "connect_timeout is a number of"),
        (["mysql://localhost/blog"], {"ssl_verify_cert": "maybe"}, "ssl_verify_cert is on or off"),
        (["localhost"], {}, "comes with the name of a database"),
        (["postgres://localhost/blog"], {}, "'postgres' is not a kind of database"),
        (["sqlite://"], {"max_idle_time": -1}, "max_idle_time is a number of seconds, not '-1'"),
    ],
)
def test_wrong_arguments_are_errors_of_the_constructor(
    kind: Any, arguments: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InterfaceError, match=message):
        kind(*arguments, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "the option size is a whole number from 1 on, not '0'"),
        ({"size": "10"}, "size is a whole number"),
        ({"max_waiting": -1}, "max_waiting is a whole number from 0 on, not '-1'"),
        ({"max_waiting": 2.5}, "max_waiting is a whole number"),
        ({"acquire_timeout": None}, "acquire_timeout is a number of seconds, not 'None'"),
        ({"acquire_timeout": float("nan")}, "acquire_timeout is a number of seconds, not 'nan'"),
        ({"statement_timeout": -5}, "statement_timeout is a number of seconds, not '-5'"),
        ({"statement_timeout": "5s"}, "statement_timeout is a number of seconds, not '5s'"),
    ],
)
def test_wrong_limits_are_errors_of_the_constructor(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        Pool("sqlite://", **options)


def test_a_constructor_opens_nothing(tmp_path: Any) -> None:
    AsyncConnection(f"sqlite:///{tmp_path}/new.db")
    Pool(f"sqlite:///{tmp_path}/new.db")
    assert list(tmp_path.iterdir()) == []


async def test_two_tasks_do_not_read_the_same_rows(place: Any) -> None:
    async with place.connection() as db:
        await db.executemany(INSERT, [(str(number),) for number in range(500)])
        rows = db.iter("SELECT id FROM items ORDER BY id")
        first = asyncio.create_task(anext(rows))
        await asyncio.sleep(0)
        with pytest.raises(InterfaceError, match="another task is waiting for rows"):
            await anext(rows)
        found = [(await first).id] + [row.id async for row in rows]
        assert found == list(range(1, 501))


async def _fail(db: Any, endless: str) -> None:
    await db.query("SELECT * FROM nothing_there")


async def _fail_before_the_statement(db: Any, endless: str) -> None:
    await db.query("SELECT %d")


async def _fail_in_a_transaction(db: Any, endless: str) -> None:
    async with db.transaction():
        await db.query("SELECT * FROM nothing_there")


async def _fail_in_an_iteration(db: Any, endless: str) -> None:
    async for _ in db.iter("SELECT * FROM nothing_there"):
        pass


async def _time_out(db: Any, endless: str) -> None:
    await db.query(endless, timeout=0.05)


async def _be_cancelled(db: Any, endless: str) -> None:
    async with asyncio.timeout(0.05):
        await db.query(endless)


@pytest.fixture
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collection")
@pytest.mark.parametrize("kind", [AsyncConnection, Pool])
@pytest.mark.parametrize(
    "use",
    [
        _fail,
        _fail_before_the_statement,
        _fail_in_a_transaction,
        _fail_in_an_iteration,
        _time_out,
        _be_cancelled,
    ],
)
async def test_an_error_does_not_keep_its_connection(
    place: Any, until: Any, kind: Any, use: Any
) -> None:
    db = kind(place.url)
    await db.query("SELECT 1 AS one")
    with suppress(Error, TimeoutError):
        await use(db, ENDLESS[place.kind])
    used = [db] if kind is AsyncConnection else [*db._writers._free, *db._readers._free]
    opened = [weakref.ref(each._thread.connection) for each in used]
    assert opened
    del db, used
    await until(lambda: not any(each() for each in opened))


@pytest.mark.usefixtures("_no_collection")
def test_an_error_does_not_keep_a_blocking_connection(place: Any) -> None:
    db = Connection(place.url)
    there = weakref.ref(db)
    for statement in ("SELECT * FROM nothing_there", "SELECT %d", "SELECT %s"):
        with suppress(Error), db.transaction():
            db.query(statement)
        with suppress(Error):
            list(db.iter(statement))
    del db
    assert there() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_gets_a_thread_of_its_own(place: Any) -> None:
    program = f"""
import asyncio, os, sys, warnings
from tornado.database import AsyncConnection
warnings.simplefilter("ignore")
db = AsyncConnection({place.url!r})
async def use(number):
    await db.execute("INSERT INTO items VALUES (%s)", number)
asyncio.run(db.execute("CREATE TABLE items (number INTEGER)"))
asyncio.run(use(1))
child = os.fork()
if child == 0:
    asyncio.run(use(2))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
asyncio.run(use(3))
asyncio.run(db.close())
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    with Connection(place.url) as db:
        assert [row.number for row in db.query("SELECT * FROM items ORDER BY number")] == [1, 2, 3]
