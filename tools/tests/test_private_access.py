from __future__ import annotations

import pytest
from dependencies import Checker, Layers
from trees import Tree

LAYERS = Layers({"low": [], "mid": ["low"], "side": []})

LOW = """
class Stream:
    __slots__ = ("_in_slots",)
    _annotated: int
    _default = 1
    def __init__(self):
        self._stored = 1
    def _method(self): ...
    @classmethod
    def make(cls):
        stream = cls.__new__(cls)
        stream._of_the_new_one = 1
        return stream
def _function(): ...
_variable = 1
"""


def reaches(
    tree: Tree, text: str, *, allowed: dict[str, dict[str, str]] | None = None
) -> list[str]:
    tree.piece("low", {"low/__init__.py": LOW})
    tree.piece("mid", {"mid/_noun.py": text})
    checker = Checker(tree.workspace, LAYERS)
    return [finding.text for finding in checker.private_access(allowed)]


@pytest.mark.parametrize(
    "expression",
    [
        "stream._in_slots",
        "stream._annotated",
        "stream._default",
        "stream._stored",
        "stream._method",
        "stream._of_the_new_one",
        "low._function",
        "low._variable",
        "self.stream._stored",
        "f(x)[0]._stored",
        "super()._method",
    ],
)
def test_an_attribute_that_a_lower_package_keeps_for_itself_is_found(
    tree: Tree, expression: str
) -> None:
    place = "packages/mid/src/tornado/mid/_noun.py:2"

    assert reaches(tree, f"import tornado.low\n{expression}\n") == [
        f"{place}: {expression} is private to packages/low: use or add something public there"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "stream._stored = 1",
        "stream._stored += 1",
        "del stream._stored",
        "getattr(stream, '_stored', None)",
        "setattr(stream, '_stored', 1)",
        "hasattr(stream, '_stored')",
        "class C(Stream):\n    def f(self):\n        return self._stored",
        "class C(Stream):\n    @classmethod\n    def f(cls):\n        return cls._default",
    ],
)
def test_every_way_to_reach_it_is_found(tree: Tree, statement: str) -> None:
    assert len(reaches(tree, statement)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "stream.public",
        "stream.__class__",
        "stream._nowhere",
        "os._exit(1)",
        "class C:\n    def f(self):\n        self._stored = 1\n        other._stored = 2",
        "def _method(): ...\nx._method()",
        "getattr(stream, name)",
        "getattr(stream, 'public')",
    ],
)
def test_own_names_and_those_of_nobody_are_fine(tree: Tree, statement: str) -> None:
    assert reaches(tree, statement) == []


def test_what_a_package_defines_in_one_module_it_may_use_in_all(tree: Tree) -> None:
    tree.write("packages/mid/src/tornado/mid/_other.py", "class C:\n    _stored = 1\n")

    assert reaches(tree, "stream._stored") == []


def test_packages_that_are_not_below_do_not_count(tree: Tree) -> None:
    tree.piece("side", {"side/__init__.py": "_of_the_side = 1\n"})

    assert reaches(tree, "x._of_the_side") == []


def test_an_exception_holds_for_its_package_and_name(tree: Tree) -> None:
    text = "a._stored\nb._method()\n"

    assert len(reaches(tree, text, allowed={"low": {"_stored": "a reason"}})) == 2
    (other,) = reaches(tree, text, allowed={"mid": {"_stored": "a reason"}})
    assert "b._method is private" in other
