"""Sum up what the environments left behind, and fail unless every one of them ran and passed.

    python tools/tally.py            print one line: N passed, N failed, N skipped

An environment whose interpreter is missing is allowed to be absent; any other one that left no
result counts as a failure, so that nothing passes by not running.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from environments import reports_here
from workspace import ROOT


@dataclass
class Tally:
    """Counts of tests; a suite that could not be read is a failed one."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, report: Path) -> None:
        """Add the suites of one JUnit report."""
        for suite in ElementTree.parse(report).iter("testsuite"):
            counts = {
                name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
            }
            bad = counts["failures"] + counts["errors"]
            self.failed += bad
            self.skipped += counts["skipped"]
            self.passed += max(0, counts["tests"] - bad - counts["skipped"])

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def sum_up(folder: Path, expected: list[str]) -> tuple[Tally, list[str]]:
    """Return the sum of the reports in a folder and what is wrong with them.

    :param expected: the names of the reports that must be there, with a passed test in each.
    """
    tally, complaints = Tally(), []
    for name in expected:
        before = Tally(tally.passed, tally.failed, tally.skipped)
        try:
            tally.add(folder / f"{name}.xml")
        except (OSError, ElementTree.ParseError):
            tally.failed += 1
            complaints.append(f"{name}: did not run to its end")
            continue
        if tally.failed > before.failed:
            complaints.append(f"{name}: {tally.failed - before.failed} failed")
        elif tally.passed == before.passed:
            tally.failed += 1
            complaints.append(f"{name}: not one test passed")
    return tally, complaints


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Sum up the results of the environments.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".tox" / "junit")
    parser.add_argument("reports", nargs="*", help="by default what can run here leaves behind")
    options = parser.parse_args(arguments)
    tally, complaints = sum_up(options.folder, options.reports or reports_here())
    print(*complaints, sep="\n", end="\n" if complaints else "", file=sys.stderr)
    print(tally)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
