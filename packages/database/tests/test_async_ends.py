"""Blocks, statements and connections that end at another time than their users expect."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack, suppress
from contextvars import Context
from typing import Any

import pytest

from tornado.database import (
    AsyncConnection,
    Connection,
    InterfaceError,
    OperationalError,
    Pool,
    StatementTimeoutError,
)

PATIENCE = 30.0
INSERT = "INSERT INTO items (name) VALUES (%s)"


async def test_a_connection_is_closed_and_opened_many_times(sqlite_place: Any) -> None:
    db = AsyncConnection(sqlite_place.url)
    for _ in range(500):
        assert await db.query("SELECT 1 AS one") == [{"one": 1}]
        await db.close()


async def test_a_connection_is_closed_during_its_first_statement(sqlite_place: Any) -> None:
    for _ in range(50):
        db = AsyncConnection(sqlite_place.url)
        first = asyncio.create_task(db.query("SELECT 1 AS one"))
        await asyncio.sleep(0)
        await db.close()
        assert await first == [{"one": 1}]


async def test_what_a_user_leaves_open_is_undone(place: Any, names: Any) -> None:
    async def use(pool: Pool) -> None:
        async with pool.acquire() as connection:
            await connection.execute("BEGIN")
            await connection.execute(INSERT, "left open")
            raise ZeroDivisionError

    async def pool_rows(connection: AsyncConnection) -> None:
        await connection.executemany("INSERT INTO items (name) VALUES (%s)", [])
        rows = connection.iter("SELECT * FROM items")
        await anext(rows)

    async with place.pool(size=1) as pool:
        with pytest.raises(ZeroDivisionError):
            await use(pool)
        await pool.execute(INSERT, "stored")
        async with pool.acquire() as connection:
            await pool_rows(connection)
        assert await names(pool) == ["stored"]
    with Connection(place.url) as other:
        assert [row.name for row in other.query("SELECT name FROM items")] == ["stored"]


@pytest.mark.parametrize("statement", ["BEGIN", "commit", "ROLLBACK", "SAVEPOINT a", "-- b\nEND"])
async def test_a_pool_refuses_to_begin_a_transaction_by_a_statement(
    place: Any, statement: str
) -> None:
    async with place.pool() as pool:
        with pytest.raises(InterfaceError, match=r"pool\.transaction\(\)"):
            await pool.execute(statement)


async def test_blocks_that_tasks_open_within_a_transaction_are_undone_alone(
    place: Any, names: Any
) -> None:
    async with place.pool() as pool:

        async def fail() -> None:
            async with pool.transaction():
                await pool.execute(INSERT, "undone")
                await asyncio.sleep(0.01)
                raise ZeroDivisionError

        async def succeed() -> None:
            async with pool.transaction():
                await pool.execute(INSERT, "stored")

        async with pool.transaction():
            ends = await asyncio.gather(fail(), succeed(), return_exceptions=True)
        assert [type(end) for end in ends] == [ZeroDivisionError, type(None)]
        assert await names(pool) == ["stored"]


async def test_a_block_that_outlives_the_one_around_it_undoes_both(place: Any, names: Any) -> None:
    async with place.pool() as pool:
        go_on, is_inside = asyncio.Event(), asyncio.Event()

        async def child() -> None:
            async with pool.transaction():
                await pool.execute(INSERT, "inner")
                is_inside.set()
                await go_on.wait()

        task = None

        async def observed_parent() -> None:
            nonlocal task
            async with pool.transaction():
                await asyncio.sleep(0)
                task = asyncio.create_task(child())
                await is_inside.wait()

        with pytest.raises(OperationalError, match="a block within the transaction"):
            await observed_parent()
        await pool.execute(INSERT, "of another task")
        go_on.set()
        assert task is not None
        with pytest.raises(OperationalError, match="has ended before it"):
            await task
        assert await names(pool) == ["of another task"]


async def test_a_statement_of_a_block_that_was_ended_from_outside_is_refused(
    place: Any, names: Any
) -> None:
    async with AsyncConnection(place.url) as db:
        await db.execute(f"CREATE TABLE items (id {place.serial}, name VARCHAR(50))")
        go_on, is_inside = asyncio.Event(), asyncio.Event()

        async def child() -> None:
            async with db.transaction():
                is_inside.set()
                await go_on.wait()
                await db.execute(INSERT, "second half")

        tasks = []

        async def parent() -> None:
            async with db.transaction():
                tasks.append(asyncio.create_task(child()))
                await is_inside.wait()

        with pytest.raises(OperationalError):
            await parent()
        go_on.set()
        with pytest.raises(OperationalError, match="has ended before it"):
            await tasks[0]
        assert await names(db) == []


async def test_a_block_may_be_left_in_another_context(place: Any, names: Any) -> None:
    async with place.pool() as pool:
        stack = AsyncExitStack()
        await asyncio.create_task(stack.enter_async_context(pool.transaction()))
        await asyncio.create_task(stack.aclose())
        await pool.execute(INSERT, "one", timeout=PATIENCE)
        async with pool.transaction():
            await pool.execute(INSERT, "two")
        assert await names(pool) == ["one", "two"]


async def test_an_interruption_does_not_hit_the_next_statement(mariadb_place: Any) -> None:
    async with AsyncConnection(mariadb_place.url) as db:
        for number in range(40):
            with suppress(StatementTimeoutError):
                await db.query("SELECT SLEEP(0.02)", timeout=0.018 + number * 0.0002)
            assert await db.query("SELECT 1 AS one", timeout=0) == [{"one": 1}]


async def test_a_cancellation_does_not_hit_the_statement_of_another_task(
    mariadb_place: Any,
) -> None:
    async with AsyncConnection(mariadb_place.url) as db:
        await db.query("SELECT 1")
        for number in range(40):
            first = asyncio.create_task(db.query("SELECT SLEEP(0.01)"))
            second = asyncio.create_task(db.query("SELECT SLEEP(0.01) AS slept"))
            await asyncio.sleep(0.008 + number * 0.0002)
            first.cancel()
            assert await second == [{"slept": 0}]
            await asyncio.wait([first])


def test_a_statement_does_not_run_after_its_time_while_the_connection_opens(
    sqlite_place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    open_connection = Connection.__init__

    def open_slowly(*arguments: Any, **options: Any) -> None:
        release.wait(PATIENCE)
        open_connection(*arguments, **options)

    with Connection(sqlite_place.url) as db:
        db.execute("CREATE TABLE items (name TEXT)")
        monkeypatch.setattr(Connection, "__init__", open_slowly)

        async def main() -> None:
            late = AsyncConnection(sqlite_place.url)
            with pytest.raises(StatementTimeoutError):
                await late.execute("INSERT INTO items VALUES ('late')", timeout=0.05)
            release.set()
            assert await late.query("SELECT * FROM items") == []
            await late.close()

        asyncio.run(main())
        assert db.query("SELECT * FROM items") == []


async def test_a_block_that_only_waits_leaves_the_connection_alone_when_it_is_cancelled(
    names: Any,
) -> None:
    async with AsyncConnection("sqlite://") as db:
        await db.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)")
        release = threading.Event()
        slow = asyncio.create_task(db._run_job(lambda _: release.wait(PATIENCE)))
        await asyncio.sleep(0.02)

        async def wait() -> None:
            async with db.transaction():
                pass

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.wait([waiting])
        release.set()
        await slow
        assert await names(db) == []  # the database in memory is the same


async def test_a_pool_may_be_closed_twice_at_once(place: Any) -> None:
    pool = Pool(place.url)
    async with pool.acquire() as connection:
        both = [asyncio.create_task(pool.close()) for _ in range(2)]
        await asyncio.sleep(0.02)
        assert await connection.query("SELECT 1 AS one") == [{"one": 1}]
    await asyncio.gather(*both)


async def test_a_transaction_cannot_close_its_pool(place: Any) -> None:
    async with place.pool() as pool, pool.transaction():
        with pytest.raises(InterfaceError, match="leave its block before"):
            await pool.close()


async def test_a_connection_that_comes_back_to_a_closed_pool_is_closed(place: Any) -> None:
    before = threading.active_count()
    pool = Pool(place.url)
    async with pool.acquire() as connection:
        await connection.query("SELECT 1")
        await pool.close(timeout=0.01)
    async with asyncio.timeout(PATIENCE):
        while threading.active_count() > before:  # noqa: ASYNC110 - a thread changes it
            await asyncio.sleep(0.005)


async def test_an_acquired_connection_within_a_transaction_is_its_own(place: Any) -> None:
    async with (
        place.pool(size=2) as pool,
        pool.transaction() as outer,
        pool.acquire() as connection,
    ):
        assert connection is outer


async def test_what_values_raise_reaches_the_coroutine(place: Any, names: Any) -> None:
    class Values:
        def __iter__(self) -> Any:
            raise StopIteration

    async with place.pool() as pool:
        with pytest.raises(RuntimeError, match="raised StopIteration"):
            await pool.executemany(INSERT, [Values()])  # type: ignore[list-item]  # not a row
        assert await names(pool) == []


async def test_tasks_go_on_in_the_order_in_which_they_came(place: Any, names: Any) -> None:
    async with AsyncConnection(place.url) as db:
        await db.execute(f"CREATE TABLE items (id {place.serial}, name VARCHAR(50))")

        async def in_block(name: str) -> None:
            async with db.transaction():
                await db.execute(INSERT, name)

        tasks = []
        async with db.transaction():
            await db.execute(INSERT, "first")
            empty = Context()
            for number in range(10):
                work = in_block(str(number)) if number % 2 else db.execute(INSERT, str(number))
                tasks.append(asyncio.create_task(work, context=empty.copy()))
            await asyncio.sleep(0)
        await db.execute(INSERT, "last")
        await asyncio.gather(*tasks)
        assert await names(db) == ["first", *map(str, range(10)), "last"]


async def test_waiting_for_a_transaction_has_the_limit_of_the_statement(place: Any) -> None:
    async with AsyncConnection(place.url) as db:
        async with db.transaction():
            empty = Context()
            task = asyncio.create_task(db.query("SELECT 1", timeout=0.02), context=empty)
            with pytest.raises(StatementTimeoutError, match="of other tasks"):
                await task
        assert await db.query("SELECT 1 AS one") == [{"one": 1}]


async def test_a_pool_reads_statements_as_its_database_does(mariadb_place: Any, names: Any) -> None:
    async with mariadb_place.pool() as pool:
        await pool.execute(r"INSERT INTO items (id, name) VALUES (7, concat('it\'s ', %s))", "7")
        await pool.execute("SET sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')")
        row = await pool.get(r"SELECT concat('\', %s) AS text", "b")
        assert row == {"text": "\\b"}
        assert await names(pool) == ["it's 7"]


async def test_a_cancelled_statement_is_interrupted_while_its_connection_is_being_closed(
    place: Any,
) -> None:
    endless = {
        "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
        "mariadb": "SELECT SLEEP(300)",
    }

    db = AsyncConnection(place.url)
    await db.query("SELECT 1")
    slow = asyncio.create_task(db.query(endless[place.kind]))
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(db.close())
    await asyncio.sleep(0.02)
    slow.cancel()
    await asyncio.wait([slow])
    assert slow.cancelled()
    await asyncio.wait_for(closing, PATIENCE)
    assert await db.query("SELECT 1 AS one") == [{"one": 1}]
    await db.close()
