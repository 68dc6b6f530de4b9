"""Measure CPU time per operation under load.

All contestants' servers run from the beginning to the end, idle but for their turns. A round
gives every one of them a turn, in an order that rotates from round to round, so that whatever
else the machine does is spread over all of them.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.harness.errors import ServerError, SetupError, VerificationError
from bench.harness.loader import Lap, Loader
from bench.harness.memory import forget_peak, held, peak
from bench.harness.result import Line, Result, Skipped
from bench.harness.server import Server, running
from bench.harness.statistics import percentile
from bench.harness.table import Column, compared, head_size, measured
from bench.harness.verification import Verified, verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.harness.case import Case
    from bench.harness.contestant import Contestant
    from bench.harness.cores import Cores
    from bench.harness.environment import Environments

#: The measure that contestants are compared by.
CPU = "cpu us/op"


@dataclass(frozen=True)
class Subject:
    """A running server that has been verified, and the line that its samples go to."""

    server: Server
    verified: Verified
    line: Line


def measure_load(
    case: Case,
    contestants: Sequence[Contestant],
    environments: Environments,
    *,
    cores: Cores,
    files: Path,
) -> Result:
    """Put a case to all contestants in interleaved rounds."""
    skipped: list[Skipped] = []
    subjects: list[Subject] = []
    with contextlib.ExitStack() as stack:
        for variant in case.variants:
            for contestant in contestants:
                name = case.subject(contestant.name, variant)
                title = case.subject(contestant.title, variant)
                try:
                    server = stack.enter_context(
                        running(environments, contestant, case, variant, cores=cores, files=files)
                    )
                    verified = verify(server.address, variant.request, case.expectation)
                except (SetupError, ServerError, VerificationError) as error:
                    skipped.append(Skipped(name, str(error)))
                    continue
                subjects.append(Subject(server, verified, Line(name, title, verified=verified)))
        _run_rounds(case, subjects)
        _verify_again(case, subjects)
    return Result(
        case.name,
        case.title,
        CPU,
        _full_name(case, case.reference),
        _full_name(case, case.floor),
        [subject.line for subject in subjects],
        skipped,
    )


def _full_name(case: Case, contestant: str) -> str:
    """Return the line that a contestant's ratios refer to: its first variant."""
    return case.subject(contestant, case.variants[0]) if contestant else ""


def _run_rounds(case: Case, subjects: list[Subject]) -> None:
    for subject in subjects:
        with _loader(case, subject) as loader:
            loader.lap(seconds=case.warmup, most=case.most)
    for turn in range(case.rounds):
        print(f"{case.name}: round {turn + 1} of {case.rounds}", file=sys.stderr, flush=True)
        start = turn % len(subjects) if subjects else 0
        for subject in subjects[start:] + subjects[:start]:
            _measure(case, subject)


def _verify_again(case: Case, subjects: list[Subject]) -> None:
    """Check that the answers after the load are still the same."""
    for subject in subjects:
        verify(subject.server.address, subject.server.variant.request, case.expectation)


def _loader(case: Case, subject: Subject) -> Loader:
    return Loader(
        subject.server.address,
        subject.server.variant.request,
        size=subject.verified.size,
        prefix=b"HTTP/1.1 %d" % subject.verified.status,
        connections=case.connections,
    )


def _measure(case: Case, subject: Subject) -> None:
    """Take one round's samples of one contestant."""
    server, line = subject.server, subject.line
    with _loader(case, subject) as loader:
        loader.lap(seconds=0.0, most=case.connections)  # accepting is not part of the work
        forget_peak(server.pid)
        before = held(server.pid)
        used = server.cpu()
        lap = loader.lap(seconds=case.seconds, most=case.most)
        used = server.cpu() - used
        most = peak(server.pid)
    _record(line, lap, used)
    if most is not None:
        line.add("memory growth KB", max(0, most - before) / 1024)


def _record(line: Line, lap: Lap, used: float) -> None:
    line.add(CPU, used / lap.operations * 1e6)
    line.add("requests/s", lap.operations / lap.elapsed)
    line.add("busy %", used / lap.elapsed * 100)
    for share in (50, 90, 99):
        line.add(f"p{share} us", percentile(lap.latencies, share / 100) * 1e6)


def load_columns(result: Result, reference: str, floor: str) -> list[Column | None]:
    """Return the columns that show a load result.

    :param reference: what to call the reference in the table's head.
    :param floor: the same for the floor.
    """
    return [
        measured("CPU µs/op", CPU, deviates=True),
        compared(f"of {reference}", result, result.reference),
        compared(f"of {floor}", result, result.floor),
        measured("op/s", "requests/s"),
        measured("busy %", "busy %"),
        measured("p50 µs", "p50 us"),
        measured("p90 µs", "p90 us"),
        measured("p99 µs", "p99 us"),
        head_size(),
    ]
