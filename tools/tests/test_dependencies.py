from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from dependencies import Checker, Layers, main, wheel_problems
from trees import Tree

LAYERS = Layers(
    {"low": [], "mid": ["low"], "high": ["mid"], "side": ["low"], "tornado": ["high", "side"]},
    lazy=frozenset({"low -> side"}),
    typing=frozenset({"side -> high"}),
)


def problems(tree: Tree, layers: Layers = LAYERS) -> list[str]:
    return list(Checker(tree.workspace, layers).problems())


def two_layers(tree: Tree, text: str, *, needs: tuple[str, ...] = ("tornado-low>=1.0,<2",)) -> None:
    """Write a module with this text above a piece with two public modules and a private one."""
    tree.piece("low", {"low/__init__.py": "", "low/_part.py": "", "also_low/__init__.py": ""})
    tree.piece(
        "mid", {"mid/__init__.py": "import tornado.low\n", "mid/_part.py": text}, needs=needs
    )


@pytest.mark.parametrize(
    "statement",
    [
        "import tornado.low",
        "import tornado.low as low",
        "from tornado import low, also_low",
        "from tornado.low import name",
        "from tornado.low import *",
        "from tornado.low import _a_name_that_is_kept_for_programs",
        "from ..low import name",
        "from .. import low",
        "from ._other import name",
        "from .nested import name",
        "import tornado.mid._other",
        "import os, json.decoder",
        "from __future__ import annotations",
        "from importlib import import_module\nimport_module('tornado.low')",
    ],
)
def test_a_declared_dependency_on_a_lower_layer_is_fine(tree: Tree, statement: str) -> None:
    two_layers(tree, statement)

    assert problems(tree) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import tornado.side",
        "from tornado import side",
        "from tornado.side import name",
        "from ..side import name",
        "def f():\n    import tornado.side",
        "async def f():\n    from tornado import side",
        "class C:\n    def f(self):\n        from tornado.side import name",
        "try:\n    import tornado.side\nexcept ImportError:\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from tornado.side import name",
        "import tornado.low\ntornado.side.name()",
        "import tornado.low\ndef f() -> tornado.side.Name: ...",
        "from importlib import import_module\nimport_module('tornado.side')",
        "def f():\n    return __import__('tornado.side')",
        "from tornado.low import import_object\nimport_object('tornado.side.Name')",
        "from tornado.low import publish\npublish(globals(), aliases={'Name': 'tornado.side'})",
    ],
)
def test_an_undeclared_dependency_is_found_however_it_is_written(
    tree: Tree, statement: str
) -> None:
    two_layers(tree, statement)
    tree.piece("side", {"side/__init__.py": ""})

    found = problems(tree)

    assert len(found) == 1
    assert found[0].startswith("packages/mid/src/tornado/mid/_part.py:")
    assert found[0].endswith("of tornado-side, which tornado-mid does not declare")


def test_an_undeclared_library_is_found_with_its_line(tree: Tree) -> None:
    two_layers(tree, "import os\nimport some_library.part\n")

    place = "packages/mid/src/tornado/mid/_part.py:2"
    assert problems(tree) == [f"{place}: imports some_library, which tornado-mid does not declare"]


def test_dependencies_and_extras_count_as_declared_in_any_spelling(tree: Tree) -> None:
    text = "import some_library\nfrom backports import zstd\ndef f():\n    import pymysql\n"
    needs = ("Some.Library>=2", "backports.zstd")
    tree.piece("low", {"low/__init__.py": text}, needs=needs, extra=("PyMySQL",))

    assert problems(tree) == []


def test_a_distribution_may_have_another_name_than_its_module(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "import module.part\n"}, needs=("a-distribution",))
    renamed = Layers({"low": []}, distributions={"module": "A.Distribution"})

    assert problems(tree, renamed) == []
    assert len(problems(tree, Layers({"low": []}))) == 1


def test_a_name_that_no_package_brings_is_found(tree: Tree) -> None:
    two_layers(tree, "from tornado import nowhere")

    assert [p.partition(": ")[2] for p in problems(tree)] == [
        "tornado.nowhere is not in a package of the workspace"
    ]


@pytest.mark.parametrize(
    ("statement", "module"),
    [
        ("from tornado.low._part import name", "_part"),
        ("import tornado.low._part", "_part"),
        ("from tornado.low import _part", "_part"),
        ("import tornado.low\ntornado.low._part.name()", "_part"),
    ],
)
def test_a_private_module_of_another_package_stays_closed(
    tree: Tree, statement: str, module: str
) -> None:
    two_layers(tree, statement)

    messages = [p.partition(": ")[2] for p in problems(tree)]

    assert messages == [
        f"imports the private module {module} of tornado-low: import the public one"
    ]


def test_a_dependency_on_a_higher_layer_is_found(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "import tornado.mid"}, needs=("tornado-mid>=1.0,<2",))
    tree.piece("mid", {"mid/__init__.py": ""})

    found = problems(tree)

    assert found == ["packages/low/pyproject.toml: tornado-low must not depend on tornado-mid"]


def test_a_dependency_that_nothing_imports_is_found(tree: Tree) -> None:
    two_layers(tree, "")
    tree.write("packages/mid/src/tornado/mid/__init__.py")

    place = "packages/mid/pyproject.toml"
    assert problems(tree) == [f"{place}: tornado-low is declared, and nothing imports it"]


def test_a_folder_without_a_place_in_the_table_is_found(tree: Tree) -> None:
    tree.piece("odd", {"odd/__init__.py": ""})

    place = "packages/odd/pyproject.toml"
    assert problems(tree) == [
        f"{place}: packages/odd has no line in [tool.workspace.may-depend-on]"
    ]


def test_a_cycle_is_found_once_with_its_path(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "import tornado.high"}, needs=("tornado-high>=1.0",))
    tree.piece("mid", {"mid/__init__.py": "import tornado.low"}, needs=("tornado-low>=1.0",))
    tree.piece("high", {"high/__init__.py": "import tornado.mid"}, needs=("tornado-mid>=1.0",))

    cycles = [problem for problem in problems(tree) if problem.startswith("cycle")]

    assert cycles == ["cycle: tornado-high -> tornado-mid -> tornado-low -> tornado-high"]


def test_a_cycle_of_imports_is_found_when_nobody_declares_it(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "def f():\n    import tornado.mid"})
    tree.piece("mid", {"mid/__init__.py": "import tornado.low"}, needs=("tornado-low>=1.0",))

    assert "cycle: tornado-low -> tornado-mid -> tornado-low" in problems(tree)


def test_the_lazy_dependency_is_allowed_inside_a_function_only(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "def f():\n    import tornado.side"})
    tree.piece("side", {"side/__init__.py": "import tornado.low"}, needs=("tornado-low>=1.0",))
    inside = problems(tree)
    tree.write("packages/low/src/tornado/low/__init__.py", "import tornado.side")

    assert inside == []
    assert any("which tornado-low does not declare" in problem for problem in problems(tree))


def test_the_typing_dependency_is_allowed_for_type_checkers_only(tree: Tree) -> None:
    guarded = "import typing\nif typing.TYPE_CHECKING:\n    import tornado.high\n"
    tree.piece("high", {"high/__init__.py": ""})
    tree.piece("side", {"side/__init__.py": guarded})
    for_checkers = problems(tree)
    tree.write(
        "packages/side/src/tornado/side/__init__.py", f"{guarded}else:\n    import tornado.high"
    )

    assert for_checkers == []
    assert any("which tornado-side does not declare" in problem for problem in problems(tree))


@pytest.mark.parametrize("shared", ["tornado", "tornado/platform"])
def test_an_init_file_of_a_shared_name_is_found(tree: Tree, shared: str) -> None:
    tree.piece("low", {"low/__init__.py": ""})
    tree.write(f"packages/low/src/{shared}/__init__.py")

    place = f"packages/low/src/{shared}/__init__.py"
    assert f"{place}: {shared} is a shared name, remove this file" in problems(tree)


def test_tests_may_import_their_group_and_their_own_helpers(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""}, test=("pytest>=8",))
    text = "import pytest, helper, package_of_the_test\nfrom tornado.low._part import name\n"
    tree.tests("low", text)
    tree.tests("low", "", "helper.py")

    assert problems(tree) == []


@pytest.mark.parametrize("statement", ["import hypothesis", "import tornado.mid"])
def test_tests_may_not_import_what_their_package_does_not_declare(
    tree: Tree, statement: str
) -> None:
    tree.piece("low", {"low/__init__.py": ""}, test=("pytest>=8",))
    tree.piece("mid", {"mid/__init__.py": ""})
    tree.tests("low", f"import pytest\n{statement}\n")

    (problem,) = problems(tree)

    assert problem.startswith("packages/low/tests/test_it.py:2: imports ")
    assert problem.endswith("which tornado-low does not declare")


META_INIT = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import low as low\n"


def test_a_meta_package_that_names_every_piece_is_fine(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""})
    files = {"__init__.py": META_INIT, "_pieces.py": "PIECES = {'low': 'tornado-low'}"}
    tree.piece("tornado", files, name="tornado", needs=("tornado-low>=1.0",))

    assert problems(tree) == []


def test_a_meta_package_that_lacks_a_piece_is_told_where(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""})
    tree.piece(
        "tornado", {"__init__.py": "", "_pieces.py": "PIECES = {'gone': 'x'}"}, name="tornado"
    )

    place = "packages/tornado"
    table = f"{place}/src/tornado/_pieces.py"
    assert problems(tree) == [
        f"{place}/pyproject.toml: tornado-low is missing, run tools/pieces.py",
        f"{table}: gone is of x in the table and of None in the tree, run tools/pieces.py",
        f"{table}: low is of None in the table and of tornado-low in the tree, run tools/pieces.py",
        f"{place}/src/tornado/__init__.py: low is not imported for type checkers, run tools/pieces.py",
    ]


def write_wheel(folder: Path, distribution: str, *names: str) -> Path:
    wheel = folder / f"{distribution}-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in (*names, f"{distribution}-1.0.0.dist-info/METADATA"):
            archive.writestr(name, "")
    return wheel


def test_wheels_that_share_no_path_are_fine(tree: Tree, tmp_path: Path) -> None:
    two_layers(tree, "")
    low = ("tornado/low/__init__.py", "tornado/low/_part.py", "tornado/also_low/__init__.py")
    mid = ("tornado/mid/__init__.py", "tornado/mid/_part.py")
    wheels = [
        write_wheel(tmp_path, "tornado_low", *low),
        write_wheel(tmp_path, "tornado_mid", *mid),
    ]

    assert list(wheel_problems(tree.workspace, wheels)) == []


def test_wheels_are_compared_with_each_other_and_with_the_sources(
    tree: Tree, tmp_path: Path
) -> None:
    tree.piece("low", {"low/__init__.py": "", "low/py.typed": ""})
    tree.piece("mid", {"mid/__init__.py": ""})
    wheels = [
        write_wheel(tmp_path, "tornado_low", "tornado/low/__init__.py", "tests/test_it.py"),
        write_wheel(tmp_path, "tornado_mid", "tornado/mid/__init__.py", "tornado/low/__init__.py"),
        write_wheel(tmp_path, "tornado_none"),
    ]
    low, mid, none = (wheel.name for wheel in wheels)

    assert list(wheel_problems(tree.workspace, wheels)) == [
        f"{low}: tests/test_it.py is outside of tornado/",
        f"{low}: tornado/low/py.typed is missing",
        f"tornado/low/__init__.py is in {low} and in {mid}",
        f"{none}: no package of the workspace has this name",
    ]


def test_the_command_says_what_is_wrong_and_fails(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.write("pyproject.toml", "[tool.workspace.may-depend-on]\nlow = []\n")
    tree.piece("low", {"low/__init__.py": "import some_library"})

    place = "packages/low/src/tornado/low/__init__.py:1"
    assert main(["--root", str(tree.root)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{place}: imports some_library, which tornado-low does not declare",
        "dependencies: 1 packages, 1 problems",
    ]
