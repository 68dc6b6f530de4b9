"""The command line of the counts: calls and system calls per request, side by side."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.case import load_case
from bench.harness.command import BENCH
from bench.harness.contestant import Contestant, choose, load_contestants
from bench.harness.counts.calls import Calls, count_calls
from bench.harness.counts.functions import list_functions
from bench.harness.counts.syscalls import can_trace, count_syscalls
from bench.harness.errors import BenchError
from bench.harness.exchange.endpoint import HOST
from bench.harness.exchange.payload import write_files
from bench.harness.exchange.request import Request, compose
from bench.harness.process.environment import Environments
from bench.harness.server import program_path
from bench.harness.table import markdown, number

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The contestants that are counted when none is named.
DEFAULT = "ours,ours-uvloop,upstream,aiohttp,asgi,starlette,floor,floor-uvloop"

#: System calls that wait for events, under their names on different kernels.
_WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "select", "kevent"}


#: How many fields are added to see what one of them costs.
_MORE = 10


@dataclass(frozen=True)
class Count:
    """What one contestant does for one request."""

    title: str
    plain: Calls
    #: For the twelve fields of a browser.
    browser: Calls
    #: Calls more for each further field of the request.
    per_field: Calls
    #: System calls per request by name; empty without strace.
    system: dict[str, float]

    @property
    def calls(self) -> tuple[Calls, Calls, Calls]:
        """The calls in the order in which they are shown."""
        return self.plain, self.browser, self.per_field


class Bench:
    """The two cases that are counted, and what their servers are started with."""

    def __init__(self, environments: Environments, files: Path) -> None:
        self._environments = environments
        self._files = files
        self.plain = load_case(BENCH / "cases", "hello")
        self.browser = load_case(BENCH / "cases", "hello-browser")

    def python(self, contestant: Contestant) -> Path:
        """Return the interpreter of a contestant's environment."""
        return self._environments.get(contestant.environment).python

    def options(self, contestant: Contestant) -> list[str]:
        """Return the command line options of a contestant's server but for its port."""
        options = {"case": self.plain.server, "files": str(self._files), **contestant.options}
        return [part for key, value in options.items() for part in (f"--{key}", value)]


def count(contestant: Contestant, bench: Bench) -> Count:
    """Count the calls of one contestant for three heads, and the system calls for the shortest.

    :raises BenchError: if it cannot be started or answers something else.
    """
    python, options = bench.python(contestant), bench.options(contestant)
    expectation = bench.plain.expectation
    short, long, browser = (
        count_calls(python, contestant.program, options, request, expectation)
        for request in (with_fields(0), with_fields(_MORE), bench.browser.variants[0].request)
    )
    command = [str(python), str(program_path(contestant)), *options]
    return Count(
        contestant.title,
        short,
        browser,
        Calls((long.python - short.python) / _MORE, (long.builtin - short.builtin) / _MORE),
        count_syscalls(command, with_fields(0)) if can_trace() else {},
    )


def with_fields(count: int) -> Request:
    """Return the hello request with so many fields more that mean nothing."""
    more = [(f"X-Field-{place}", "of no meaning") for place in range(count)]
    return compose("GET", "/", [("Host", HOST), *more])


def describe_system(calls: dict[str, float]) -> str:
    """Return system calls as `1 epoll_wait, 1 recvfrom, 1 sendto`, the waits first."""
    if not calls:
        return "not counted"
    ordered = sorted(calls.items(), key=lambda item: (item[0] not in _WAITS, item[0]))
    return ", ".join(f"{calls:.0f} {name}" for name, calls in ordered)


def render_counts(counts: Sequence[Count]) -> str:
    """Return the counts as a Markdown table."""
    head = ["contestant", "Python + builtin calls", "a browser's head", "per further field"]
    rows = [
        [
            item.title,
            *(f"{number(calls.python)} + {number(calls.builtin)}" for calls in item.calls),
            describe_system(item.system),
        ]
        for item in counts
    ]
    head.append("system calls")
    return "## counts: Hello, world over one kept-alive connection\n\n" + markdown(head, rows)


def render_functions(contestant: Contestant, bench: Bench) -> str:
    """Return the functions that one contestant calls for a request as a Markdown table."""
    functions = list_functions(
        bench.python(contestant), contestant.program, bench.options(contestant), with_fields(0)
    )
    rows = [[name, f"{calls:.1f}"] for name, calls in functions.items()]
    return f"## calls of {contestant.title}\n\n{markdown(['function', 'calls'], rows)}\n"


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bench/counts.py", description="Count calls and system calls per hello request."
    )
    parser.add_argument("--contestants", default=DEFAULT, help="names with commas")
    parser.add_argument(
        "--functions", action="store_true", help="list the functions that are called instead"
    )
    parser.add_argument("--output", type=Path, default=BENCH / "results" / "counts.json")
    return parser.parse_args(arguments)


def run(contestants: Sequence[Contestant], bench: Bench, options: argparse.Namespace) -> None:
    """Count all contestants, or list their functions, and show what was found."""
    counts: list[Count] = []
    for contestant in contestants:
        print(f"counts: {contestant.name}", file=sys.stderr, flush=True)
        try:
            if options.functions:
                print(render_functions(contestant, bench), flush=True)
            else:
                counts.append(count(contestant, bench))
        except BenchError as error:
            print(f"left out: {contestant.name}: {error}", file=sys.stderr)
    if counts:
        print(render_counts(counts))
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps([asdict(item) for item in counts], indent=1) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    options = parse_arguments(arguments)
    try:
        everybody = load_contestants(BENCH / "contestants.toml")
        contestants = choose(everybody, tuple(options.contestants.split(",")))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-files-") as folder:
        write_files(Path(folder))
        run(contestants, Bench(Environments(BENCH), Path(folder)), options)
    return 0
