"""Measure what one echo and one accepted connection cost: `python bench/streams/run.py`.

The same work is put to IOStream (both interfaces), to upstream's, to asyncio's streams and
protocols and to anyio's streams. Each server is a process of its own on one core, the load comes
from another core. Rounds are interleaved; the table shows medians of the server's CPU time per
operation, and the medians of the ratios within the rounds.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.process.cores import choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.programs import Program, Work, compare, measure_in_turns
from bench.streams import load

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent


CONTESTANTS = [
    Program("IOStream, pull", "workspace", ("tornado-pull",)),
    Program("IOStream, push", "workspace", ("tornado-push",)),
    Program("IOStream, pull, uvloop", "workspace", ("tornado-pull", "uvloop")),
    Program("IOStream, push, uvloop", "workspace", ("tornado-push", "uvloop")),
    Program("asyncio Protocol", "floor", ("asyncio-protocol",)),
    Program("asyncio streams", "floor", ("asyncio-streams",)),
    Program("upstream 6.6.1", "upstream", ("tornado-pull",)),
    Program("anyio", "asgi", ("anyio",)),
]
REFERENCES = ("asyncio streams", "asyncio Protocol", "upstream 6.6.1")


def cases(awake: bool) -> dict[str, Callable[[int], Work]]:
    """Return the loads by name."""

    def echo(size: int, port: int) -> Work:
        def work(seconds: float) -> int:
            return load.echo(port, size=size, connections=16, seconds=seconds, awake=awake)

        return work

    def accept(port: int) -> Work:
        return lambda seconds: load.accept(port, connections=64, seconds=seconds)

    return {"echo 64 B": partial(echo, 64), "echo 64 KiB": partial(echo, 65536), "accept": accept}


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
    print(f"CPU microseconds of the server per operation; {cores.description}")
    for name, work in cases(awake).items():
        if options.only not in name:
            continue
        samples = measure_in_turns(
            environments,
            HERE / "servers.py",
            chosen,
            work,
            cores,
            rounds=options.rounds,
            seconds=options.seconds,
        )
        print(f"\n## {name}\n\n{compare(samples, REFERENCES, 'µs')}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
