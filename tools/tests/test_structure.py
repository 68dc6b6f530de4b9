from __future__ import annotations

import pytest
from structure import FURNITURE, problems, style
from trees import Tree

INIT = '"""Teach."""\n__all__ = ["a", "b"]\n'

UNEXPLAINED = (
    "say on this line why the check is switched off: "
    '"# noqa: X123 - reason" or "# type: ignore[code]  # reason"'
)


def furnished(tree: Tree, files: dict[str, str]) -> None:
    tree.piece("low", {"low/__init__.py": INIT, "low/py.typed": "", **files})
    for name in FURNITURE[:3]:
        tree.write(f"packages/low/{name}")
    tree.tests("low", "def test_it():\n    assert True\n")
    tree.write("packages/low/changes/first.added.md", "Something is new.")


def test_a_package_that_keeps_the_rules_passes(tree: Tree) -> None:
    furnished(tree, {"low/_noun.py": "x = 1  # noqa: E501 - a table reads better in one piece\n"})

    assert list(problems(tree.workspace)) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\nassert x\n", ":2: assert vanishes under python -O: raise an exception"),
        ("x = 1  # noqa: E501\n", f":1: {UNEXPLAINED}"),
        ("x = 1  # noqa: E501  # it is a table\n", f":1: {UNEXPLAINED}"),
        ("x = 1  # noqa:E501 - it is a table\n", f":1: {UNEXPLAINED}"),
        ("x = f()  # type: ignore[misc] # the stub is wrong\n", f":1: {UNEXPLAINED}"),
        ("# ruff: noqa: E501\n", f":1: {UNEXPLAINED}"),
        ("x = 1  # noqa\n", f":1: {UNEXPLAINED}"),
        ("\nx = f()  # type: ignore[misc]\n", f":2: {UNEXPLAINED}"),
    ],
)
def test_a_broken_rule_is_found_in_a_module(tree: Tree, text: str, problem: str) -> None:
    furnished(tree, {"low/_noun.py": text})

    assert list(problems(tree.workspace)) == [f"packages/low/src/tornado/low/_noun.py{problem}"]


@pytest.mark.parametrize(
    "line",
    [
        "x = f()  # type: ignore[misc]  # the stub is wrong about None",
        "x = 1  # noqa: E501, S101 - because it is a table",
    ],
)
def test_a_reason_on_the_line_is_enough(tree: Tree, line: str) -> None:
    furnished(tree, {"low/_noun.py": f"{line}\n"})

    assert list(problems(tree.workspace)) == []


def test_a_module_without_a_noun_is_found(tree: Tree) -> None:
    furnished(tree, {"low/_helpers.py": ""})

    place = "packages/low/src/tornado/low/_helpers.py"
    assert list(problems(tree.workspace)) == [
        f"{place}: name a module by the noun that it is about"
    ]


@pytest.mark.parametrize(
    ("init", "problem"),
    [
        ('__all__ = ["a"]\n', ":1: has no docstring that teaches"),
        ('"""Teach."""\n', ":1: has no __all__ that is a plain list of strings"),
        ('"""Teach."""\n__all__ = list(x)\n', ":1: has no __all__ that is a plain list of strings"),
        ('"""Teach."""\n__all__ = ["b", "a"]\n', ":1: __all__ is not sorted: 'a' comes after 'b'"),
        ('"""Teach."""\n__all__ = ["a", "a"]\n', ":1: __all__ is not sorted: 'a' comes after 'a'"),
    ],
)
def test_an_init_file_teaches_and_lists_its_names_in_order(
    tree: Tree, init: str, problem: str
) -> None:
    furnished(tree, {"low/__init__.py": init})

    assert list(problems(tree.workspace)) == [f"packages/low/src/tornado/low/__init__.py{problem}"]


def test_an_untyped_module_is_found(tree: Tree) -> None:
    furnished(tree, {"other/__init__.py": INIT})

    assert list(problems(tree.workspace)) == ["packages/low/src/tornado/other: has no py.typed"]


@pytest.mark.parametrize("file", ["top.py", "other/noun.py", "platform/other.py"])
def test_code_outside_of_a_public_module_is_found(tree: Tree, file: str) -> None:
    furnished(tree, {file: ""})

    place = f"packages/low/src/tornado/{file}"
    assert list(problems(tree.workspace)) == [f"{place}: is not inside a public module"]


def test_missing_furniture_is_found(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": INIT, "low/py.typed": ""})

    assert list(problems(tree.workspace)) == [f"packages/low: has no {name}" for name in FURNITURE]


@pytest.mark.parametrize("name", ["first.md", "first.new.md", "First.added.md", "first.added.rst"])
def test_a_fragment_that_the_changelog_would_not_find_is_found(tree: Tree, name: str) -> None:
    furnished(tree, {})
    tree.write(f"packages/low/changes/{name}")

    (problem,) = problems(tree.workspace)

    assert problem.startswith(f"packages/low/changes/{name}: name it <slug>.<kind>.md")


def test_an_assert_in_a_module_beside_the_tests_is_found(tree: Tree) -> None:
    furnished(tree, {})
    tree.tests("low", "def check(x):\n    assert x\n", "checks.py")

    assert list(problems(tree.workspace)) == [
        "packages/low/tests/checks.py:2: assert outside of a test module vanishes under python -O"
    ]


def test_words_and_sizes_are_looked_at_in_the_whole_repository(tree: Tree) -> None:
    furnished(tree, {"low/_noun.py": '"""An heir."""\n'})
    tree.write("pyproject.toml", "[tool.workspace]\n")
    tree.write("packages/low/tests/test_it.py", 'x = "an heir"  # a text of a test\n')
    tree.write("packages/low/changes/new.fixed.md", "An heir.\n")
    tree.write("tools/tool.py", 'class C:\n    """Reads a file."""\n')
    tree.write("README.md", "An heir.\n")
    tree.write("tests/test_long.py", "\n" * 601)
    tree.write("tests/test_shorter.py", "\n" * 600)
    for number in range(21):
        tree.write(f"tools/many/m{number}.py")
        tree.write(f"tests/m{number}.py")

    places = {(f.rule, f.area, f.text.split(": ")[0]) for f in style(tree.workspace)}

    assert places == {
        ("english", "low", "packages/low/src/tornado/low/_noun.py:1"),
        ("pages", "low", "packages/low/changes/new.fixed.md:1"),
        ("pages", "README.md", "README.md:1"),
        ("docstrings", "tools", "tools/tool.py:1"),
        ("limits", "tools", "tools/many"),
        ("limits", "tests", "tests/test_long.py"),
    }


def test_a_class_of_the_documented_api_may_be_large(tree: Tree) -> None:
    furnished(tree, {"low/_noun.py": "class C:\n" + "    x = 1\n" * 300})
    tree.write("pyproject.toml", "[tool.workspace.large-classes]\nC = 'documented'\n")

    assert list(style(tree.workspace)) == []
