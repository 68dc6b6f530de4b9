"""The table of security requirements names the tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

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
