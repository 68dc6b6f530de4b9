"""Statements that are under way delay neither requests nor websockets beside them.

It is shown by counts: the statements cannot end before the others are answered, so a callback of the loop
that waited for one of their threads would wait for ever.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tornado.database import Pool
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

PATIENCE = 30.0
QUERIES, OTHERS = 32, 100


class HelloHandler(RequestHandler):
    def get(self) -> None:
        self.write("Hello, world")


class SlowHandler(RequestHandler):
    async def get(self) -> None:
        await self.settings["db"].execute("INSERT INTO entries (title) VALUES ('slow')")
        self.write("stored")


class EchoHandler(WebSocketHandler):
    def on_message(self, message: str | bytes) -> None:
        self.write_message(message)


class SQLiteGate:
    """A file that another connection keeps from being written."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/held.db?busy_timeout=120"
        self._holder = sqlite3.connect(f"{folder}/held.db", isolation_level=None)
        self._holder.execute("PRAGMA journal_mode=wal")
        self._holder.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, title TEXT)")
        self._holder.execute("BEGIN IMMEDIATE")

    def are_under_way(self, pool: Pool) -> bool:
        """Tell if one statement waits for the file, and the others for their turn."""
        return pool.in_use + pool.waiting == QUERIES

    def open(self) -> None:
        """Let the statements end."""
        self._holder.execute("COMMIT")

    def close(self) -> None:
        """End the connection."""
        self._holder.close()


class MariaDBGate:
    """A table that another connection has locked."""

    def __init__(self, server: Any, url: str) -> None:
        self.url = url
        self._server = server
        server.run("CREATE TABLE pages.entries (id INTEGER PRIMARY KEY AUTO_INCREMENT, title TEXT)")
        self._holder = server.connect()
        self._holder.query("LOCK TABLES pages.entries WRITE")

    def are_under_way(self, pool: Pool) -> bool:
        """Tell if the server has all of them, and each waits for the lock."""
        state = "state LIKE 'Waiting for table%' AND info LIKE 'INSERT INTO entries%'"
        ((waiting,),) = self._server.run(
            f"SELECT COUNT(*) FROM information_schema.processlist WHERE {state}"
        )
        return bool(waiting == QUERIES == pool.in_use)

    def open(self) -> None:
        """Let the statements end."""
        self._holder.query("UNLOCK TABLES")

    def close(self) -> None:
        """End the connection."""
        self._holder.close()


@pytest.fixture(params=["sqlite", "mariadb"])
def gate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "sqlite":
        made: Any = SQLiteGate(tmp_path)
    else:
        url = request.getfixturevalue("mariadb_url")
        made = MariaDBGate(request.getfixturevalue("mariadb"), url)
    yield made
    made.close()


@contextmanager
def counted_waits() -> Iterator[list[str]]:
    """Collect what this thread does that may wait for another one, or for a database."""
    waits: list[str] = []
    here = threading.current_thread()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_name in (
            "_read_bytes",
            "_write_bytes",
        ):  # of PyMySQL
            waits.append(frame.f_code.co_qualname)
        elif event == "c_call":
            owner = type(getattr(argument, "__self__", None)).__name__
            name = f"{owner}.{argument.__name__}"
            if name in ("lock.acquire", "RLock.acquire", "SimpleQueue.get", "module.sleep"):
                waits.append(f"{name} in {frame.f_code.co_qualname}")
            elif owner in ("Connection", "Cursor"):
                waits.append(name)

    assert here is threading.main_thread()
    sys.setprofile(note)
    try:
        yield waits
    finally:
        sys.setprofile(None)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a database changes it
            await asyncio.sleep(0.02)


def test_slow_statements_do_not_delay_a_hello_or_a_websocket(gate: Any) -> None:
    async def main() -> None:
        async with Pool(gate.url, size=QUERIES) as pool:
            handlers = [("/", HelloHandler), ("/slow", SlowHandler), ("/echo", EchoHandler)]
            listener, port = bind_unused_port()
            server = HTTPServer(Application(handlers, db=pool))
            server.add_socket(listener)
            try:
                await use(pool, port)
            finally:
                await server.drain()

    async def use(pool: Pool, port: int) -> None:
        client = AsyncHTTPClient(force_instance=True, max_clients=QUERIES + 1)
        address = f"http://127.0.0.1:{port}"
        options = {"request_timeout": 4 * PATIENCE, "connect_timeout": PATIENCE}
        slow = [
            asyncio.ensure_future(client.fetch(f"{address}/slow", **options))
            for _ in range(QUERIES)
        ]
        await until(lambda: gate.are_under_way(pool))
        socket = await websocket_connect(f"ws://127.0.0.1:{port}/echo")
        with counted_waits() as waits:
            for number in range(OTHERS):
                response = await client.fetch(f"{address}/", **options)
                assert response.body == b"Hello, world"
                await socket.write_message(str(number))
                assert await socket.read_message() == str(number)
        assert waits == []
        assert gate.are_under_way(pool)
        assert not any(each.done() for each in slow)
        gate.open()
        assert [each.body for each in await asyncio.gather(*slow)] == [b"stored"] * QUERIES
        socket.close()
        client.close()

    asyncio.run(asyncio.wait_for(main(), 4 * PATIENCE))


def test_handing_over_and_taking_back_waits_for_nothing(gate: Any) -> None:
    """The callbacks that begin and end a statement are counted too, once its thread is there."""

    async def main() -> None:
        gate.open()
        async with Pool(gate.url, size=2) as pool:
            await pool.execute("INSERT INTO entries (title) VALUES ('first')")
            await pool.query("SELECT 1 AS one")
            with counted_waits() as waits:
                for number in range(20):
                    await pool.execute("INSERT INTO entries (title) VALUES (%s)", str(number))
                    await pool.get("SELECT title FROM entries WHERE id = %s", number)
            assert waits == []

    asyncio.run(asyncio.wait_for(main(), 4 * PATIENCE))
