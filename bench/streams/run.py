"""Measure what one echo and one accepted connection cost: `python bench/streams/run.py`.

The same work is put to IOStream (both interfaces), to upstream's, to asyncio's streams and
protocols and to anyio's streams. Each server is a process of its own on one core, the load comes
from another core. Rounds are interleaved; the table shows medians of the server's CPU time per
operation, and the medians of the ratios within the rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
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
from bench.streams import load

if TYPE_CHECKING:
    from collections.abc import Iterator


HERE = Path(__file__).resolve().parent


class Contestant(NamedTuple):
    """A contestant: a title, an environment and the arguments of servers.py."""

    title: str
    environment: str
    arguments: tuple[str, ...]


CONTESTANTS = [
    Contestant("IOStream, pull", "workspace", ("tornado-pull",)),
    Contestant("IOStream, push", "workspace", ("tornado-push",)),
    Contestant("IOStream, pull, uvloop", "workspace", ("tornado-pull", "uvloop")),
    Contestant("IOStream, push, uvloop", "workspace", ("tornado-push", "uvloop")),
    Contestant("asyncio Protocol", "floor", ("asyncio-protocol",)),
    Contestant("asyncio streams", "floor", ("asyncio-streams",)),
    Contestant("upstream 6.6.1", "upstream", ("tornado-pull",)),
    Contestant("anyio", "asgi", ("anyio",)),
]
REFERENCES = ("asyncio streams", "asyncio Protocol", "upstream 6.6.1")

Load = Callable[[int], int]


def cases(seconds: float, awake: bool) -> dict[str, Load]:
    """Return the loads by name."""
    echo = partial(load.echo, connections=16, seconds=seconds, awake=awake)
    return {
        "echo 64 B": partial(echo, size=64),
        "echo 64 KiB": partial(echo, size=65536),
        "accept": partial(load.accept, connections=64, seconds=seconds),
    }


@contextmanager
def serving(
    python: Path,
    arguments: tuple[str, ...],
    core: int | None,
    *,
    servers: Path = HERE / "servers.py",
    environ: dict[str, str] | None = None,
) -> Iterator[tuple[int, int]]:
    """Run a contestant; yield its process id and port.

    :param servers: the program that is given the arguments and prints its port.
    :param environ: more variables for it.
    """
    command = [str(python), str(servers), *arguments]
    variables = {**os.environ, **(environ or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        try:
            pin(process.pid, core)
            if process.stdout is None:
                raise RuntimeError("the server's output is not a pipe")
            yield process.pid, int(process.stdout.readline())
        finally:
            process.terminate()


def measure(
    environments: Environments, contestant: Contestant, work: Load, cores: Cores, warmup: Load
) -> float:
    """Return the server's CPU microseconds per operation, in one round."""
    python = environments.get(contestant.environment).python
    with serving(python, contestant.arguments, cores.server) as (pid, port):
        warmup(port)
        before = cpu_seconds(pid)
        done = work(port)
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
    chosen = [c for c in CONTESTANTS if any(part in c.title for part in wanted)]
    awake = cores.load is not None
    warmups = cases(0.1, awake)
    print(f"CPU microseconds of the server per operation; {cores.description}")
    for name, work in cases(options.seconds, awake).items():
        if options.only not in name:
            continue
        samples: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            for contestant in chosen:
                try:
                    cost = measure(environments, contestant, work, cores, warmups[name])
                except SetupError as error:
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
        print(f"\n## {name}\n\n{markdown(['contestant', 'µs', *('/ ' + t for t in shown)], rows)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
