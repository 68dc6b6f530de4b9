"""Run upstream's own tests over the pieces, and compare the results with the table.

    python tools/upstream.py                       every module; fails if a result is not the table's
    python tools/upstream.py web_test gen_test     some of them
    python tools/upstream.py web_test --show       with the traceback of each test that does not pass
    python tools/upstream.py web_test --write      bring the table up to date

The tests come from the sdist of the version in VERSION, which is fetched from the package index;
nothing of it is kept in the repository.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from upstream_suite import table as upstream_table
from upstream_suite.processes import run_module, run_modules
from workspace import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from upstream_suite.processes import Outcome

#: The version of upstream whose tests count.
VERSION = "6.6.1"

WORK = ROOT / ".tox" / "upstream-suite"
JUNIT = ROOT / ".tox" / "junit" / "upstream.xml"

#: The modules that upstream's runner starts, the longest first.
LONGEST = ("web_test", "iostream_test", "httpclient_test", "simple_httpclient_test", "gen_test")


def fetch(folder: Path = WORK) -> Path:
    """Return a folder with ``tornado/test`` of the sdist, and nothing else of it."""
    suite = folder / VERSION
    if not suite.is_dir():
        archive = download(folder)
        partial = folder / f"{VERSION}.{os.getpid()}"
        unpack(archive, partial)
        partial.rename(suite)
    return suite


def download(folder: Path) -> Path:
    """Return the sdist, from the package index that pip is set up for."""
    name = f"tornado-{VERSION}.tar.gz"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", "tornado", "--dest", str(folder), f"tornado=={VERSION}"]
    subprocess.run(command, check=True)
    return folder / name


def unpack(archive: Path, target: Path) -> None:
    """Unpack the tests of an sdist."""
    top = f"tornado-{VERSION}/"
    with tarfile.open(archive) as sdist:
        members = [m for m in sdist if m.name.startswith(f"{top}tornado/test/")]
        for member in members:
            member.name = member.name.removeprefix(top)
        sdist.extractall(target, members, filter="data")


def modules_of(suite: Path) -> list[str]:
    """Return the modules of tests that upstream's own runner runs, the longest first.

    Its runner adds the examples in docstrings of three modules, which here are docstrings of ours.
    """
    runner = (suite / "tornado" / "test" / "runtests.py").read_text(encoding="utf-8")
    listed = re.search(r"TEST_MODULES = \[(.*?)\]", runner, re.DOTALL)
    if listed is None:
        raise LookupError("upstream's runner lists no modules")
    names = re.findall(r'"(tornado\.test\.\w+)"', listed[1])
    first = [name for short in LONGEST for name in names if name.endswith(f".{short}")]
    return [*first, *(name for name in names if name not in first)]


def chosen_modules(suite: Path, names: list[str]) -> list[str]:
    """Return the modules that are meant by some short names, all of them by none.

    :raises LookupError: there is no such module.
    """
    modules = modules_of(suite)
    by_name = {upstream_table.short_module(module): module for module in modules}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise LookupError(f"no module of tests {unknown[0]!r}: there are {', '.join(by_name)}")
    return [by_name[name] for name in names] or modules


class Report:
    """A JUnit report: a test of the table's passes when its outcome is the expected one."""

    def __init__(self) -> None:
        self._suite = ElementTree.Element("testsuite", name="upstream")
        self.counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}

    def add(self, module: str, test: str, complaint: str | None) -> None:
        """Add one comparison."""
        case = ElementTree.SubElement(self._suite, "testcase", classname=module, name=test)
        self.counts["tests"] += 1
        if complaint is not None:
            self.counts["failures"] += 1
            failure = ElementTree.SubElement(case, "failure", message=complaint.partition("\n")[0])
            failure.text = re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "?", complaint)

    def write(self, file: Path) -> None:
        """Write the report."""
        for name, count in self.counts.items():
            self._suite.set(name, str(count))
        root = ElementTree.Element("testsuites")
        root.append(self._suite)
        file.parent.mkdir(parents=True, exist_ok=True)
        ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def judge(suite: Path, module: str, outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """Return what the table does not expect, after a second try alone on a quiet machine."""
    table = upstream_table.read(module)
    wrong = dict(upstream_table.compare(table, outcomes))
    again = [test for test in wrong if test in outcomes]
    if again:
        second = run_module(suite, module, again)
        wrong = dict(upstream_table.compare(table, {**outcomes, **second}))
    return wrong


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run upstream's own tests over the pieces.")
    parser.add_argument("modules", nargs="*", help="such as web_test; by default all")
    parser.add_argument("--suite", type=Path, help="a folder with tornado/test, not the sdist's")
    parser.add_argument("--only", action="append", default=[], help="a test, such as A.test_b")
    parser.add_argument("--show", action="store_true", help="tracebacks of what does not pass")
    parser.add_argument("--write", action="store_true", help="bring the table up to date")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    suite = (options.suite or fetch()).resolve()
    modules = chosen_modules(suite, options.modules)
    if options.only:
        results = [(m, run_module(suite, m, options.only)) for m in modules]
    else:
        results = list(run_modules(suite, modules, options.jobs))
    if options.show or options.only:
        for module, outcomes in results:
            show(module, outcomes)
    if options.write:
        for module, outcomes in results:
            table = upstream_table.updated(upstream_table.read(module), outcomes)
            upstream_table.write(table)
        return 0
    if options.only:
        return 0
    return compare(suite, results)


def compare(suite: Path, results: list[tuple[str, dict[str, Outcome]]]) -> int:
    """Compare outcomes with the table, and leave a report; 1 if one is not the expected one."""
    report = Report()
    passed = 0
    for module, outcomes in results:
        wrong = judge(suite, module, outcomes)
        passed += sum(outcome.result == "passed" for outcome in outcomes.values())
        for test in outcomes.keys() | wrong.keys():
            report.add(module, test or "how many tests there are", wrong.get(test))
        for test, complaint in wrong.items():
            print(f"{upstream_table.short_module(module)} {test}: {complaint}")
    report.write(JUNIT)
    failed = report.counts["failures"]
    print(f"upstream's tests: {passed} pass, {failed} results are not those of the table")
    return 1 if failed else 0


def show(module: str, outcomes: Mapping[str, Outcome]) -> None:
    """Print what does not pass."""
    for test, outcome in outcomes.items():
        if outcome.result != "passed":
            print(f"=== {upstream_table.short_module(module)} {test}: {outcome.result}")
            print(outcome.detail)
    passed = sum(outcome.result == "passed" for outcome in outcomes.values())
    print(f"--- {module}: {passed} of {len(outcomes)} pass")


if __name__ == "__main__":
    sys.exit(main())
