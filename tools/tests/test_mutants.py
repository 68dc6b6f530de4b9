"""Mutants: what is changed, what they are called, and which tests run for them."""

from __future__ import annotations

import ast
import textwrap
from contextlib import closing
from pathlib import Path
from types import CodeType

import pytest
from mutation.collected import CollectedTests, changed_functions
from mutation.mutants import mutants_of
from mutation.run import Coverage, measure


def names(source: str) -> list[str]:
    return [mutant.name for mutant in mutants_of(ast.parse(textwrap.dedent(source)))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("a is b", ["a is b -> a is not b"]),
        ("not a", ["not a -> a"]),
        ("a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("a + b", ["a + b -> a - b"]),
        ("min(a)", ["min(a) -> max(a)"]),
        ("(a, b)", ["(a, b) -> (b,)", "(a, b) -> (a,)"]),
        ("b'x'", ["b'x' -> b''"]),
        ("True", ["True -> False"]),
        ("3", ["3 -> 4", "3 -> 2"]),
        ("b if a else c", ["if a -> True", "if a -> False"]),
        ("None", []),
        ("f'{a}'", []),
    ],
)
def test_an_expression_is_changed_in_each_way(source: str, expected: list[str]) -> None:
    found = names(f"def f():\n    x = {source}")
    assert found == [f"f: {change}" for change in expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("g()", ["g() -> pass"]),
        ("a.b = c", ["a.b = c -> pass"]),
        ("a = c", []),
        ("del a", ["del a -> pass"]),
        ("return a", ["return a -> return None"]),
        ("return", ["return -> pass"]),
        ("return None", []),
        ("if a: b", ["if a -> True", "if a -> False", "b -> pass"]),
        ("while a: b", ["while a -> False", "b -> pass"]),
        ("'a docstring'", []),
        ("log.error('text')", ["log.error('text') -> pass"]),
        ("raise ValueError('text')", ["raise ValueError('text') -> pass"]),
    ],
)
def test_a_statement_is_left_out(source: str, expected: list[str]) -> None:
    found = names(f"def f():\n    {source}")
    assert found == [f"f: {change}" for change in expected]


def test_a_setting_is_ten_times_as_large_or_small() -> None:
    assert names("SIZE = 4 * 1024") == [
        "SIZE: 4 * 1024 -> 4 * 1024 * 10",
        "SIZE: 4 * 1024 -> 4 * 1024 // 10",
    ]
    assert names("TIME = 0.5") == ["TIME: 0.5 -> 0.5 * 10", "TIME: 0.5 -> 0.5 / 10"]


def test_what_is_there_for_readers_and_type_checkers_stays() -> None:
    source = """
    '''A docstring.'''
    import a
    __all__ = ["a", "b"]
    log = logging.getLogger("name")
    if TYPE_CHECKING:
        import b
    class A:
        __slots__ = ("a", "b")
        a: int
    """
    assert names(source) == []


def test_a_name_is_that_of_the_place_and_occurs_once() -> None:
    source = """
    class A:
        def f(self):
            g(0, 0)
    """
    assert [name for name in names(source) if name.endswith("-> 1") or "(2)" in name] == [
        "A.f: 0 -> 1",
        "A.f: 0 -> 1 (2)",
        "A.f: 0 -> -1 (2)",
    ]


def test_a_mutant_changes_the_tree_for_a_while() -> None:
    tree = ast.parse("SIZE = 5")
    (mutant, _) = mutants_of(tree)
    with mutant.applied():
        assert ast.unparse(tree) == "SIZE = 5 * 10"
    assert ast.unparse(tree) == "SIZE = 5"


def test_the_tests_of_a_mutant_are_those_that_run_its_lines() -> None:
    coverage = Coverage(durations={"a": 1.0, "b": 2.0})
    coverage.tests.update({1: {""}, 2: {"a"}, 3: {"a", "b"}})
    assert coverage.tests_of(frozenset({2})) == {"a"}
    assert coverage.tests_of(frozenset({1, 2})) == {"a", "b"}  # an import runs for all of them
    assert coverage.tests_of(frozenset({4})) == set()
    assert coverage.seconds({"a", "b"}) == 3.0


def compiled(source: str) -> CodeType:
    return compile(textwrap.dedent(source), "module.py", "exec")


IN_A_CLASS = """
class A:
    size = 5
    def f(self):
        return 1
"""
CLOSURE = """
def f(a, b):
    def g():
        return a
    return g
"""


@pytest.mark.parametrize(
    ("source", "before", "after", "changed"),
    [
        ("def f():\n    return 1", "1", "2", {"f"}),
        ("def f():\n    return 1\ndef g():\n    return 3", "3", "2", {"g"}),
        (IN_A_CLASS, "return 1", "return 2", {"A.f"}),
        (IN_A_CLASS, "size = 5", "size = 50", None),
        ("SIZE = 5", "5", "50", None),
        ("def f(a=1):\n    return a", "=1", "=2", None),
        (CLOSURE, "return a", "return a + 1", {"f", "f.<locals>.g"}),
        (CLOSURE, "return a", "return b", {"f"}),  # what exists already closes over something else
    ],
)
def test_what_a_mutant_changes_of_a_loaded_module(
    source: str, before: str, after: str, changed: set[str] | None
) -> None:
    found = changed_functions(compiled(source), compiled(source.replace(before, after)))
    assert (found and {name for name, _ in found}) == changed


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_mutant_is_killed_by_the_test_that_notices_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    module = tmp_path / "module_with_mutants.py"
    module.write_text(
        "LIMIT = 50\ndef f(a):\n    return a > 5\ndef limit():\n    return LIMIT\nFOUND = limit()\n"
    )
    test = tmp_path / "test_module.py"
    test.write_text(
        "from module_with_mutants import FOUND, f\n"
        "def test_f(): assert f(7) and not f(5)\n"
        "def test_limit(): assert FOUND > 5\n"
    )
    coverage = measure(module, ["test_module.py"])
    assert coverage is not None
    assert coverage.code == 0
    tree = ast.parse(module.read_text())
    found = {}
    with closing(CollectedTests(module, tree, coverage, ["test_module.py"])) as collected:
        for mutant in mutants_of(tree):
            with mutant.applied():
                found[mutant.name] = collected.killer(mutant.lines)
    assert found == {
        "LIMIT: 50 -> 50 * 10": None,
        "LIMIT: 50 -> 50 // 10": "test_module.py::test_limit",
        "f: return a > 5 -> return None": "test_module.py::test_f",
        "f: a > 5 -> a >= 5": "test_module.py::test_f",
        "f: a > 5 -> a <= 5": "test_module.py::test_f",
        "f: 5 -> 6": None,  # it is not tested with 6
        "f: 5 -> 4": "test_module.py::test_f",
        "limit: return LIMIT -> return None": "test_module.py::test_limit",
    }
