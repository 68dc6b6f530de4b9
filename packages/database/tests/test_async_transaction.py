"""Transactions of coroutines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tornado.database import AsyncConnection, InterfaceError, OperationalError, ProgrammingError

PATIENCE = 30.0
INSERT = "INSERT INTO items (name) VALUES (%s)"


async def test_a_block_is_stored_at_its_end(place: Any, names: Any) -> None:
    async with place.connection() as db, AsyncConnection(place.url) as other:
        async with db.transaction():
            await db.execute(INSERT, "one")
            assert await names(other) == []
        assert await names(other) == ["one"]


async def test_an_exception_rolls_back(place: Any, names: Any) -> None:
    async with place.connection() as db:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block ends by it
            async with db.transaction():
                await db.execute(INSERT, "one")
                raise ZeroDivisionError
        assert await names(db) == []


async def test_a_block_within_a_block_is_a_savepoint(place: Any, names: Any) -> None:
    async with place.connection() as db:
        async with db.transaction():
            await db.execute(INSERT, "outer")
            with pytest.raises(ProgrammingError):  # noqa: PT012 - the block ends by it
                async with db.transaction():
                    await db.execute(INSERT, "inner")
                    await db.query("SELECT * FROM nothing_there")
            async with db.transaction():
                await db.execute(INSERT, "second")
        assert await names(db) == ["outer", "second"]


async def test_other_tasks_wait_for_the_end_of_a_transaction(place: Any, names: Any) -> None:
    async with place.connection() as db:
        ended = False

        async def write(name: str) -> None:
            await db.execute(INSERT, name)
            assert ended

        tasks = [asyncio.create_task(write(f"other {i}")) for i in range(3)]
        async with db.transaction():  # it begins before they do
            await db.execute(INSERT, "one")
            await asyncio.sleep(0.05)
            assert await names(db) == ["one"]
            ended = True
        await asyncio.gather(*tasks)
        assert await names(db) == ["one", "other 0", "other 1", "other 2"]


async def test_tasks_that_a_transaction_starts_belong_to_it(place: Any, names: Any) -> None:
    async with place.connection() as db:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block ends by it
            async with db.transaction():
                await asyncio.gather(*[db.execute(INSERT, str(i)) for i in range(10)])
                assert len(await names(db)) == 10
                raise ZeroDivisionError
        assert await names(db) == []


async def test_transactions_of_many_tasks_come_one_after_the_other(place: Any, names: Any) -> None:
    async with place.connection() as db:

        async def count() -> None:
            async with db.transaction():
                number = len(await names(db))
                await asyncio.sleep(0)
                await db.execute(INSERT, str(number))

        await asyncio.gather(*[count() for _ in range(20)])
        assert await names(db) == [str(i) for i in range(20)]


async def test_cancellation_rolls_back_and_leaves_nothing_open(place: Any, names: Any) -> None:
    async with place.connection() as db:
        reached = asyncio.Event()

        async def write() -> None:
            async with db.transaction():
                await db.execute(INSERT, "one")
                reached.set()
                await asyncio.sleep(PATIENCE)

        task = asyncio.create_task(write())
        await reached.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert await names(db) == []
        async with AsyncConnection(place.url) as other:
            await other.execute(INSERT, "other")  # nothing is locked
        assert await names(db) == ["other"]


async def test_cancellation_at_any_moment_leaves_nothing_open(place: Any, names: Any) -> None:
    async with place.connection() as db:

        async def write() -> None:
            async with db.transaction():
                await db.execute(INSERT, "one")
                await db.execute(INSERT, "two")

        for delay in range(30):
            task = asyncio.create_task(write())
            for _ in range(delay):
                await asyncio.sleep(0.0002)
            task.cancel()
            await asyncio.wait([task])
            found = await names(db)
            assert found.count("one") == found.count("two")
            assert not await db._run_job(lambda thread: thread.open()._session.in_transaction)


async def test_a_block_that_only_reads_refuses_writes(place: Any, names: Any) -> None:
    async with place.connection() as db:
        async with db.transaction(read_only=True):
            assert await names(db) == []
            with pytest.raises(OperationalError):
                await db.execute(INSERT, "one")
        await db.execute(INSERT, "two")
        assert await names(db) == ["two"]


async def test_one_transaction_is_entered_once(place: Any, names: Any) -> None:
    async with place.connection() as db:
        transaction = db.transaction()
        async with transaction:
            with pytest.raises(InterfaceError, match="under way"):
                await transaction.__aenter__()
            await db.execute(INSERT, "one")
        assert await names(db) == ["one"]


async def test_nothing_is_repeated_after_a_connection_was_lost_in_a_transaction(
    mariadb_place: Any, names: Any
) -> None:
    async with mariadb_place.connection() as db, AsyncConnection(mariadb_place.url) as other:
        with pytest.raises(OperationalError):  # noqa: PT012 - some statement ends it
            async with db.transaction():
                await db.execute(INSERT, "first half")
                row = await db.get("SELECT CONNECTION_ID() AS id")
                assert row is not None
                await other.execute("KILL %s", row.id)
                await db.execute(INSERT, "second half")
        assert await names(db) == []


async def test_one_of_two_transactions_in_a_deadlock_fails_whole(
    mariadb_place: Any, names: Any
) -> None:
    async with mariadb_place.connection() as first, AsyncConnection(mariadb_place.url) as second:
        await first.executemany(INSERT, [("a",), ("b",)])
        both = asyncio.Barrier(2)

        async def change(db: AsyncConnection, ids: tuple[int, int]) -> str:
            try:
                async with db.transaction():
                    await db.execute("UPDATE items SET name = 'new' WHERE id = %s", ids[0])
                    await both.wait()
                    await db.execute("UPDATE items SET name = 'new' WHERE id = %s", ids[1])
            except OperationalError as error:
                return f"failed with {error.args[0]}"
            return "stored"

        ends = await asyncio.gather(change(first, (1, 2)), change(second, (2, 1)))
        assert sorted(ends) == ["failed with 1213", "stored"]
        assert await names(first) == ["new", "new"]
