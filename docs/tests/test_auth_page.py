"""The tables on the page about signing in name tests that exist, and the versions that are pinned."""

from __future__ import annotations

import json
import re

import pytest
from pages import ROOT

PAGE = (ROOT / "docs" / "auth.md").read_text("utf-8")
TESTS = ROOT / "packages" / "auth" / "tests"
ROWS = [line for line in PAGE.splitlines() if line.startswith("|")]
PROOFS = sorted({proof for row in ROWS for proof in re.findall(r"`(\S+::\S+)`", row)})


@pytest.mark.parametrize("proof", PROOFS)
def test_what_proves_a_row_is_a_test(proof: str) -> None:
    file, _, name = proof.partition("::")

    assert f"def {name}(" in (TESTS / file).read_text("utf-8")


def test_every_file_of_tests_is_there() -> None:
    files = {file for row in ROWS for file in re.findall(r"`((?:\w+/)?test_\w+\.py)`", row)}

    assert len(files) > 15
    assert [file for file in sorted(files) if not (TESTS / file).is_file()] == []


def test_every_file_of_tests_is_named() -> None:
    files = sorted(str(path.relative_to(TESTS)) for path in TESTS.rglob("test_*.py"))

    assert [file for file in files if f"`{file}" not in PAGE] == []


def test_every_point_has_its_proof() -> None:
    table = PAGE.partition("## What is checked")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]

    assert len(rows) > 25
    assert [row for row in rows if "test_" not in row] == []


def test_the_version_of_the_provider_is_the_pinned_one() -> None:
    manifest = json.loads((TESTS / "oidc_provider" / "package.json").read_text("utf-8"))
    pinned = manifest["dependencies"]["oidc-provider"]

    assert set(re.findall(r"oidc-provider (\d[\d.]*\d)", PAGE)) == {pinned}
