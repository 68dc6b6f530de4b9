"""The table of security requirements names the tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

from security_table import filled

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "security.md"


def test_the_requirements_of_the_http_stack_have_tests() -> None:
    sections = re.split(r"(?m)^## S(\d+) ", DOCUMENT.read_text(encoding="utf-8"))[1:]
    tested = {
        int(number)
        for number, text in zip(sections[::2], sections[1::2], strict=True)
        if "- `" in text
    }
    assert tested >= {*range(1, 17), 22}


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(
        r"^- `([^`]+)`: `([^`]+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(named) > 80
    for place, name in named:
        assert f"def {name}(" in (ROOT / place).read_text(encoding="utf-8")


def test_the_lists_are_those_of_the_tests_that_there_are_today() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    without_one = re.sub(r"(?m)^- `.*\n", "", document, count=1)

    assert filled(document) == document, "run python tools/security_table.py"
    assert filled(without_one) == document
