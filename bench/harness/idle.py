"""Measure what an idle connection holds of the server's memory.

Each round starts a fresh server. A tenth of the connections come first and are not counted: they
pay for what a server makes once. The others come a few at a time, each is answered once, and stay.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from bench.harness.loader import Loader
from bench.harness.process.memory import held
from bench.harness.result import Line, Result, conclude
from bench.harness.rounds import interleave
from bench.harness.server import Server, running
from bench.harness.table import Column, compared, measured

if TYPE_CHECKING:
    from bench.harness.arena import Arena
    from bench.harness.case import Case

#: The measure that contestants are compared by.
HELD = "KB/connection"

#: So many connections are opened at a time, so that the crowd leaves no trace of a rush.
_GROUP = 50
#: How long a server gets to come to rest, in seconds.
_REST = 0.5


def measure_idle(case: Case, arena: Arena) -> Result:
    """Put a case to all contestants in interleaved rounds."""
    entrants = {item.name: item for item in arena.contestants}
    variant = case.variants[0]

    def take(name: str) -> dict[str, float]:
        with running(arena, entrants[name], case, variant) as server:
            return _measure(case, server)

    lines = [Line(item.name, item.title) for item in arena.contestants]
    lines, skipped = interleave(case.name, lines, take, rounds=case.rounds)
    return conclude(case, HELD, lines, skipped)


def _measure(case: Case, server: Server) -> dict[str, float]:
    first = max(_GROUP, case.connections // 10)
    with contextlib.ExitStack() as crowd:
        _join(crowd, server, first)
        before = held(server.pid)
        used = server.cpu()
        _join(crowd, server, case.connections)
        used = server.cpu() - used
        after = held(server.pid)
    return {
        HELD: (after - before) / case.connections / 1024,
        "cpu us/connection": used / case.connections * 1e6,
        "server MB": after / 1024 / 1024,
    }


def _join(crowd: contextlib.ExitStack, server: Server, count: int) -> None:
    """Open connections that stay, ask once over each, and let the server come to rest."""
    for place in range(0, count, _GROUP):
        group = Loader(
            server.endpoint,
            server.variant.request,
            size=server.verified.size,
            prefix=b"HTTP/1.1 %d" % server.verified.status,
            connections=min(_GROUP, count - place),
        )
        crowd.enter_context(group)
        group.lap(seconds=0.0, most=_GROUP)
    time.sleep(_REST)


def idle_columns(case: Case, result: Result) -> list[Column | None]:
    """Return the columns that show the memory of idle connections."""
    return [
        measured("KB/connection", HELD, deviates=True),
        compared(f"of {case.reference}", result, result.reference),
        compared(f"of {case.floor}", result, result.floor),
        measured("CPU µs to open and answer", "cpu us/connection"),
        measured("server MB", "server MB"),
    ]
