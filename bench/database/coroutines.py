"""Measure what a call of the database piece costs on asyncio, beside the drivers for coroutines.

    pip install aiosqlite aiomysql asyncmy     # those that are missing are left out
    python bench/database/coroutines.py        # SQLite, and MariaDB where it is installed
    python bench/database/coroutines.py --rounds 21

All contestants work in one process, in turn: in each round each of them makes the same number of calls, and
the one that begins changes. The table shows the medians of the CPU time of this process per call, all of its
threads together, and the median of the ratios within the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

from tornado.database import AsyncConnection, Connection, Pool

ROOT = Path(__file__).resolve().parents[2]

ROWS = 1_000
SCHEMA = "CREATE TABLE entries (id INTEGER PRIMARY KEY, title VARCHAR(100), slug VARCHAR(100), score DOUBLE)"
ONE = "SELECT id, title, slug, score FROM entries WHERE id = {}"

Call = Callable[[], Awaitable[object]]


class Work(NamedTuple):
    """Something that several contestants do."""

    title: str
    target: float  #: the ratio to each peer that must not be exceeded
    calls: int  #: in a round
    contestants: dict[str, Call]  #: ours first


def load(name: str) -> Any:
    """Import a peer, or say that it is left out."""
    try:
        return import_module(name)
    except ImportError:
        print(f"{name} is not installed: it is left out", file=sys.stderr)
        return None


def fill(url: str) -> None:
    """Make the table of the work."""
    with Connection(url) as db:
        db.execute(SCHEMA)
        rows = [(n, f"The title of entry {n}", f"entry-{n}", n / 7) for n in range(1, ROWS + 1)]
        db.executemany("INSERT INTO entries VALUES (%s, %s, %s, %s)", rows)


async def ours(stack: AsyncExitStack, url: str) -> dict[str, Call]:
    """Return what a connection and a pool of ours do."""
    db = await stack.enter_async_context(AsyncConnection(url))
    pool = await stack.enter_async_context(Pool(url, size=4))
    one = ONE.format("%s")
    return {"AsyncConnection": lambda: db.get(one, 77), "Pool": lambda: pool.get(one, 77)}


async def sqlite_work(stack: AsyncExitStack) -> Work:
    """Return the work on a file."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    path = f"{folder}/bench.db"
    fill(f"sqlite:///{path}")
    contestants = await ours(stack, f"sqlite:///{path}")
    aiosqlite = load("aiosqlite")
    if aiosqlite:
        connection = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
        one = ONE.format("?")

        async def get() -> object:
            async with connection.execute(one, (77,)) as cursor:
                return await cursor.fetchone()

        contestants[f"aiosqlite {aiosqlite.__version__}"] = get
    return Work("SQLite: one row by its key", 0.7, 500, contestants)


async def mariadb_work(stack: AsyncExitStack) -> Work | None:
    """Return the work on a private server, if its programs are installed."""
    spec = spec_from_file_location("private_mariadb", ROOT / "packages/database/tests/mariadb.py")
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.missing_programs():
        print("MariaDB is not installed: its work is left out", file=sys.stderr)
        return None
    server = module.MariaDB()
    stack.callback(server.close)
    server.start()
    server.run("CREATE DATABASE bench")
    url = f"mysql://root@localhost/bench?unix_socket={server.socket}"
    fill(url)
    contestants = await ours(stack, url)
    for name in ("aiomysql", "asyncmy"):
        peer = load(name)
        if peer:
            contestants[name] = await _peer(stack, peer, server.socket)
    return Work("MariaDB: one row by its key", 0.8, 300, contestants)


async def _peer(stack: AsyncExitStack, peer: Any, socket: str) -> Call:
    connection = await peer.connect(unix_socket=socket, user="root", db="bench", autocommit=True)
    stack.callback(connection.close)
    one = ONE.format("%s")

    async def get() -> object:
        async with connection.cursor() as cursor:
            await cursor.execute(one, (77,))
            return await cursor.fetchone()

    return get


async def measure(work: Work, rounds: int) -> None:
    """Print the row of a work for each peer."""
    names = list(work.contestants)
    times: dict[str, list[float]] = {name: [] for name in names}
    for call in work.contestants.values():
        await _repeat(call, work.calls // 5)  # warm
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            times[name].append(await _repeat(work.contestants[name], work.calls))
    print(f"\n{work.title}, {rounds} rounds of {work.calls} calls\n")
    print("| | CPU us per call | beside AsyncConnection | beside Pool |\n|---|--:|--:|--:|")
    for name in names:
        ratios = [_ratio(times[our], times[name]) for our in names[:2]]
        cells = [f"{each:.2f}" if name not in names[:2] else "" for each in ratios]
        print(f"| {name} | {statistics.median(times[name]) * 1e6:.1f} | {' | '.join(cells)} |")
    print(f"\nat most {work.target} is the target")


def _ratio(our: list[float], their: list[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(our, their, strict=True))


async def _repeat(call: Call, times: int) -> float:
    gc.collect()
    begin = time.process_time()
    for _ in range(times):
        await call()
    return (time.process_time() - begin) / times


async def main(rounds: int) -> None:
    """Measure everything."""
    async with AsyncExitStack() as stack:
        for work in (await sqlite_work(stack), await mariadb_work(stack)):
            if work is not None:
                await measure(work, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9, help="how often each contestant runs")
    asyncio.run(main(parser.parse_args().rounds))
