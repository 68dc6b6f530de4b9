"""The table of generations is what its data says, and every line has a test."""

from __future__ import annotations

import re
from pathlib import Path

from generations import DOCUMENT, Line, read, render

ROOT = Path(__file__).resolve().parents[2]
LINES = [line for group in read() for line in group.lines]


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(read()), "run python tools/generations.py"


def test_every_line_names_a_test_that_exists() -> None:
    assert len(LINES) > 50
    for line in LINES:
        path, _, name = line.test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), line.test


def test_every_line_says_from_when_to_when_it_was_so() -> None:
    for line in LINES:
        assert re.fullmatch(r"[1-5]\.[0-9]", line.since), line
        assert re.fullmatch(r"([1-5]\.[0-9])?", line.until), line
        assert not line.until or line.since <= line.until, line
        assert line.what
        assert line.here


def test_a_mark_stands_under_each_generation_that_had_it() -> None:
    line = Line("it", "2.4", "4.5", "works", "tests/test_x.py::test_y")
    assert [line.had(generation) for generation in range(1, 6)] == [False, True, True, True, False]
    assert Line("it", "2.1", "", "works", "tests/test_x.py::test_y").had(5)
