"""Contestants that are programs of one file: started once, measured in turns, shown beside each other.

`streams` and `websockets` use this. A program is started with its name and options, prints its port
and serves until it is ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bench.harness.errors import BenchError, ServerError
from bench.harness.process.clock import cpu_seconds
from bench.harness.process.cores import Cores, pin
from bench.harness.statistics import ratio, summarize
from bench.harness.table import markdown, spread, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bench.harness.process.environment import Environments

#: A load: takes the seconds of a round, and returns how many operations were done.
Work: TypeAlias = "Callable[[float], int]"

#: What measuring a round may raise without ending the whole run.
FAULTS = (BenchError, OSError, ValueError, subprocess.SubprocessError)

#: Fewer rounds than this are not worth showing, however late it is.
_FEWEST_ROUNDS = 3


class Program(NamedTuple):
    """A contestant: a title, an environment, what its file is started with, and more variables."""

    title: str
    environment: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str] = {}


class Serving(NamedTuple):
    """A program that serves."""

    pid: int
    port: int


@contextmanager
def serving(
    file: Path,
    python: Path,
    arguments: Sequence[str],
    core: int | None,
    *,
    variables: Mapping[str, str] | None = None,
    wrapper: Sequence[str] = (),
) -> Iterator[Serving]:
    """Run a program.

    :param file: the program that is given the arguments and prints its port.
    :param wrapper: what is run by the interpreter, and runs the file.
    :raises ServerError: if it ends before it listens.
    """
    command = [str(python), *wrapper, str(file), *arguments]
    environ = {**os.environ, **(variables or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            pin(process.pid, core)
            line = process.stdout.readline() if process.stdout is not None else ""
            if not line.strip().isdigit():
                raise ServerError(f"{' '.join(arguments)} printed no port but {line!r}")
            yield Serving(process.pid, int(line))
        finally:
            process.kill()


def measure_in_turns(
    environments: Environments,
    file: Path,
    programs: Sequence[Program],
    connect: Callable[[int], Work],
    cores: Cores,
    *,
    rounds: int,
    seconds: float,
    most_seconds: float = float("inf"),
    more_arguments: Sequence[str] = (),
) -> dict[str, list[float]]:
    """Return CPU microseconds per operation of each program, a sample for each round.

    Rounds are interleaved, and their order rotates. A program that fails is left out with a message.

    :param connect: connects to the server at a port, which is not measured, and returns the load.
    :param seconds: the length of a round.
    :param most_seconds: after so long no further round begins.
    """
    end = time.monotonic() + most_seconds
    samples: dict[str, list[float]] = {}
    with ExitStack() as stack:
        running: dict[str, tuple[int, Work]] = {}
        for program in programs:
            with _left_out(program.title):
                server = stack.enter_context(
                    serving(
                        file,
                        environments.get(program.environment).python,
                        (*program.arguments, *more_arguments),
                        cores.server,
                        variables=program.variables,
                    )
                )
                work = connect(server.port)
                work(min(0.1, seconds))
                running[program.title] = server.pid, work
        for turn in range(rounds):
            if turn >= _FEWEST_ROUNDS and time.monotonic() > end:
                break
            for title in rotated(list(running), turn):
                pid, work = running[title]
                cost: float | None = None
                with _left_out(title):
                    before = cpu_seconds(pid)
                    done = work(seconds)
                    cost = (cpu_seconds(pid) - before) / done * 1e6
                if cost is None:
                    del running[title]
                    samples.pop(title, None)  # its rounds cannot be paired any more
                else:
                    samples.setdefault(title, []).append(cost)
    order = [program.title for program in programs]
    return {title: samples[title] for title in order if title in samples}


def rotated(titles: list[str], turn: int) -> list[str]:
    """Return the titles in the order of a round."""
    start = turn % len(titles) if titles else 0
    return titles[start:] + titles[:start]


@contextmanager
def _left_out(title: str) -> Iterator[None]:
    """Leave a contestant out if it fails, and say why."""
    try:
        yield
    except FAULTS as error:
        print(f"left out: {title}: {error}", file=sys.stderr, flush=True)


def compare(samples: Mapping[str, Sequence[float]], references: Sequence[str], unit: str) -> str:
    """Return a Markdown table of samples, with their ratios to some of the contestants."""
    shown = [title for title in references if title in samples]
    rows = [
        [
            title,
            spread(summarize(costs)),
            *(times(ratio(costs, samples[other])) for other in shown),
        ]
        for title, costs in samples.items()
    ]
    return markdown(["contestant", unit, *("/ " + title for title in shown)], rows)
