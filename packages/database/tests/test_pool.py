"""Pools of connections."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest

from tornado.database import InterfaceError, Pool, PoolExhaustedError

PATIENCE = 30.0
INSERT = "INSERT INTO items (name) VALUES (%s)"


async def test_each_statement_takes_a_connection_that_is_free(place: Any, names: Any) -> None:
    async with place.pool(size=4) as pool:
        await asyncio.gather(*[pool.execute(INSERT, str(i)) for i in range(40)])
        found = await asyncio.gather(*[names(pool) for _ in range(40)])
        assert {len(each) for each in found} == {40}
        assert pool.size == 4
        assert (pool.in_use, pool.waiting) == (0, 0)


async def test_fifty_writers_do_not_meet_a_lock(place: Any, names: Any) -> None:
    async with place.pool(busy_timeout=0) if place.is_sqlite else place.pool() as pool:

        async def write(number: int) -> None:
            async with pool.transaction():
                await pool.execute(INSERT, str(number))
                await asyncio.sleep(0)
                await pool.execute(INSERT, str(number))

        await asyncio.gather(*[write(i) for i in range(50)])
        assert len(await names(pool)) == 100


async def test_readers_do_not_wait_for_a_writer(place: Any, names: Any) -> None:
    async with place.pool() as pool, pool.transaction():
        await pool.execute(INSERT, "one")
        outside = asyncio.create_task(names(pool), context=_empty_context())
        assert await outside == []


def _empty_context() -> Any:
    import contextvars

    return contextvars.Context()


async def test_methods_of_the_pool_join_the_transaction_of_their_task(
    place: Any, names: Any
) -> None:
    async with place.pool() as pool:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block ends by it
            async with pool.transaction() as connection:
                await pool.execute(INSERT, "one")
                await connection.execute(INSERT, "two")
                assert await names(pool) == ["one", "two"]
                assert [row.name async for row in pool.iter("SELECT name FROM items")] == [
                    "one",
                    "two",
                ]
                with pytest.raises(KeyError):  # noqa: PT012 - the block ends by it
                    async with pool.transaction():
                        await pool.execute(INSERT, "three")
                        raise KeyError
                assert await names(pool) == ["one", "two"]
                raise ZeroDivisionError
        assert await names(pool) == []


async def test_a_task_that_outlives_a_transaction_has_left_it(place: Any, names: Any) -> None:
    async with place.pool() as pool:
        go = asyncio.Event()

        async def later() -> None:
            await go.wait()
            await pool.execute(INSERT, "later")

        async with pool.transaction():
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
        go.set()
        await task
        assert await names(pool) == ["later"]


async def test_rows_have_a_connection_of_their_own(place: Any, names: Any) -> None:
    async with place.pool(size=2) as pool:
        await pool.executemany(INSERT, [(str(i),) for i in range(500)])
        seen = 0
        async for row in pool.iter("SELECT * FROM items ORDER BY id"):
            if seen < 3:
                await pool.execute("UPDATE items SET name = 'seen' WHERE id = %s", row.id)
            seen += 1
        assert seen == 500
        assert pool.in_use == 0
        assert (await names(pool))[:4] == ["seen", "seen", "seen", "3"]


async def test_rows_that_nobody_reads_give_their_connection_back(
    place: Any, names: Any, until: Any
) -> None:
    async with place.pool(size=2) as pool:
        await pool.executemany(INSERT, [(str(i),) for i in range(500)])
        async for _ in pool.iter("SELECT * FROM items"):
            break
        gc.collect()
        await until(lambda: pool.in_use == 0)
        assert len(await names(pool)) == 500


async def test_who_waits_too_long_for_a_connection_is_told(place: Any, names: Any) -> None:
    async with place.pool(size=1, acquire_timeout=0.05, max_waiting=2) as pool:
        async with pool.acquire():
            waiting = [asyncio.create_task(pool.execute(INSERT, "late")) for _ in range(2)]
            await asyncio.sleep(0)
            assert (pool.in_use, pool.waiting) == (1, 2)
            with pytest.raises(PoolExhaustedError, match="no more than 2 may wait"):
                await pool.execute(INSERT, "third")
            for task in waiting:
                with pytest.raises(PoolExhaustedError, match=r"within 0\.05 seconds"):
                    await task
        assert (pool.in_use, pool.waiting) == (0, 0)
        assert await names(pool) == []


async def test_a_cancelled_task_leaves_the_queue(place: Any, names: Any) -> None:
    async with place.pool(size=1) as pool:
        async with pool.acquire():
            tasks = [asyncio.create_task(pool.execute(INSERT, str(i))) for i in range(3)]
            await asyncio.sleep(0)
            tasks[0].cancel()
            await asyncio.wait([tasks[0]])
        tasks[1].cancel()  # its connection is given to it already
        await asyncio.wait(tasks)
        assert await names(pool) == ["2"]
        assert pool.in_use == 0


async def test_close_waits_for_those_who_use_a_connection(place: Any, until: Any) -> None:
    before = threading.active_count()
    pool = Pool(place.url)
    entered = asyncio.Event()

    async def work() -> None:
        async with pool.transaction():
            entered.set()
            await asyncio.sleep(0.05)
            assert await pool.query("SELECT 1 AS one") == [{"one": 1}]

    task = asyncio.create_task(work())
    await entered.wait()
    await pool.close()
    assert task.done()
    await task
    with pytest.raises(InterfaceError, match="the pool is closed"):
        await pool.query("SELECT 1")
    await until(lambda: threading.active_count() == before)


async def test_close_does_not_wait_longer_than_it_should(place: Any) -> None:
    pool = Pool(place.url)
    async with pool.acquire() as connection:
        await pool.close(timeout=0.05)
        assert await connection.query("SELECT 1 AS one") == [{"one": 1}]
    await connection.close()


async def test_a_database_in_memory_has_one_connection() -> None:
    async with Pool("sqlite://", size=10) as pool:
        assert pool.size == 1
        await pool.execute("CREATE TABLE items (name TEXT)")
        await pool.execute(INSERT.replace("items (name)", "items"), "one")
        assert await pool.query("SELECT * FROM items") == [{"name": "one"}]


def test_a_pool_without_connections_is_refused() -> None:
    with pytest.raises(InterfaceError, match="size is a whole number from 1 on, not '0'"):
        Pool("sqlite://", size=0)


async def test_slow_queries_do_not_stop_the_loop(mariadb_place: Any) -> None:
    """No callback of the loop waits for a thread: it turns while 32 queries take their second."""

    async with Pool(mariadb_place.url, size=32) as pool:
        slow = [asyncio.create_task(pool.query("SELECT SLEEP(1)")) for _ in range(32)]
        turns = 0
        while not any(task.done() for task in slow):
            await asyncio.sleep(0)
            turns += 1
        assert pool.in_use > 1
        assert turns > 1000
        await asyncio.gather(*slow)
