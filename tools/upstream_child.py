"""Run one module of upstream's tests, and report each test to the parent as it ends.

    python tools/upstream_child.py DESCRIPTOR MODULE [--skip FILE] [--only FILE]

Each line that goes to the descriptor is a JSON list: ``["tests", [ids]]`` first, then for each
test ``["start", id]`` and ``["end", id, outcome, detail]``.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import unittest
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upstream_suite.placeholders import SuiteFinder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType]

#: What upstream's `abstract_base_test` gives as the reason to skip a base class: no test at all.
ABSTRACT = "abstract base class"


class Pipe:
    """The pipe to the parent; a process that a test forks does not write to it."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
        self._process = os.getpid()

    def send(self, *message: object) -> None:
        """Write one message, unless this is a forked process."""
        if os.getpid() == self._process:
            self._file.write(f"{json.dumps(message)}\n")


class Result(unittest.TestResult):
    """A result that reports the outcome of each test by its id: passed, failed or skipped."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe
        self._outcome: tuple[str, str] = ("passed", "")
        self.reported: set[str] = set()
        #: What happened to whole classes and modules, by what unittest calls them.
        self.holders: dict[str, tuple[str, str]] = {}

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._outcome = ("passed", "")
        self._pipe.send("start", test.id())

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        self.report(test.id(), *self._outcome)

    def report(self, test: str, outcome: str, detail: str) -> None:
        """Report what became of a test."""
        self.reported.add(test)
        self._pipe.send("end", test, outcome, detail)

    def _note(self, test: object, outcome: str, detail: str) -> None:
        if not isinstance(test, unittest.TestCase):  # a fixture's own result, see `fixture_outcome`
            self.holders[str(test)] = (outcome, detail)
        elif self._outcome[0] != "failed":
            self._outcome = (outcome, detail)
        elif outcome == "failed":  # another subtest: each is to be judged
            self._outcome = (outcome, f"{self._outcome[1]}\n{detail}")

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self._note(test, "failed", self._text(err, test))

    addFailure = addError

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            self._note(test, "failed", f"{subtest.id()}\n{self._text(err, test)}")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._note(test, "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        self._note(test, "passed", "")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._note(test, "failed", "passes, and the suite expects it to fail")

    def _text(self, err: ExcInfo, test: unittest.TestCase) -> str:
        text: str = self._exc_info_to_string(err, test)  # type: ignore[attr-defined]  # unittest's
        return text


def flat(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """Yield the tests of nested suites."""
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item


def fixture_outcome(test: unittest.TestCase, result: Result) -> tuple[str, str]:
    """Return what the fixture of its class or module did to a test that never ran."""
    home = type(test)
    for name in (
        f"setUpClass ({home.__module__}.{home.__qualname__})",
        f"setUpModule ({home.__module__})",
    ):
        if name in result.holders:
            return result.holders[name]
    return ("failed", "the test did not run")


def prepare() -> None:
    """Set the process up as upstream's own runner does: strict warnings, a quiet access log."""
    warnings.filterwarnings("error")
    warnings.filterwarnings("ignore", category=ImportWarning)
    for category in (DeprecationWarning, PendingDeprecationWarning):
        warnings.filterwarnings("ignore", category=category)
        warnings.filterwarnings("error", category=category, module=r"tornado\..*")
    logging.basicConfig()
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from hypothesis import settings
    except ImportError:
        return
    settings.register_profile("steady", derandomize=True, database=None)
    settings.load_profile("steady")


def load(module: str) -> list[unittest.TestCase]:
    """Return the tests of a module."""
    return list(flat(unittest.defaultTestLoader.loadTestsFromName(module)))


def names_in(file: Path | None) -> set[str]:
    return set(file.read_text(encoding="utf-8").split("\n")) if file else set()


def main() -> int:
    parser = argparse.ArgumentParser(description="Run one module of upstream's tests.")
    parser.add_argument("descriptor", type=int)
    parser.add_argument("module")
    parser.add_argument("--skip", type=Path, help="a file that names tests to leave out")
    parser.add_argument("--only", type=Path, help="a file that names the only tests to run")
    options = parser.parse_args()
    sys.argv[1:] = []
    pipe = Pipe(options.descriptor)
    sys.meta_path.insert(0, SuiteFinder())
    prepare()
    tests = load(options.module)
    skip, only = names_in(options.skip), names_in(options.only)
    wanted = [test for test in tests if not only or test.id() in only]
    pipe.send("tests", [test.id() for test in wanted])
    chosen = [test for test in wanted if test.id() not in skip]
    result = Result(pipe)
    unittest.TestSuite(chosen).run(result)
    for test in chosen:
        if test.id() not in result.reported:
            outcome, detail = fixture_outcome(test, result)
            abstract = outcome == "skipped" and detail == ABSTRACT
            result.report(test.id(), "abstract" if abstract else outcome, detail)
    pipe.send("finished")
    return 0


if __name__ == "__main__":
    sys.exit(main())
