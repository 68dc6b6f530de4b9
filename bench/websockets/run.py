"""Measure what a websocket message costs its server: `python bench/websockets/run.py`.

The same messages are put to our handler, with and without tornado-speedups, to upstream's, to
aiohttp, websockets and picows, and to a bare protocol that looks at nothing. Each server is a
process of its own on one core, the load comes from another core. Rounds are interleaved; the tables
show medians of the server's CPU time per message, and the medians of the ratios within the rounds.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.errors import SetupError
from bench.harness.process.clock import cpu_seconds
from bench.harness.process.cores import Cores, choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.statistics import ratio, summarize
from bench.harness.table import markdown, spread, times
from bench.streams.run import serving
from bench.websockets import load

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent


class Contestant(NamedTuple):
    """A contestant: a title, an environment, the name in servers.py and its options."""

    title: str
    environment: str
    arguments: tuple[str, ...]
    variables: dict[str, str]
    #: It can compress, and send back messages that come in several pieces.
    is_complete: bool = True


IN_PYTHON, IN_C = {"TORNADO_EXTENSION": "0"}, {"TORNADO_EXTENSION": "1"}

ECHOES = [
    Contestant("ours", "workspace", ("tornado",), IN_PYTHON),
    Contestant("ours, speedups", "workspace", ("tornado",), IN_C),
    Contestant("ours, speedups, uvloop", "workspace", ("tornado", "uvloop"), IN_C),
    Contestant("upstream 6.6.1", "upstream", ("tornado",), {}),
    Contestant("aiohttp", "aiohttp", ("aiohttp",), {}),
    Contestant("websockets", "websockets", ("websockets",), {}),
    Contestant("picows", "picows", ("picows",), {}, is_complete=False),
    Contestant("floor", "floor", ("floor",), {}, is_complete=False),
]
BROADCASTS = [
    Contestant("plain", "workspace", ("broadcast",), IN_C),
    Contestant("deflate", "workspace", ("broadcast", "deflate"), IN_C),
]
REFERENCES = ("upstream 6.6.1", "aiohttp", "picows", "floor", "plain")


class Case(NamedTuple):
    """A load, and who takes part."""

    name: str
    contestants: list[Contestant]
    load: Callable[..., int]
    options: dict[str, int]
    deflate: bool = False

    def needs_complete(self, contestant: Contestant) -> bool:
        """Return true if the floor, or picows, cannot take part."""
        is_large = self.options["size"] > 60_000
        return self.deflate or (is_large and contestant.title == "floor")


CASES = [
    Case("echo 125 B, 32 clients", ECHOES, load.echo, {"size": 125, "connections": 32}),
    Case("echo 125 B, 1 client", ECHOES, load.echo, {"size": 125, "connections": 1}),
    Case("echo 64 KiB, 8 clients", ECHOES, load.echo, {"size": 65536, "connections": 8}),
    Case(
        "echo 1 KiB deflated, 32 clients",
        ECHOES,
        load.echo,
        {"size": 1024, "connections": 32},
        deflate=True,
    ),
    Case(
        "broadcast 1 KiB to 1,000",
        BROADCASTS,
        load.receive_broadcasts,
        {"size": 1024, "connections": 1000},
    ),
]


def work_of(case: Case, contestant: Contestant, seconds: float, awake: bool) -> Callable[..., int]:
    """Return the load of a case for a contestant."""
    deflate = case.deflate or "deflate" in contestant.arguments
    if case.load is load.echo:
        return partial(case.load, seconds=seconds, deflate=deflate, awake=awake, **case.options)
    return partial(case.load, seconds=seconds, deflate=deflate, **case.options)


def measure(
    environments: Environments, case: Case, contestant: Contestant, seconds: float, cores: Cores
) -> float:
    """Return the server's CPU microseconds per message, in one round."""
    python = environments.get(contestant.environment).python
    arguments = (*contestant.arguments, *(["deflate"] if case.deflate else []))
    awake = cores.load is not None
    with serving(
        python,
        arguments,
        cores.server,
        servers=HERE / "servers.py",
        environ=contestant.variables,
    ) as (pid, port):
        work_of(case, contestant, 0.1, awake)(port)
        before = cpu_seconds(pid)
        done = work_of(case, contestant, seconds, awake)(port)
        return (cpu_seconds(pid) - before) / done * 1e6


def main() -> int:
    """Run all cases and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of one round")
    parser.add_argument("--only", default="", help="part of the cases' names")
    parser.add_argument("--contestants", default="", help="parts of names, separated by commas")
    options = parser.parse_args()
    environments = Environments(HERE.parent)
    cores = choose_cores()
    pin(0, cores.load)
    wanted = options.contestants.split(",")
    print(f"CPU microseconds of the server per message; {cores.description}")
    for case in CASES:
        if options.only not in case.name:
            continue
        chosen = [
            contestant
            for contestant in case.contestants
            if any(part in contestant.title for part in wanted)
            and (contestant.is_complete or not case.needs_complete(contestant))
        ]
        samples: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            for contestant in chosen:
                try:
                    cost = measure(environments, case, contestant, options.seconds, cores)
                except (SetupError, OSError, ValueError) as error:
                    print(f"left out: {contestant.title}: {error}", file=sys.stderr)
                    continue
                samples.setdefault(contestant.title, []).append(cost)
        shown = [title for title in REFERENCES if title in samples]
        rows = [
            [
                title,
                spread(summarize(costs)),
                *(times(ratio(costs, samples[other])) for other in shown),
            ]
            for title, costs in samples.items()
        ]
        head = ["contestant", "µs", *("/ " + title for title in shown)]
        print(f"\n## {case.name}\n\n{markdown(head, rows)}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
