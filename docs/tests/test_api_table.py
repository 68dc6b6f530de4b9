from __future__ import annotations

import pytest
from parity import DOCUMENTS, Exceptions, Parity, untested_names, untruths
from workspace import Workspace

PARITY, WORKSPACE = Parity(Exceptions.read()), Workspace()


@pytest.mark.parametrize("api", DOCUMENTS)
def test_the_table_of_names_tells_the_truth(api: str) -> None:
    document = DOCUMENTS[api].read_text(encoding="utf-8")

    assert list(untruths(api, PARITY, WORKSPACE, document)) == []


def test_every_name_is_used_by_a_test() -> None:
    assert untested_names(PARITY, WORKSPACE) == []


@pytest.mark.parametrize("api", DOCUMENTS)
@pytest.mark.parametrize(
    ("old", "new"),
    [("| same |", "| absent: no reason |"), (".py |", "_gone.py |"), ("`(", "`(x, ")],
)
def test_a_lie_in_the_table_is_noticed(api: str, old: str, new: str) -> None:
    document = DOCUMENTS[api].read_text(encoding="utf-8")
    lie = document.replace(old, new, 1)

    assert lie != document
    assert list(untruths(api, PARITY, WORKSPACE, lie))
