from __future__ import annotations

from pathlib import Path

from checks.known import Finding, new_findings, read_known


def test_as_many_findings_as_are_known_pass() -> None:
    findings = [Finding("english", "web", "a: one"), Finding("english", "web", "b: two")]

    assert list(new_findings(findings, {"english": {"web": 2}})) == []
    assert list(new_findings(findings, {"english": {"web": 3}})) == []


def test_one_more_shows_all_of_them() -> None:
    findings = [Finding("english", "web", "a: one"), Finding("english", "web", "b: two")]

    assert list(new_findings(findings, {"english": {"web": 1}})) == [
        "a: one",
        "b: two",
        "web: 2 findings of english, 1 are known",
    ]


def test_an_area_that_is_not_known_may_have_none() -> None:
    findings = [Finding("limits", "web", "a: one")]

    assert list(new_findings(findings, {"english": {"web": 1}})) == ["a: one"]


def test_there_need_be_no_table(tmp_path: Path) -> None:
    table = tmp_path / "known.toml"
    assert read_known(table) == {}
    table.write_text("[english]\nweb = 1\n")
    assert read_known(table) == {"english": {"web": 1}}
