"""Measure what websockets cost: `python bench/websockets/run.py`, `--list`, `--row NAME`.

The same messages are put to our handler, with and without tornado-speedups, to upstream's, to
aiohttp, websockets and picows, and to a bare protocol that looks at nothing. Each server is a
process of its own on one core, the load comes from another core. Rounds are interleaved; the tables
show medians of the CPU time per message, and the medians of the ratios within the rounds. At the
end stands which ratios are at most what they should be. The whole takes about six minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.process.cores import Cores, choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.programs import FAULTS, Program, Work, compare, measure_in_turns
from bench.harness.statistics import ratio
from bench.harness.table import markdown, number
from bench.websockets import load
from bench.websockets.client_turns import measure_clients
from bench.websockets.contestants import (
    AIOHTTP,
    BROADCASTS,
    CLIENTS,
    DEFLATING,
    ECHOES,
    OURS,
    PICOWS,
    REFERENCES,
    SERVERS,
    SPEEDUPS,
    UPSTREAM,
    make_certificate,
    make_speedups,
)
from bench.websockets.counts import count_calls
from bench.websockets.limits import raise_limit
from bench.websockets.readers import measure_readers

Samples = Mapping[str, Sequence[float]]


class Target(NamedTuple):
    """A ratio that should be at most so large."""

    row: str
    contestant: str
    reference: str
    most: float


TARGETS = [
    Target("echo-125", OURS, UPSTREAM, 0.18),
    Target("echo-125", OURS, AIOHTTP, 0.6),
    Target("echo-125", SPEEDUPS, PICOWS, 1.3),
    Target("echo-125", "ours, speedups, uvloop", "picows, uvloop", 1.3),
    Target("echo-125-one-client", OURS, UPSTREAM, 0.18),
    Target("echo-125-one-client", OURS, AIOHTTP, 0.6),
    Target("echo-125-one-client", SPEEDUPS, PICOWS, 1.3),
    Target("echo-64k", SPEEDUPS, PICOWS, 1.0),
    Target("echo-64k", OURS, AIOHTTP, 1.0),
    Target("client-echo", OURS, AIOHTTP, 1.0),
    Target("client-echo", SPEEDUPS, AIOHTTP, 1.0),
    Target("broadcast", "deflate", "plain", 1.5),
]


class Bench:
    """What all rows share.

    :param options: the command line.
    :param folder: for files of this run.
    """

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.environments = Environments(SERVERS.parents[1])
        self.cores: Cores = choose_cores()
        self.options = options
        self.folder = folder
        self.wanted: list[str] = options.contestants.split(",")

    def choose(self, programs: Sequence[Program]) -> list[Program]:
        """Return the contestants that the command line asks for."""
        return [each for each in programs if any(part in each.title for part in self.wanted)]

    def turns(
        self, programs: Sequence[Program], connect: Callable[[int], Work], *arguments: str
    ) -> Samples:
        """Measure contestants in turns."""
        options = self.options
        return measure_in_turns(
            self.environments,
            SERVERS,
            self.choose(programs),
            connect,
            self.cores,
            rounds=options.rounds,
            seconds=options.seconds,
            most_seconds=options.row_seconds,
            more_arguments=arguments,
        )

    @property
    def awake(self) -> bool:
        """Whether the load has a core of its own, so that it need not sleep."""
        return self.cores.load is not None


def echo(bench: Bench, programs: Sequence[Program], **options: Any) -> Samples:
    """Measure an echo."""
    arguments = ["deflate"] if options.get("deflate") else []
    if options.get("tls"):
        arguments.append(f"tls={make_certificate(bench.folder)}")
    return bench.turns(programs, partial(load.Echo, awake=bench.awake, **options), *arguments)


def broadcast(bench: Bench) -> Samples:
    """Measure a broadcast, compressed and not."""
    raise_limit(2200)
    deflates = iter("deflate" in program.arguments for program in bench.choose(BROADCASTS))

    def connect(port: int) -> Work:
        return load.Broadcast(port, size=1024, connections=1000, deflate=next(deflates))

    return bench.turns(BROADCASTS, connect)


def readers(bench: Bench) -> Samples:
    """Measure what the others notice of a reader that stops."""
    found = measure_readers(
        bench.environments,
        bench.cores,
        rounds=bench.options.reader_rounds,
        readers=1000,
        most_seconds=2 * bench.options.row_seconds,
    )
    moved, allowed = found.moved, max(0.1, found.spread)
    verdict = "within" if moved.median <= allowed else "beyond"
    print(
        f"p99 moves by {moved.median:+.1%} (median of {moved.samples} rounds, ± {moved.mad:.1%}), "
        f"{verdict} {allowed:.1%}; the server's memory grows by {found.growth:.1f} MB"
    )
    return {"without": found.without, "one stops reading": found.beside}


def calls(bench: Bench) -> Samples:
    """Count the calls of an echo of 125 bytes."""
    rows = []
    for program in bench.choose(ECHOES):
        try:
            count = count_calls(bench.environments, program, 125)
        except FAULTS as error:
            print(f"left out: {program.title}: {error}", file=sys.stderr)
            continue
        rows.append([program.title, number(count.python), number(count.builtin)])
    print(markdown(["contestant", "Python calls", "builtin calls"], rows))
    return {}


class Row(NamedTuple):
    """A table of the report."""

    title: str
    measure: Callable[[Bench], Samples]
    unit: str = "µs"


ROWS = {
    "echo-125": Row(
        "echo of 125 B, 32 clients", lambda bench: echo(bench, ECHOES, size=125, connections=32)
    ),
    "echo-125-one-client": Row(
        "echo of 125 B, 1 client", lambda bench: echo(bench, ECHOES, size=125, connections=1)
    ),
    "calls": Row("calls of one echo of 125 B", calls),
    "echo-64k": Row(
        "echo of 64 KiB, 8 clients", lambda bench: echo(bench, ECHOES, size=65536, connections=8)
    ),
    "echo-deflate": Row(
        "echo of 1 KiB, deflated, 32 clients",
        lambda bench: echo(bench, DEFLATING, size=1024, connections=32, deflate=True),
    ),
    "echo-tls": Row(
        "echo of 125 B over TLS, 32 clients",
        lambda bench: echo(bench, ECHOES, size=125, connections=32, tls=True),
    ),
    "client-echo": Row(
        "client: echo of 125 B, 32 connections to a server of picows",
        lambda bench: measure_clients(
            bench.environments,
            bench.choose(CLIENTS),
            bench.cores,
            rounds=bench.options.rounds,
            seconds=bench.options.seconds,
            most_seconds=bench.options.row_seconds,
        ),
    ),
    "broadcast": Row("broadcast of 1 KiB to 1,000 clients, for each of them", broadcast),
    "slow-reader": Row("p99 of a broadcast, with 1 of 1,000 that reads nothing", readers, "ms"),
}


def verdicts(measured: Mapping[str, Samples]) -> str:
    """Return a table of the targets and what was reached."""
    rows = []
    for target in TARGETS:
        samples = measured.get(target.row, {})
        if target.contestant in samples and target.reference in samples:
            found = ratio(samples[target.contestant], samples[target.reference])
            reached = "yes" if found.median <= target.most else "no"
            cells = (f"{found.median:.2f} ± {found.mad:.2f}", f"{target.most:.2f}", reached)
            rows.append([target.row, target.contestant, target.reference, *cells])
    return markdown(["row", "contestant", "against", "ratio", "at most", "reached"], rows)


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--reader-rounds", type=int, default=9, help="those of slow-reader")
    parser.add_argument("--seconds", type=float, default=0.4, help="length of one round")
    parser.add_argument(
        "--row", action="append", choices=ROWS, help="measure this one; may be given several times"
    )
    parser.add_argument("--contestants", default="", help="parts of names, separated by commas")
    parser.add_argument(
        "--row-seconds", type=float, default=45.0, help="after so long no further round begins"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    return parser.parse_args()


def main() -> int:
    """Measure the rows and print a table for each."""
    options = parse_arguments()
    if options.list:
        print("\n".join(f"{name:22}{row.title}" for name, row in ROWS.items()))
        return 0
    began = time.monotonic()
    measured: dict[str, Samples] = {}
    with tempfile.TemporaryDirectory(prefix="bench-websockets-") as folder:
        bench = Bench(options, Path(folder))
        pin(0, bench.cores.load)
        try:
            make_speedups(bench.environments)
        except FAULTS as error:
            print(f"without tornado-speedups: {error}", file=sys.stderr)
        print(f"CPU time per message; {bench.cores.description}; Python {sys.version.split()[0]}")
        for name in options.row or ROWS:
            row = ROWS[name]
            print(f"\n## {row.title}\n", flush=True)
            try:
                measured[name] = row.measure(bench)
            except FAULTS as error:
                print(f"not measured: {error}", flush=True)
                continue
            if measured[name]:
                print(compare(measured[name], REFERENCES, row.unit), flush=True)
    print(f"\n## targets\n\n{verdicts(measured)}\n\n{time.monotonic() - began:.0f} seconds")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
