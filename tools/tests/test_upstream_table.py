from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from upstream_suite.processes import Outcome
from upstream_suite.table import Group, ModuleTable, compare, read, updated, write

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "tornado.test.some_test"
STRICTER = Group("stricter on purpose", "a bare LF", ["A.test_lf"])
MACHINE = Group("depends on the machine", "no IPv6", ["A.test_v6"], "skipped")
TABLE = ModuleTable(MODULE, 3, [STRICTER, MACHINE])


def outcomes(**results: str) -> dict[str, Outcome]:
    return {f"A.test_{test}": Outcome(result) for test, result in results.items()}


@pytest.mark.parametrize("v6", ["passed", "skipped", "failed"])
def test_a_run_as_the_table_says_has_no_complaints(v6: str) -> None:
    assert list(compare(TABLE, outcomes(good="passed", lf="failed", v6=v6))) == []


@pytest.mark.parametrize(
    ("run", "complaint"),
    [
        ({"good": "failed", "lf": "failed", "v6": "passed"}, "A.test_good"),
        ({"good": "skipped", "lf": "failed", "v6": "passed"}, "A.test_good"),
        ({"good": "passed", "lf": "passed", "v6": "passed"}, "A.test_lf"),
        ({"good": "passed", "lf": "skipped", "v6": "passed"}, "A.test_lf"),
        ({"good": "passed", "v6": "passed", "x": "passed"}, "A.test_lf"),
        ({"lf": "failed", "v6": "passed"}, ""),
        ({"good": "passed", "new": "passed", "lf": "failed", "v6": "passed"}, ""),
    ],
)
def test_a_result_that_is_not_the_table_s_is_a_complaint(
    run: dict[str, str], complaint: str
) -> None:
    assert [test for test, _ in compare(TABLE, outcomes(**run))] == [complaint]


def test_a_table_is_written_as_it_was_read(tmp_path: Path) -> None:
    table = ModuleTable(MODULE, 3, [Group("to do", 'a "quoted"\\ reason', ["b", "a"]), MACHINE])
    write(table, tmp_path)
    first = (tmp_path / "some_test.toml").read_text()

    again = read(MODULE, tmp_path)
    write(again, tmp_path)

    assert again.total == 3
    assert again.expected()["a"].reason == 'a "quoted"\\ reason'
    assert (tmp_path / "some_test.toml").read_text() == first


def test_a_kind_that_is_not_one_is_refused(tmp_path: Path) -> None:
    write(ModuleTable(MODULE, 1, [Group("to do", "x", ["a"])]), tmp_path)
    file = tmp_path / "some_test.toml"
    file.write_text(file.read_text().replace("to do", "whatever"))

    with pytest.raises(ValueError, match="'whatever' is not a kind"):
        read(MODULE, tmp_path)


def test_a_test_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    groups = [Group("to do", "x", ["a"]), Group("flaky", "y", ["a", "b"])]
    write(ModuleTable(MODULE, 2, groups), tmp_path)

    with pytest.raises(ValueError, match=r"named twice: a$"):
        read(MODULE, tmp_path)


def test_bringing_a_table_up_to_date_keeps_the_reasons_that_hold() -> None:
    run = outcomes(good="failed", lf="failed", v6="passed", new="passed")

    table = updated(TABLE, run)

    assert list(compare(table, run)) == []
    assert table.total == 4
    assert table.expected()["A.test_lf"].reason == "a bare LF"
    assert table.expected()["A.test_v6"].kind == "depends on the machine"
    assert table.expected()["A.test_good"].kind == "to do"


def test_a_test_that_passes_now_leaves_the_table() -> None:
    table = updated(TABLE, outcomes(good="passed", lf="passed", v6="skipped"))

    assert set(table.expected()) == {"A.test_v6"}


def test_sums_leave_out_what_upstream_does_not_pass_everywhere() -> None:
    assert TABLE.counted() == 2
    assert TABLE.passing() == 1
