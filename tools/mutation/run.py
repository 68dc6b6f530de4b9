"""Tests in a process of their own, with a mutant instead of its module.

The process is forked, so that Python, pytest and the other tools of tests are loaded once. The
module is changed as it is imported: the files stay as they are.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from .processes import in_a_process

if TYPE_CHECKING:
    import ast
    from pathlib import Path
    from types import CodeType, FrameType

#: Modules that tests need and that know nothing of the mutant.
PRELOADED = ("asyncio", "ssl", "hypothesis", "trustme", "uvloop", "pycurl", "logging.config")

#: Seconds that tests may take in addition to ten times what they take without a mutant.
PATIENCE = 30.0

#: What is reported instead of a test.
NO_END = "the tests do not end"

#: Seconds that one test may take in addition to ten times what it takes without a mutant. The
#: mutants that never end are found by this.
TEST_PATIENCE = 8.0


@dataclass
class Coverage:
    """Which tests run which lines of a module, and how long they take."""

    #: The exit code of pytest.
    code: int = 0
    #: Tests that failed, by their ids.
    failed: list[str] = field(default_factory=list)
    #: Seconds, by the ids of tests.
    durations: dict[str, float] = field(default_factory=dict)
    #: Ids of tests by lines; what an import runs has the empty id.
    tests: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def tests_of(self, lines: frozenset[int]) -> set[str]:
        """Return the tests that run one of these lines; all of them for what an import runs."""
        found = set().union(*(self.tests.get(line, ()) for line in lines))
        return set(self.durations) if "" in found else found

    def is_imported(self, lines: frozenset[int]) -> bool:
        """Return true if an import runs one of these lines."""
        return any("" in self.tests.get(line, ()) for line in lines)

    def seconds(self, tests: set[str]) -> float:
        """Return how long tests take."""
        return sum(self.durations[each] for each in tests)

    def patience(self, test: str) -> float:
        """Return how many seconds a test may take with a mutant."""
        return TEST_PATIENCE + 10 * self.durations.get(test, 0.0)

    def in_order(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return items file by file, and the quick ones first in each order."""
        files: dict[str, float] = defaultdict(float)
        for item in items:
            files[_file(item.nodeid)] += self.durations.get(item.nodeid, 0.0)
        return sorted(
            items,
            key=lambda item: (
                files[_file(item.nodeid)],
                _file(item.nodeid),
                self.durations.get(item.nodeid, 0.0),
            ),
        )


def _file(test: str) -> str:
    return test.partition("::")[0]


class _Observer:
    """A plugin of pytest that notes what each test runs.

    :param path: the module whose lines count.
    """

    def __init__(self, path: str) -> None:
        self.coverage = Coverage()
        self._path = path
        self._test = ""

    def start(self) -> None:
        threading.settrace(self._trace)
        sys.settrace(self._trace)

    def _trace(self, frame: FrameType, event: str, arg: object) -> Any:
        return self._trace_line if frame.f_code.co_filename == self._path else None

    def _trace_line(self, frame: FrameType, event: str, arg: object) -> Any:
        self.coverage.tests[frame.f_lineno].add(self._test)
        return self._trace_line

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._test = nodeid
        self.start()  # a test may have left another one

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        durations = self.coverage.durations
        durations[report.nodeid] = durations.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.coverage.failed.append(report.nodeid)


class _Selection:
    """A plugin of pytest that runs some tests, the quick ones first, until one fails."""

    def __init__(self, coverage: Coverage, tests: set[str]) -> None:
        self._coverage = coverage
        self._tests = tests
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # A mutant may change the parameters of a test, and with them its id.
        known = self._coverage.durations
        tests = [item for item in items if item.nodeid in self._tests or item.nodeid not in known]
        items[:] = self._coverage.in_order(tests)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def preload() -> None:
    """Import what every test needs."""
    for name in PRELOADED:
        with suppress(ImportError):  # not every environment has all of them
            importlib.import_module(name)


def measure(path: Path, tests: list[str]) -> Coverage | None:
    """Run tests with an unchanged module.

    :returns: None if they do not end.
    """

    def run() -> Coverage:
        observer = _Observer(str(path))
        observer.start()
        code = run_pytest([*tests, "-o", "timeout=120"], observer)
        observer.coverage.code = code
        return observer.coverage

    result: Coverage | None = in_a_process(run, 1800)
    return result


def killer(path: Path, tree: ast.Module, coverage: Coverage, tests: set[str]) -> str | None:
    """Run tests with a changed module.

    :returns: the id of the test that fails, or why there is none; None if all of them pass.
    """

    def run() -> str | None:
        _replace(path, compile(tree, str(path), "exec", dont_inherit=True))
        selection = _Selection(coverage, tests)
        files = sorted({_file(test) for test in tests})
        code = run_pytest([*files, "-x", "-o", "timeout=20"], selection)
        return None if code == 0 else selection.failed or f"pytest ends with {code}"

    result: str | None = in_a_process(run, PATIENCE + 10 * coverage.seconds(tests), NO_END)
    return result


def run_pytest(arguments: list[str], plugin: object) -> int:
    """Run pytest with a plugin, in a way that leaves nothing behind.

    :returns: its exit code.
    """
    options = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    if find_spec("hypothesis"):
        options += ["--hypothesis-profile", "ci"]  # the same examples each time, without a deadline
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is loaded already
    return int(pytest.main([*options, *arguments], plugins=[plugin]))


def _replace(path: Path, code: CodeType) -> None:
    """Let a later import of a file run other code."""
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == str(path) else original(self, fullname)

    setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010 - mypy takes no assignment
