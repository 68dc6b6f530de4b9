"""What CONTRIBUTING.md says about the tree is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from checks import limits
from pages import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"(?m)^\| (.*\?) \| `([^`]+\.py)` \| `(\w+)` \|$", TEXT)


def test_ten_questions_are_answered() -> None:
    assert len(ANSWERS) >= 10
    assert len({question for question, _, _ in ANSWERS}) == len(ANSWERS)


@pytest.mark.parametrize(("question", "path", "name"), ANSWERS)
def test_what_answers_a_question_is_defined_there(question: str, path: str, name: str) -> None:
    tree = ast.parse((ROOT / "packages" / path).read_text(encoding="utf-8"))
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

    assert name in {node.name for node in tree.body if isinstance(node, kinds)}, question


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:tools|docs|tests)/[\w/.-]+)`", TEXT))

    assert len(named) > 3
    assert {name for name in named if not Path(ROOT / name).exists()} == set()


def test_the_limits_are_those_of_the_checker() -> None:
    text = " ".join(TEXT.split())

    assert (
        f"more than {limits.MOST_LINES} lines (one of tests: {limits.MOST_LINES_OF_TESTS})" in text
    )
    assert f"more than {limits.MOST_LINES_OF_A_CLASS} lines or {limits.MOST_ATTRIBUTES} " in text
    assert f"no folder more than {limits.MOST_MODULES} modules" in text
