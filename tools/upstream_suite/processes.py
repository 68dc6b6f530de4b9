"""Run upstream's test modules, each in a process of its own, and gather what became of each test.

A test that hangs or takes its process down costs itself: it counts as failed, and a new process
goes on after it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Seconds that a test may take before its process is ended. The longest of upstream's takes 2.
PATIENCE = 20

#: Seconds that it may take until the tests of a module are known.
PATIENCE_AT_START = 60

#: Seconds that the suite's own asynchronous tests wait before they fail (5 by default).
ASYNC_TIMEOUT = "5"

#: How many processes may be lost to one module before the rest of it counts as failed.
MOST_LOSSES = 12


@dataclass(frozen=True)
class Outcome:
    """What became of a test."""

    result: str
    detail: str = ""
    seconds: float = 0.0


@dataclass
class ModuleRun:
    """The run of one module."""

    module: str
    suite: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    tests: list[str] = field(default_factory=list)
    current: str = ""
    begun: bool = False
    finished: bool = False

    def short(self, test: str) -> str:
        """Return a test's name without its module where that is the usual one."""
        return test.removeprefix(f"{self.module}.")

    def receive(self, message: list[Any]) -> None:
        """Take a message of `upstream_child`."""
        match message:
            case ["tests", tests]:
                self.tests = tests
                self.begun = True
            case ["start", test]:
                self.current = test
            case ["end", test, result, detail]:
                self.outcomes[test] = Outcome(result, detail)
                self.current = ""
            case ["finished"]:
                self.finished = True

    def lost(self, why: str) -> None:
        """Let the test that was running account for a lost process."""
        self.outcomes[self.current or self.module] = Outcome("failed", why)
        self.current = ""

    def results(self) -> dict[str, Outcome]:
        """Return the outcome of every test by its short name, abstract base classes left out."""
        found = {test: self.outcomes.get(test) for test in [*self.tests, *self.outcomes]}
        return {
            self.short(test): outcome or Outcome("failed", "the test did not run")
            for test, outcome in found.items()
            if outcome is None or outcome.result != "abstract"
        }


def run_module(suite: Path, module: str, only: Iterable[str] = ()) -> dict[str, Outcome]:
    """Run the tests of a module.

    :param suite: the folder with ``tornado/test``.
    :param only: the short names of the only tests to run.
    """
    run = ModuleRun(module, suite)
    chosen = [name if name.startswith("tornado.") else f"{module}.{name}" for name in only]
    for _ in range(MOST_LOSSES):
        why = _run_once(run, chosen)
        if run.finished:
            break
        run.lost(why)
        if not run.tests:
            break
    return run.results()


def run_modules(
    suite: Path, modules: Iterable[str], jobs: int
) -> Iterator[tuple[str, dict[str, Outcome]]]:
    """Yield each module's name and outcomes, in the order given."""
    names = list(modules)
    with ThreadPoolExecutor(jobs) as pool:
        yield from zip(names, pool.map(lambda name: run_module(suite, name), names), strict=True)


def _run_once(run: ModuleRun, only: list[str]) -> str:
    """Run a process until it ends or hangs, and return what it died of."""
    with tempfile.TemporaryDirectory() as folder:
        skip, chosen = Path(folder, "skip"), Path(folder, "only")
        skip.write_text("\n".join(run.outcomes), encoding="utf-8")
        chosen.write_text("\n".join(only), encoding="utf-8")
        reader, writer = os.pipe()
        child = Path(__file__).parent.with_name("upstream_child.py")
        command = [sys.executable, str(child), str(writer), run.module, "--skip", str(skip)]
        command += ["--only", str(chosen)] if only else []
        with open(Path(folder, "output"), "w+b") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(run.suite),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[writer],
                start_new_session=True,
            )
            os.close(writer)
            hung = not _follow(run, reader)
            _end(process)
            if hung:
                return f"hung for {PATIENCE} seconds"
            output.seek(max(0, output.seek(0, os.SEEK_END) - 4000))
            tail = output.read().decode(errors="replace")
            return f"the process ended with status {process.returncode}\n{tail}"


def _environment(suite: Path) -> dict[str, str]:
    """Return the environment of a child: the suite's folder on the path, nothing else changed."""
    return os.environ | {
        "PYTHONPATH": str(suite),
        "ASYNC_TEST_TIMEOUT": ASYNC_TIMEOUT,
        "LANG": "C.UTF-8",
    }


def _follow(run: ModuleRun, reader: int) -> bool:
    """Take messages until the module is finished or its process gone; False: it hangs."""
    run.begun, buffer = False, b""
    with selectors.DefaultSelector() as selector, os.fdopen(reader, "rb", buffering=0) as pipe:
        selector.register(pipe, selectors.EVENT_READ)
        while not run.finished:
            if not selector.select(PATIENCE if run.begun else PATIENCE_AT_START):
                return False
            data = pipe.read(65536)
            if not data:
                break
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                run.receive(json.loads(line))
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with whatever its tests have left running."""
    with suppress(subprocess.TimeoutExpired):  # it hangs, or a thread of it does
        process.wait(timeout=2)
    with suppress(ProcessLookupError):  # all gone
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
