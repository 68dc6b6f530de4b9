"""Measure CPU time per operation under load.

All contestants' servers run from the beginning to the end, idle but for their turns.
"""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.harness.errors import ServerError, SetupError, VerificationError
from bench.harness.exchange.verification import verify
from bench.harness.loader import Loader
from bench.harness.process.memory import forget_peak, peak
from bench.harness.result import Line, Result, Skipped, conclude
from bench.harness.rounds import interleave
from bench.harness.server import Server, running
from bench.harness.statistics import percentile
from bench.harness.table import Column, compared, compared_to_base, head_size, measured
from bench.harness.wrk import run_wrk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.harness.arena import Arena
    from bench.harness.case import Case

#: The measure that contestants are compared by.
CPU = "cpu us/op"
#: The greatest resident set of a round above that before the first request.
GROWTH = "peak growth MB"
#: How often the load slept until an answer came: the server's `send` woke it up.
WAKES = "wakes/op"


@dataclass(frozen=True)
class Subject:
    """A running server and the line that its samples go to."""

    server: Server
    line: Line


def measure_load(case: Case, arena: Arena) -> Result:
    """Put a case to all contestants in interleaved rounds."""
    skipped: list[Skipped] = []
    subjects: list[Subject] = []
    with contextlib.ExitStack() as stack:
        for variant in case.variants:
            for contestant in arena.contestants:
                name = case.subject(contestant.name, variant)
                title = case.subject(contestant.title, variant)
                base = case.subject(contestant.name, case.variants[0])
                try:
                    server = stack.enter_context(running(arena, contestant, case, variant))
                except (SetupError, ServerError, VerificationError) as error:
                    skipped.append(Skipped(name, str(error)))
                    continue
                subjects.append(
                    Subject(server, Line(name, title, verified=server.verified, base=base))
                )
        # On a core of its own, which the servers never run on, the load need not sleep.
        awake = case.load == "awake" and arena.cores.load is not None
        lines, dropped = _run_rounds(case, subjects, awake=awake)
    return conclude(case, CPU, lines, skipped + dropped)


def _run_rounds(
    case: Case, subjects: list[Subject], *, awake: bool
) -> tuple[list[Line], list[Skipped]]:
    """Rehearse once, take the samples, and check at the end that the answers are still the same."""
    named = {subject.line.name: subject for subject in subjects}

    def take(name: str) -> dict[str, float]:
        return _measure(case, named[name], awake=awake)

    def check(name: str) -> dict[str, float]:
        server = named[name].server
        verify(server.endpoint, server.variant.request, case.expectation)
        return {}

    lines = [subject.line for subject in subjects]
    lines, failed = interleave(case.name, lines, take, rounds=case.rounds, rehearsals=1)
    lines, changed = interleave(f"{case.name}: check", lines, check, rounds=1)
    return lines, failed + changed


def _loader(case: Case, subject: Subject, awake: bool) -> Loader:
    return Loader(
        subject.server.endpoint,
        subject.server.variant.request,
        size=subject.server.verified.size,
        prefix=b"HTTP/1.1 %d" % subject.server.verified.status,
        connections=case.connections,
        awake=awake,
    )


def _measure(case: Case, subject: Subject, *, awake: bool) -> dict[str, float]:
    """Take one round's samples of one contestant."""
    if case.load == "wrk":
        return _measure_with_wrk(case, subject.server)
    server = subject.server
    with _loader(case, subject, awake) as loader:
        if case.settle:  # accepting a connection is not part of the work
            loader.lap(seconds=0.0, most=case.connections)
        forget_peak(server.pid)
        used, slept = server.cpu(), _sleeps()
        lap = loader.lap(seconds=case.seconds, most=case.most)
        used, slept = server.cpu() - used, _sleeps() - slept
        most = peak(server.pid)
    latencies = {share: percentile(lap.latencies, share / 100) for share in (50, 90, 99)}
    samples = _samples(used, lap.operations, lap.elapsed, slept, latencies)
    if most is not None and server.resident is not None:
        samples[GROWTH] = max(0, most - server.resident) / 1024 / 1024
    return samples


def _measure_with_wrk(case: Case, server: Server) -> dict[str, float]:
    """Do the same with a load in a process of its own, whose connections the server accepts meanwhile."""
    used = server.cpu()
    lap = run_wrk(
        server.endpoint,
        server.variant.request,
        connections=case.connections,
        seconds=case.seconds,
    )
    used = server.cpu() - used
    return _samples(used, lap.operations, lap.elapsed, lap.wakes, lap.latencies)


def _samples(
    used: float, operations: int, elapsed: float, slept: int, latencies: Mapping[int, float]
) -> dict[str, float]:
    samples = {
        CPU: used / operations * 1e6,
        "requests/s": operations / elapsed,
        "busy %": used / elapsed * 100,
        WAKES: slept / operations,
    }
    for share, seconds in latencies.items():
        samples[f"p{share} us"] = seconds * 1e6
    return samples


def _sleeps() -> int:
    """Return how often this process, which is the load, has slept."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def load_columns(case: Case, result: Result) -> list[Column | None]:
    """Return the columns that show a load result."""
    return [
        measured("CPU µs/op", CPU, deviates=True),
        compared(f"of {case.reference}", result, result.reference),
        compared(f"of {case.floor}", result, result.floor),
        compared_to_base(f"of {case.variants[0].name}", result) if case.variants[1:] else None,
        measured("op/s", "requests/s"),
        measured("busy %", "busy %"),
        measured(WAKES, WAKES),
        measured("p50 µs", "p50 us"),
        measured("p90 µs", "p90 us"),
        measured("p99 µs", "p99 us"),
        head_size(),
        measured("peak growth MB", GROWTH) if case.memory else None,
    ]
