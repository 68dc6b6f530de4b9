"""Connections whose methods are coroutines."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tornado.database import (
    AsyncConnection,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    Row,
    StatementTimeoutError,
)

PATIENCE = 30.0

#: A statement that takes minutes.
ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
    "mariadb": "SELECT SLEEP(300)",
}


@pytest.fixture
def started(until: Any) -> Callable[[AsyncConnection, str], Awaitable[asyncio.Task[Any]]]:
    """Ask for a statement, and return when its thread runs it."""

    async def start(db: AsyncConnection, query: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(db.query(query))
        await asyncio.sleep(0)
        await until(db._thread._jobs.empty)
        await asyncio.sleep(0.05)  # most of the time it has reached the database now
        return task

    return start


async def test_it_has_the_methods_of_a_connection(place: Any, names: Any) -> None:
    async with place.connection() as db:
        insert = "INSERT INTO items (name) VALUES (%s)"
        assert await db.execute(insert, "one") == 1
        assert await db.execute_lastrowid(insert, "two") == 2
        assert await db.execute_rowcount("UPDATE items SET name = %s WHERE id = 2", "2") == 1
        assert await db.executemany_rowcount(insert, [("three",), ("four",)]) == 2
        assert await db.executemany(insert, [("five",)]) == 5
        assert await db.executemany_lastrowid(insert, [("six",)]) == 6
        row = await db.get("SELECT * FROM items WHERE id = %s", 1)
        assert isinstance(row, Row)
        assert (row.id, row.name) == (1, "one")
        assert await db.get("SELECT * FROM items WHERE id = %s", 99) is None
        assert await names(db) == ["one", "2", "three", "four", "five", "six"]


async def test_errors_reach_the_coroutine(place: Any, names: Any) -> None:
    async with place.connection() as db:
        await db.execute("CREATE UNIQUE INDEX item_names ON items (name)")
        await db.execute("INSERT INTO items (name) VALUES ('one')")
        with pytest.raises(IntegrityError) as caught:
            await db.execute("INSERT INTO items (name) VALUES ('one')")
        assert caught.value.args[0] == (2067 if place.is_sqlite else 1062)
        with pytest.raises(ProgrammingError, match="nothing_there"):
            await db.query("SELECT * FROM nothing_there")
        with pytest.raises(ProgrammingError, match="Multiple rows"):
            await db.get("SELECT 1 UNION SELECT 2")
        assert await names(db) == ["one"]


async def test_a_database_that_cannot_be_opened_is_an_error_of_the_first_statement() -> None:
    db = AsyncConnection("sqlite:////nowhere/at/all.db")
    with pytest.raises(OperationalError, match="cannot open the database"):
        await db.query("SELECT 1")
    await db.close()


async def test_statements_run_in_the_order_in_which_they_are_asked_for(
    place: Any, names: Any
) -> None:
    async with place.connection() as db:
        insert = "INSERT INTO items (name) VALUES (%s)"
        await asyncio.gather(*[db.execute(insert, str(i)) for i in range(50)])
        assert await names(db) == [str(i) for i in range(50)]


async def test_a_statement_that_takes_too_long_is_interrupted(place: Any, names: Any) -> None:
    async with place.connection() as db:
        with pytest.raises(StatementTimeoutError, match=r"within 0\.1 seconds") as caught:
            await db.query(ENDLESS[place.kind], timeout=0.1)
        assert isinstance(caught.value, OperationalError)
        assert await names(db) == []


async def test_the_limit_of_a_connection_counts_for_each_statement(place: Any) -> None:
    async with place.connection(statement_timeout=0.5) as db:
        with pytest.raises(StatementTimeoutError):
            await db.query(ENDLESS[place.kind])
        assert await db.query("SELECT 1 AS one", timeout=0) == [{"one": 1}]


async def test_a_statement_that_waits_for_too_long_does_not_run(
    place: Any, names: Any, started: Any
) -> None:
    async with place.connection() as db:
        slow = await started(db, ENDLESS[place.kind])
        with pytest.raises(StatementTimeoutError):
            await db.execute("INSERT INTO items (name) VALUES ('late')", timeout=0.05)
        slow.cancel()
        await asyncio.wait([slow])
        assert await names(db) == []


async def test_a_cancelled_statement_is_interrupted_at_the_database(
    place: Any, names: Any, started: Any
) -> None:
    async with place.connection() as db:
        task = await started(db, ENDLESS[place.kind])
        task.cancel()
        begin = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - begin < PATIENCE
        assert await names(db) == []  # the same connection goes on
        if not place.is_sqlite:
            running = await db.query("SELECT info FROM information_schema.processlist")
            assert not [each for each in running if "SLEEP" in (each["info"] or "")]


async def test_cancelled_statements_that_wait_do_not_run(
    place: Any, names: Any, started: Any
) -> None:
    async with place.connection() as db:
        slow = await started(db, ENDLESS[place.kind])
        insert = "INSERT INTO items (name) VALUES (%s)"
        writes = [asyncio.create_task(db.execute(insert, str(i))) for i in range(5)]
        await asyncio.sleep(0)
        for task in (*writes, slow):
            task.cancel()
        await asyncio.wait([*writes, slow])
        assert all(task.cancelled() for task in (*writes, slow))
        assert await names(db) == []


async def test_aiosqlite_runs_what_was_cancelled(sqlite_place: Any) -> None:
    """The behaviour that the test before this one refuses, at aiosqlite."""
    aiosqlite = pytest.importorskip("aiosqlite")
    path = sqlite_place.url.removeprefix("sqlite:///")

    async with aiosqlite.connect(path, isolation_level=None) as db:
        await db.execute("CREATE TABLE items (name TEXT)")
        release = threading.Event()
        await db.create_function("wait", 0, lambda: release.wait(PATIENCE))
        slow = asyncio.create_task(db.execute("SELECT wait()"))
        write = asyncio.create_task(db.execute("INSERT INTO items VALUES ('cancelled')"))
        await asyncio.sleep(0.05)
        write.cancel()
        await asyncio.wait([write])
        release.set()
        await slow
        cursor = await db.execute("SELECT name FROM items")
        assert await cursor.fetchall() == [("cancelled",)]


async def test_a_statement_that_cannot_be_interrupted_loses_its_connection(
    sqlite_place: Any, monkeypatch: pytest.MonkeyPatch, names: Any, until: Any
) -> None:
    monkeypatch.setattr("tornado.database._async._connection._INTERRUPT_LIMIT", 0.1)

    async with sqlite_place.connection() as db:
        release = threading.Event()
        threads = db._thread
        job = asyncio.create_task(db._run_job(lambda _: release.wait(PATIENCE)))
        await asyncio.sleep(0.05)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert await names(db) == []
        assert db._thread is not threads
        connection = threads.connection
        release.set()
        await until(lambda: not connection._session.is_open)


async def test_rows_are_read_in_batches(place: Any) -> None:
    async with place.connection() as db:
        insert = "INSERT INTO items (name) VALUES (%s)"
        await db.executemany(insert, [(str(i),) for i in range(1001)])
        found = [row.name async for row in db.iter("SELECT * FROM items ORDER BY id")]
        assert found == [str(i) for i in range(1001)]
        assert await db.execute_rowcount("DELETE FROM items") == 1001


async def test_no_other_statement_runs_while_rows_are_read(place: Any, names: Any) -> None:
    async with place.connection() as db:
        insert = "INSERT INTO items (name) VALUES (%s)"
        await db.executemany(insert, [(str(i),) for i in range(1000)])
        async with db.iter("SELECT * FROM items ORDER BY id") as rows:
            assert (await anext(rows)).name == "0"
            with pytest.raises(InterfaceError, match="still being read"):
                await names(db)
        assert len(await names(db)) == 1000
        with pytest.raises(StopAsyncIteration):
            await anext(rows)


async def test_rows_that_nobody_reads_are_left(place: Any, names: Any) -> None:
    async with place.connection() as db:
        await db.executemany("INSERT INTO items (name) VALUES (%s)", [(i,) for i in range(1000)])
        async for row in db.iter("SELECT * FROM items"):
            assert row.name == "0"
            break
        del row
        gc.collect()
        assert len(await names(db)) == 1000


async def test_a_cancelled_iteration_leaves_the_connection_free(place: Any, names: Any) -> None:
    async with place.connection() as db:

        async def read() -> None:
            async for _ in db.iter(ENDLESS[place.kind]):
                pass

        task = asyncio.create_task(read())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert await names(db) == []


async def test_a_wrong_statement_fails_at_the_first_row(place: Any, names: Any) -> None:
    async with place.connection() as db:
        with pytest.raises(ProgrammingError):
            await anext(db.iter("SELECT * FROM nothing_there"))
        assert await names(db) == []


async def test_a_closed_connection_ends_its_thread_and_opens_again(place: Any, until: Any) -> None:
    db = AsyncConnection(place.url)
    before = threading.active_count()
    assert await db.query("SELECT 1 AS one") == [{"one": 1}]
    assert threading.active_count() == before + 1
    await db.close()
    await until(lambda: threading.active_count() == before)
    assert await db.query("SELECT 1 AS one") == [{"one": 1}]
    await db.reconnect()
    del db
    gc.collect()
    await until(lambda: threading.active_count() == before)


def test_one_connection_serves_one_loop_after_the_other(place: Any) -> None:
    db = AsyncConnection(place.url)

    async def main() -> None:
        assert await db.query("SELECT 1 AS one") == [{"one": 1}]

    asyncio.run(main())
    asyncio.run(main())
    asyncio.run(db.close())


async def test_an_idle_connection_that_the_server_has_closed_is_replaced(
    mariadb_place: Any, names: Any
) -> None:
    async with mariadb_place.connection() as db:
        row = await db.get("SELECT CONNECTION_ID() AS id")
        assert row is not None
        async with AsyncConnection(mariadb_place.url) as other:
            await other.execute("KILL %s", row.id)
        await db.execute("INSERT INTO items (name) VALUES ('once')")
        assert await names(db) == ["once"]
