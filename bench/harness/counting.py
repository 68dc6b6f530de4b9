"""The command line of the counts: calls and system calls per request, side by side."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.calls import Calls, count_calls
from bench.harness.case import Case, load_case
from bench.harness.command import BENCH
from bench.harness.contestant import Contestant, choose, load_contestants
from bench.harness.environment import Environments
from bench.harness.errors import BenchError
from bench.harness.payload import write_files
from bench.harness.server import program_path
from bench.harness.syscalls import can_trace, count_syscalls
from bench.harness.table import markdown, number

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Who is counted where nobody is named.
DEFAULT = "ours,ours-uvloop,upstream,aiohttp,asgi,starlette,floor,floor-uvloop"

#: System calls that wait for events, under their names on different kernels.
_WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "select", "kevent"}


@dataclass(frozen=True)
class Count:
    """What one contestant does for one request."""

    title: str
    plain: Calls
    #: Calls more for each further field of the request.
    per_field: Calls
    #: System calls per request by name; empty without strace.
    system: dict[str, float]


def count(
    contestant: Contestant, environments: Environments, plain: Case, browser: Case, files: Path
) -> Count:
    """Count the calls of one contestant for a short head and for a browser's.

    :raises BenchError: if it cannot be started or answers something else.
    """
    python = environments.get(contestant.environment).python
    options = ["--case", plain.server, "--files", str(files)]
    options += [part for key, value in contestant.options.items() for part in (f"--{key}", value)]

    def calls(case: Case) -> Calls:
        request = case.variants[0].request
        return count_calls(python, contestant.program, options, request, case.expectation)

    short, long = calls(plain), calls(browser)
    more = _fields(browser) - _fields(plain)
    command = [str(python), str(program_path(contestant)), *options]
    return Count(
        contestant.title,
        short,
        Calls((long.python - short.python) / more, (long.builtin - short.builtin) / more),
        count_syscalls(command, plain.variants[0].request) if can_trace() else {},
    )


def _fields(case: Case) -> int:
    return case.variants[0].request.start.count(b"\r\n") - 2


def describe_system(calls: dict[str, float]) -> str:
    """Return system calls as `1 epoll_wait, 1 recvfrom, 1 sendto`, the waits first."""
    if not calls:
        return "not counted"
    ordered = sorted(calls.items(), key=lambda item: (item[0] not in _WAITS, item[0]))
    return ", ".join(f"{calls:.0f} {name}" for name, calls in ordered)


def render_counts(counts: Sequence[Count]) -> str:
    """Return the counts as a Markdown table."""
    head = ["contestant", "Python + builtin calls", "per further field", "system calls"]
    rows = [
        [
            item.title,
            f"{number(item.plain.python)} + {number(item.plain.builtin)}",
            f"{number(item.per_field.python)} + {number(item.per_field.builtin)}",
            describe_system(item.system),
        ]
        for item in counts
    ]
    return "## counts: Hello, world over one kept-alive connection\n\n" + markdown(head, rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="bench/counts.py", description="Count calls and system calls per hello request."
    )
    parser.add_argument("--contestants", default=DEFAULT, help="names with commas")
    parser.add_argument("--output", type=Path, default=BENCH / "results" / "counts.json")
    options = parser.parse_args(arguments)
    plain, browser = (load_case(BENCH / "cases", name) for name in ("hello", "hello-browser"))
    environments = Environments(BENCH)
    counts = []
    try:
        everybody = load_contestants(BENCH / "contestants.toml")
        contestants = choose(everybody, tuple(options.contestants.split(",")))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-files-") as folder:
        write_files(Path(folder))
        for contestant in contestants:
            print(f"counts: {contestant.name}", file=sys.stderr, flush=True)
            try:
                counts.append(count(contestant, environments, plain, browser, Path(folder)))
            except BenchError as error:
                print(f"left out: {contestant.name}: {error}", file=sys.stderr)
    print(render_counts(counts))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps([asdict(item) for item in counts], indent=1) + "\n")
    return 0
