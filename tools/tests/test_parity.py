from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import parity
import pytest
from parity import Exceptions, Parity, complaints

NOTHING = Exceptions(frozenset(), frozenset(), {}, {}, {})


class Pot:
    """A class to compare with."""

    lid: bool

    def __init__(self, size: int = 1) -> None:
        self.lid = True

    def pour(self, amount: int, *, slowly: bool = False) -> None: ...

    @classmethod
    def make(cls, size: int) -> None: ...


@pytest.fixture
def compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that compares a module of one class with what an API says of it."""
    module = ModuleType("module_of_the_test")
    module.Pot = module.Kettle = Pot  # type: ignore[attr-defined]  # it is made here
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(parity, "API", tmp_path)

    def run(
        modern: dict[str, Any],
        classic: dict[str, Any] | None = None,
        exceptions: Exceptions = NOTHING,
        name: str = module.__name__,
    ) -> list[str]:
        for api, names in ((parity.MODERN, modern), (parity.CLASSIC, classic or {})):
            (tmp_path / f"tornado-{api}.json").write_text(
                json.dumps({name: names} if names else {})
            )
        return [line.replace(f"{name}.", "") for line in complaints(Parity(exceptions))]

    return run


def pot(**members: str) -> dict[str, Any]:
    return {"Pot": {"kind": "class", "bases": [], "members": members}}


def test_names_members_and_signatures_that_fit_are_fine(compare: Any) -> None:
    members = {
        "__init__": "(self, size=1)",
        "pour": "(self, amount)",
        "make": "classmethod(cls, size)",
        "lid": "attribute",
    }
    alias = {"Kettle": {"kind": "alias", "of": "module_of_the_test.Pot"}}

    assert compare({**pot(**members), **alias}) == []


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"__init__": "(self, size=2)"}, "Pot.__init__ defaults size to 1, not 2 (6.6.1)"),
        ({"pour": "(self, amount=1)"}, "Pot.pour requires amount (6.6.1)"),
        ({"make": "classmethod(cls)"}, "Pot.make requires size (6.6.1)"),
        ({"boil": "(self)"}, "Pot.boil is absent (6.6.1)"),
        ({"handle": "attribute"}, "Pot.handle is absent (6.6.1)"),
    ],
)
def test_what_does_not_fit_is_told(compare: Any, members: dict[str, str], problem: str) -> None:
    assert compare(pot(**members)) == [problem]


def test_an_alias_has_to_be_the_same_object(compare: Any) -> None:
    alias = {"Kettle": {"kind": "alias", "of": "collections.OrderedDict"}}

    assert compare(alias) == ["Kettle is not collections.OrderedDict (6.6.1)"]


def test_of_a_classic_signature_the_names_count(compare: Any) -> None:
    def classic(signature: str) -> list[str]:
        method = {"pour": {"kind": "function", "signature": signature}}
        return list(compare({}, {"Pot": {"kind": "class", "bases": [], "members": method}}))

    assert classic("(self, slowly=None, amount=3)") == []
    assert classic("(self, amount, callback=None)") == ["Pot.pour takes no callback (2.4.1)"]


def test_an_exception_is_taken_and_one_that_nothing_needs_is_told(compare: Any) -> None:
    names = {
        **pot(pour="(self)"),
        "Gone": {"kind": "class", "bases": [], "members": {"x": "(self)"}},
    }
    place = "module_of_the_test"
    excused = Exceptions(
        frozenset(), frozenset(), {f"{place}.Gone": "why"}, {f"{place}.Pot.pour": "why"}
    )
    idle = Exceptions(frozenset(), frozenset(), {}, {f"{place}.Pot.lid": "why"})

    assert compare(names, exceptions=excused) == []
    assert compare(pot(), exceptions=idle) == [
        "Pot.lid is listed as an exception, but nothing needs it"
    ]


@pytest.mark.parametrize("table", ["later", "absent"])
def test_an_exception_for_something_that_is_there_is_told(compare: Any, table: str) -> None:
    name = "module_of_the_test.Pot"
    later, absent = ({name}, {}) if table == "later" else ((), {name: "why"})
    excuse = Exceptions(frozenset(), frozenset(later), absent, {})

    (problem,) = compare(pot(), exceptions=excuse)

    assert problem.startswith("Pot is there, but listed as ")


def test_a_module_is_built_or_listed_as_not_built(compare: Any) -> None:
    name = "missing_module_of_the_test"
    listed = Exceptions(frozenset({name}), frozenset(), {}, {})
    wrong = Exceptions(frozenset({"module_of_the_test"}), frozenset(), {}, {})

    assert compare(pot(), name=name) == [
        f"{name} cannot be imported, and is not listed as not built"
    ]
    assert compare(pot(), name=name, exceptions=listed) == []
    assert compare(pot(), exceptions=wrong) == [
        "module_of_the_test is listed as not built, but it is there"
    ]
