"""Measure how long a hello and a message take while statements are under way, and while none are.

    python bench/database/beside.py             # needs MariaDB
    python bench/database/beside.py --rounds 21

A server in a process of its own has a pool of 32 connections. In each round a client sends requests and
messages of a websocket, one after the other: once while nothing else happens, and once while 32 statements of
one second each are under way all the time. The one that begins changes. The table has the 99th percentile of
the times of each round, and its median over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tornado.database import Pool
from tornado.httpclient import AsyncHTTPClient
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

ROOT = Path(__file__).resolve().parents[2]
QUERIES = 32

Step = Callable[[], Awaitable[object]]


class HelloHandler(RequestHandler):
    """What is measured."""

    def get(self) -> None:
        """Answer."""
        self.write("Hello, world")


class EchoHandler(WebSocketHandler):
    """What is measured, too."""

    def on_message(self, message: str | bytes) -> None:
        """Answer."""
        self.write_message(message)


class LoadHandler(RequestHandler):
    """The switch of the statements."""

    async def get(self, switch: str) -> None:
        """Begin, or wait for the end."""
        pool: Pool = self.settings["db"]
        tasks: set[asyncio.Task[None]] = self.settings["tasks"]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        tasks.clear()
        if switch == "on":
            tasks |= {asyncio.create_task(_load(pool)) for _ in range(QUERIES)}
            await asyncio.sleep(0.5)  # all of them are connected
        self.write(str(pool.in_use))


async def _load(pool: Pool) -> None:
    while True:
        await pool.query("SELECT SLEEP(1) AS slept")


async def serve(url: str, port: int) -> None:
    """Run the server, until it is killed."""
    handlers = [("/", HelloHandler), ("/echo", EchoHandler), ("/load/(on|off)", LoadHandler)]
    async with Pool(url, size=QUERIES) as pool:
        settings: dict[str, Any] = {"db": pool, "tasks": set(), "log_function": lambda _: None}
        Application(handlers, **settings).listen(port, "127.0.0.1")
        await asyncio.Event().wait()


async def measure(port: int, rounds: int, steps: int) -> None:
    """Print the table."""
    client = AsyncHTTPClient(force_instance=True)
    address = f"http://127.0.0.1:{port}"
    options = {"request_timeout": 60.0}
    echo = await websocket_connect(f"ws://127.0.0.1:{port}/echo")

    async def hello() -> object:
        return await client.fetch(address, **options)

    async def message() -> object:
        await echo.write_message("a message")
        return await echo.read_message()

    times: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        for switch in ("off", "on") if number % 2 else ("on", "off"):
            in_use = await client.fetch(f"{address}/load/{switch}", **options)
            assert int(in_use.body) == (QUERIES if switch == "on" else 0), in_use.body
            for name, step in (("a hello", hello), ("a message", message)):
                times.setdefault((name, switch), []).append(await _percentile(step, steps))
    await client.fetch(f"{address}/load/off", **options)
    print(f"99th percentiles in milliseconds, {rounds} rounds of {steps} each\n")
    print("| | without | with 32 statements | median of the differences | differences |")
    print("|---|--:|--:|--:|---|")
    for name in ("a hello", "a message"):
        without, beside = times[name, "off"], times[name, "on"]
        differences = [b - a for a, b in zip(without, beside, strict=True)]
        print(
            f"| {name} | {statistics.median(without):.2f} ({_spread(without)}) "
            f"| {statistics.median(beside):.2f} ({_spread(beside)}) "
            f"| {statistics.median(differences):+.2f} | {_spread(differences)} |"
        )


def _spread(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


async def _percentile(step: Step, steps: int) -> float:
    gc.collect()
    taken = []
    for _ in range(steps):
        begin = time.perf_counter()
        await step()
        taken.append(time.perf_counter() - begin)
    return sorted(taken)[steps * 99 // 100] * 1e3


def main(rounds: int, steps: int) -> None:
    """Start the database and the server, and measure."""
    spec = spec_from_file_location("private_mariadb", ROOT / "packages/database/tests/mariadb.py")
    if spec is None or spec.loader is None:
        raise SystemExit("the tests of the package are missing")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.missing_programs():
        raise SystemExit("MariaDB is not installed")
    database = module.MariaDB()
    try:
        database.start()
        database.run("CREATE DATABASE bench")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = f"mysql://root@localhost/bench?unix_socket={database.socket}"
        server = subprocess.Popen([sys.executable, __file__, "--serve", url, "--port", str(port)])
        try:
            _wait_for(port)
            asyncio.run(measure(port, rounds, steps))
        finally:
            server.kill()
            server.wait()
    finally:
        database.close()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=1_000, help="requests and messages in a round")
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.serve, arguments.port))
    else:
        main(arguments.rounds, arguments.steps)
