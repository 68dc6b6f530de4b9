"""The command line: which cases, which contestants, how long."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import resource
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.arena import Arena
from bench.harness.case import LOADS, Case, case_names, load_case
from bench.harness.contestant import Contestant, choose, load_contestants
from bench.harness.errors import BenchError, CaseError, SetupError
from bench.harness.exchange.endpoint import write_certificate
from bench.harness.exchange.payload import write_files
from bench.harness.idle import idle_columns, measure_idle
from bench.harness.imports import imports_columns, measure_imports
from bench.harness.load import load_columns, measure_load
from bench.harness.process.cores import Cores, choose_cores, pin
from bench.harness.process.environment import Environments
from bench.harness.process.machine import describe
from bench.harness.result import Skipped, write_result
from bench.harness.startup import measure_startup, startup_columns
from bench.harness.table import render, render_machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BENCH = Path(__file__).resolve().parents[1]

#: How each kind of case is measured, and how it is shown.
KINDS = {
    "load": (measure_load, load_columns),
    "idle": (measure_idle, idle_columns),
    "startup": (measure_startup, startup_columns),
    "imports": (measure_imports, imports_columns),
}

#: The case that runs when none is named.
DEFAULT = ("hello",)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; without a case, the first one is run."""
    parser = argparse.ArgumentParser(
        prog="bench/run.py", description="Measure the servers' cost per operation."
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", default=DEFAULT, help="hello where none is named"
    )
    parser.add_argument("--list", action="store_true", help="name all cases and end")
    parser.add_argument("--all", action="store_true", help="run every case, one after another")
    parser.add_argument("--contestants", help="names with commas instead of the case's own")
    parser.add_argument("--reference", help="the contestant that ratios are shown against")
    parser.add_argument("--rounds", type=int, help="rounds of each contestant")
    parser.add_argument("--seconds", type=float, help="seconds of each round")
    parser.add_argument("--connections", type=int, help="connections at a time")
    parser.add_argument("--load", choices=LOADS, help="what asks; wrk takes whole seconds")
    parser.add_argument(
        "--against", type=Path, metavar="CHECKOUT", help="take the contestants `before` from there"
    )
    parser.add_argument(
        "--output", type=Path, default=BENCH / "results", help="folder of the JSON files"
    )
    return parser.parse_args(arguments)


def adjust(case: Case, options: argparse.Namespace) -> Case:
    """Return the case with the changes that the command line asks for.

    :raises CaseError: if that cannot be measured.
    """
    changes = {
        key: value
        for key in ("rounds", "seconds", "connections", "reference", "load")
        if (value := getattr(options, key)) is not None
    }
    if options.contestants:
        changes["contestants"] = tuple(options.contestants.split(","))
    adjusted = replace(case, **changes)
    names = (*adjusted.contestants, *(item.name for item in case.imports))
    if options.reference and options.reference not in names:
        raise CaseError(f"{case.name}: {options.reference!r} does not take part, {names} do")
    return adjusted


def available(contestants: Sequence[Contestant]) -> tuple[list[Contestant], list[Skipped]]:
    """Separate the contestants whose programs are installed from those that must be left out."""
    found, skipped = [], []
    for contestant in contestants:
        if contestant.needs and not shutil.which(contestant.needs):
            skipped.append(Skipped(contestant.name, f"{contestant.needs} is not installed"))
        else:
            found.append(contestant)
    return found, skipped


def allow_many_files() -> None:
    """Raise the limit of open files as far as the system lets this process, for itself and the servers."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock that keeps two runs from disturbing each other.

    :raises BenchError: if another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BenchError("another run is under way, wait for its end") from error
        yield


def versions_of(names: Sequence[str], environments: Environments) -> dict[str, str]:
    """Return the pinned requirements of each environment that takes part."""
    found = {}
    for name in dict.fromkeys(names):
        with contextlib.suppress(SetupError):
            found[name] = ", ".join(environments.get(name).pins)
    return found


def run_case(case: Case, environments: Environments, cores: Cores, output: Path) -> None:
    """Measure a case, print its table and write its JSON."""
    chosen = choose(load_contestants(BENCH / "contestants.toml"), case.contestants)
    contestants, skipped = available(chosen)
    machine = describe(cores)
    measure, columns = KINDS[case.kind]
    with tempfile.TemporaryDirectory(prefix="bench-files-") as folder:
        write_files(Path(folder))
        if case.tls:
            write_certificate(Path(folder))
        result = measure(case, Arena(contestants, environments, cores, Path(folder)))
    result.skipped.extend(skipped)
    names = [contestant.environment for contestant in contestants]
    versions = versions_of([*names, *(item.environment for item in case.imports)], environments)
    print(render(result, columns(case, result)))
    print(render_machine(machine, versions))
    print(f"\nwritten: {write_result(result, machine, versions, output)}\n", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    options = parse_arguments(arguments)
    names = case_names(BENCH / "cases")
    if options.list:
        print("\n".join(names))
        return 0
    try:
        cases = [
            adjust(load_case(BENCH / "cases", name), options)
            for name in (names if options.all else options.cases)
        ]
        cores = choose_cores()
        environments = Environments(BENCH, options.against)
        allow_many_files()
        with alone(BENCH / ".envs"):
            pin(0, cores.load)
            for case in cases:
                run_case(case, environments, cores, options.output)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0
