"""Measure how long a server takes from its start to its first answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.harness.exchange.endpoint import Endpoint
from bench.harness.exchange.verification import verify
from bench.harness.process.clock import cpu_seconds
from bench.harness.result import Line, Result, conclude
from bench.harness.rounds import interleave
from bench.harness.server import command_line, free_port, spawn, wait_until_listening
from bench.harness.table import Column, compared, measured

if TYPE_CHECKING:
    from bench.harness.arena import Arena
    from bench.harness.case import Case
    from bench.harness.contestant import Contestant

#: The measure that contestants are compared by.
FIRST = "ms to the first answer"


def measure_startup(case: Case, arena: Arena) -> Result:
    """Start every contestant once a round; a first start, which compiles, is not counted."""
    entrants = {item.name: item for item in arena.contestants}

    def take(name: str) -> dict[str, float]:
        return _measure(case, entrants[name], arena)

    lines = [Line(item.name, item.title) for item in arena.contestants]
    lines, skipped = interleave(case.name, lines, take, rounds=case.rounds, rehearsals=1)
    return conclude(case, FIRST, lines, skipped)


def _measure(case: Case, contestant: Contestant, arena: Arena) -> dict[str, float]:
    python = arena.environments.get(contestant.environment).python
    variant = case.variants[0]
    port = free_port()
    command = command_line(python, contestant, case, variant, port=port, files=arena.files)
    start = time.perf_counter()
    with spawn(command, arena.cores.server) as process:
        wait_until_listening(process, port, 0.001)
        verify(Endpoint(port, case.tls), variant.request, case.expectation)
        elapsed = time.perf_counter() - start
        return {FIRST: elapsed * 1e3, "cpu ms": cpu_seconds(process.pid) * 1e3}


def startup_columns(case: Case, result: Result) -> list[Column | None]:
    """Return the columns that show the starts."""
    return [
        measured("ms to the first answer", FIRST, deviates=True),
        compared(f"of {case.reference}", result, result.reference),
        compared(f"of {case.floor}", result, result.floor),
        measured("CPU ms", "cpu ms", deviates=True),
    ]
