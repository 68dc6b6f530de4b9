"""The tables on the page of the web framework name tests that exist, and settings that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import ROOT

PAGE = ROOT / "docs" / "web.md"
TESTS = ROOT / "packages" / "web" / "tests"
SOURCE = ROOT / "packages" / "web" / "src" / "tornado" / "web"


def rows() -> list[list[str]]:
    """Return the cells of every row of every table, without the heads."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[-1] != "proven by" and set(row[0]) != {"-"}]


PROOFS = [(row[0], proof) for row in rows() for proof in re.findall(r"`(\S+::\S+)`", row[-1])]


@pytest.mark.parametrize(("what", "proof"), PROOFS)
def test_what_proves_a_row_is_a_test(what: str, proof: str) -> None:
    file, _, name = proof.partition("::")

    assert f"def {name}(" in (TESTS / file).read_text("utf-8"), what


def test_every_row_is_proven() -> None:
    assert len(rows()) > 30
    assert [row for row in rows() if "::" not in row[-1] and row[-1] != "the same"] == []


def test_every_setting_in_the_table_is_read_somewhere() -> None:
    text = PAGE.read_text("utf-8").partition("## Settings")[2].partition("\n## ")[0]
    settings = [
        name
        for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]
    source = "".join([file.read_text("utf-8") for file in sorted(Path(SOURCE).rglob("_*.py"))])

    assert len(settings) > 15
    assert [name for name in settings if f'"{name}"' not in source] == []
