from __future__ import annotations

from pathlib import Path

import pytest
from tally import main, sum_up

REPORT = "<testsuites><testsuite tests='{}' failures='{}' errors='{}' skipped='{}'/></testsuites>"


def report(folder: Path, environment: str, *counts: int) -> None:
    (folder / f"{environment}.xml").write_text(REPORT.format(*counts))


def test_the_counts_of_all_reports_are_added_up(tmp_path: Path) -> None:
    report(tmp_path, "lint", 5, 0, 0, 0)
    report(tmp_path, "whole", 10, 0, 0, 3)

    tally, complaints = sum_up(tmp_path, ["lint", "whole"])

    assert str(tally) == "12 passed, 0 failed, 3 skipped"
    assert complaints == []


def test_failures_and_errors_both_fail(tmp_path: Path) -> None:
    report(tmp_path, "lint", 5, 1, 2, 0)

    tally, complaints = sum_up(tmp_path, ["lint"])

    assert str(tally) == "2 passed, 3 failed, 0 skipped"
    assert complaints == ["lint: 3 failed"]


@pytest.mark.parametrize("text", [None, "", "<testsuites><testsuite tests='1'"])
def test_an_environment_that_left_no_whole_report_fails(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "lint.xml").write_text(text)

    tally, complaints = sum_up(tmp_path, ["lint"])

    assert tally.failed == 1
    assert complaints == ["lint: did not run to its end"]


@pytest.mark.parametrize("skipped", [0, 4])
def test_an_environment_in_which_nothing_passed_fails(tmp_path: Path, skipped: int) -> None:
    report(tmp_path, "lint", skipped, 0, 0, skipped)

    tally, complaints = sum_up(tmp_path, ["lint"])

    assert tally.failed == 1
    assert complaints == ["lint: not one test passed"]


@pytest.mark.parametrize(("failures", "status"), [(0, 0), (1, 1)])
def test_the_last_line_is_the_sum_and_the_status_follows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], failures: int, status: int
) -> None:
    report(tmp_path, "lint", 3, failures, 0, 0)

    assert main(["--folder", str(tmp_path), "lint"]) == status
    assert capsys.readouterr().out == f"{3 - failures} passed, {failures} failed, 0 skipped\n"
