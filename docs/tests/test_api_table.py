from __future__ import annotations

import pytest
from parity import DOCUMENT, Exceptions, Parity, untruths
from workspace import Workspace


@pytest.fixture(scope="module")
def document() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def test_the_table_of_names_tells_the_truth(document: str) -> None:
    assert list(untruths(Parity(Exceptions.read()), Workspace(), document)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("| same |", "| absent: no reason |"), (".py |", "_gone.py |"), ("`(", "`(x, ")],
)
def test_a_lie_in_the_table_is_noticed(document: str, old: str, new: str) -> None:
    lie = document.replace(old, new, 1)

    assert lie != document
    assert list(untruths(Parity(Exceptions.read()), Workspace(), lie))
