"""Measure what a blocking call of the database piece costs beside its driver alone.

    python bench/database/run.py               # SQLite, and MariaDB where it is installed
    python bench/database/run.py --rounds 21

Each piece of work is done by the bare driver and by `Connection` in turn, in one process: in each round each of
both runs for the same number of calls, and the one that begins changes. The table shows the medians of the
CPU time of this process per call, and the median of the ratios within the rounds. Both use the same file
with the same settings, or the same server over a Unix socket.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.database import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]

ROWS = 1_000
SCHEMA = "CREATE TABLE entries (id INTEGER PRIMARY KEY, title VARCHAR(100), slug VARCHAR(100), score DOUBLE)"
ONE = "SELECT id, title, slug, score FROM entries WHERE id = {}"
ALL = "SELECT id, title, slug, score FROM entries"
UPDATE = "UPDATE entries SET score = {} WHERE id = {}"


class Work(NamedTuple):
    """Something that the driver and the piece both do."""

    title: str
    target: float  #: the ratio that must not be exceeded
    calls: int  #: in a round
    bare: Callable[[], object]
    ours: Callable[[], object]


def fill(db: Connection) -> None:
    """Make the table of the work."""
    db.execute(SCHEMA)
    rows = [(n, f"The title of entry {n}", f"entry-{n}", n / 7) for n in range(1, ROWS + 1)]
    db.executemany("INSERT INTO entries VALUES (%s, %s, %s, %s)", rows)


def sqlite_work(stack: ExitStack) -> Iterator[Work]:
    """Yield the work on a file."""
    import sqlite3

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    db = stack.enter_context(Connection(f"sqlite:///{folder}/bench.db"))
    fill(db)
    bare = sqlite3.connect(f"{folder}/bench.db", isolation_level=None, cached_statements=256)
    stack.callback(bare.close)
    bare.execute("PRAGMA foreign_keys=1")
    bare.execute("PRAGMA synchronous=full")
    one, update = ONE.format("?"), UPDATE.format("?", "?")

    def update_in_transaction() -> None:
        bare.execute("BEGIN IMMEDIATE")
        for number in range(1, 21):
            bare.execute(update, (0.5, number))
        bare.execute("COMMIT")

    our_one, our_update = ONE.format("%s"), UPDATE.format("%s", "%s")

    def update_by_piece() -> None:
        with db.transaction():
            for number in range(1, 21):
                db.execute(our_update, 0.5, number)

    yield Work(
        "SQLite: one row by its key", 1.3, 2_000,
        lambda: bare.execute(one, (77,)).fetchall(),
        lambda: db.get(our_one, 77),
    )  # fmt: skip
    yield Work(
        "SQLite: 20 updates in a transaction", 1.3, 50,
        update_in_transaction,
        update_by_piece,
    )  # fmt: skip
    yield Work(
        "SQLite: 1,000 rows", 1.2, 40,
        lambda: bare.execute(ALL).fetchall(),
        lambda: db.query(ALL),
    )  # fmt: skip
    yield Work(
        "SQLite: 1,000 rows, the driver's own as dictionaries", 1.2, 40,
        lambda: _dictionaries(bare.execute(ALL)),
        lambda: db.query(ALL),
    )  # fmt: skip


def _dictionaries(cursor: Any) -> list[dict[str, Any]]:
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def mariadb_work(stack: ExitStack) -> Iterator[Work]:
    """Yield the work on a private server, if its programs are installed."""
    spec = spec_from_file_location("private_mariadb", ROOT / "packages/database/tests/mariadb.py")
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.missing_programs():
        print("MariaDB is not installed: its work is left out", file=sys.stderr)
        return
    server = module.MariaDB()
    stack.callback(server.close)
    server.start()
    server.run("CREATE DATABASE bench")
    db = stack.enter_context(Connection(server.socket, "bench", user="root"))
    fill(db)
    bare = server.connect()
    stack.callback(bare.close)
    bare.select_db("bench")

    def run(statement: str, *values: object) -> object:
        with bare.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    one, update = ONE.format("%s"), UPDATE.format("%s", "%s")
    yield Work(
        "MariaDB: one row by its key", 1.3, 500,
        lambda: run(one, 77),
        lambda: db.get(one, 77),
    )  # fmt: skip
    yield Work(
        "MariaDB: an update", 1.3, 300,
        lambda: run(update, 0.5, 77),
        lambda: db.execute(update, 0.5, 77),
    )  # fmt: skip
    yield Work(
        "MariaDB: 1,000 rows", 1.2, 10,
        lambda: run(ALL),
        lambda: db.query(ALL),
    )  # fmt: skip


def cost(call: Callable[[], object], calls: int) -> float:
    """Return the CPU seconds of one call."""
    gc.collect()
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls


def measure(work: Work, rounds: int) -> tuple[float, float, list[float]]:
    """Return the medians of both costs, and the ratios of the rounds."""
    costs: dict[Callable[[], object], list[float]] = {work.bare: [], work.ours: []}
    for call in costs:
        cost(call, work.calls)  # statements are prepared, caches are filled
    for number in range(rounds):
        for call in list(costs)[:: 1 if number % 2 else -1]:
            costs[call].append(cost(call, work.calls))
    bare, ours = costs[work.bare], costs[work.ours]
    ratios = [b / a for a, b in zip(bare, ours, strict=True)]
    return statistics.median(bare), statistics.median(ours), ratios


def main() -> None:
    """Print a table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    print("| work | driver, µs | Connection, µs | ratio | of the rounds | at most |")
    print("|---|--:|--:|--:|---|--:|")
    with ExitStack() as stack:
        for make in (sqlite_work, mariadb_work):
            for work in make(stack):
                bare, ours, ratios = measure(work, rounds)
                print(
                    f"| {work.title} | {bare * 1e6:,.1f} | {ours * 1e6:,.1f} "
                    f"| {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} "
                    f"| {work.target} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
