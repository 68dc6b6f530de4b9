from __future__ import annotations

import ast
from pathlib import Path

import pytest
from checks.limits import class_sizes, full_folders, instance_attributes, module_size


def test_a_long_module_is_found() -> None:
    assert list(module_size("\n" * 450)) == []
    assert list(module_size("\n" * 451)) == [": has 451 lines, more than 450: divide it"]


def test_a_long_class_is_found() -> None:
    allowed = "class C:\n" + "    x = 1\n" * 299

    assert list(class_sizes(ast.parse(allowed))) == []
    assert list(class_sizes(ast.parse(f"\n{allowed}    y = 1\n"))) == [
        ":2: C has 301 lines, more than 300: divide it"
    ]


def test_a_class_with_many_attributes_is_found() -> None:
    lines = [f"        self.a{number} = 1\n" for number in range(26)]
    head = "class C:\n    def f(self):\n"

    assert list(class_sizes(ast.parse(head + "".join(lines[1:])))) == []
    (problem,) = class_sizes(ast.parse(head + "".join(lines)))
    assert problem.startswith(":1: C has 26 attributes, more than 25: ")


def test_a_class_that_is_named_may_be_large() -> None:
    text = "class C:\n" + "    x = 1\n" * 300

    assert list(class_sizes(ast.parse(text), {"C": "the documented API is large"})) == []


@pytest.mark.parametrize(
    "text",
    [
        "class C:\n    def f(self):\n        self.a = self.b = 1\n        self.a += 1\n",
        "class C:\n    def f(self):\n        self.a, other.c = 1, 2\n        self.b: int = self.d\n",
        "class C:\n    __slots__ = ('a', 'b')\n",
        "class C:\n    a: int\n    b: int = 1\n    c: ClassVar[int] = 2\n    d = 3\n",
    ],
)
def test_what_instances_have_is_stored_annotated_or_in_slots(text: str) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)

    assert instance_attributes(node) == {"a", "b"}


def test_a_full_folder_is_found() -> None:
    files = [Path("full") / f"{number}.py" for number in range(21)]

    assert list(full_folders(files[1:])) == []
    assert list(full_folders([*files, Path("full/folder/x.py")])) == [
        (Path("full"), ": holds 21 modules, more than 20: give it folders")
    ]
