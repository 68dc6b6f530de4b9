from __future__ import annotations

import tomllib

import pytest
from dependencies import Checker, Layers
from pieces import rewrite, update_meta_package, update_table, update_urls, urls_of
from trees import Tree

INIT = "if TYPE_CHECKING:\n    from typing import Any, Final\n\n    from . import x as x\n\nversion = 1\n"
TABLE = "PIECES = {\n}\n"


def test_the_meta_package_names_every_piece_after_an_update(tree: Tree) -> None:
    tree.piece(
        "low", {"low/__init__.py": "", "also/__init__.py": "", "platform/deep/__init__.py": ""}
    )
    tree.piece("mid", {"mid/__init__.py": ""})
    tree.piece("tornado", {"__init__.py": INIT, "_pieces.py": TABLE}, name="tornado")
    project = tree.root / "packages" / "tornado" / "pyproject.toml"
    project.write_text(project.read_text().replace("dependencies = []", "dependencies = [\n]"))
    layers = Layers({"low": [], "mid": [], "tornado": ["low", "mid"]})

    before = list(Checker(tree.workspace, layers).problems())
    update_meta_package(tree.workspace)

    assert before
    assert list(Checker(tree.workspace, layers).problems()) == []
    assert '    "tornado-low>=1.0,<2",\n    "tornado-mid>=1.0,<2",\n' in project.read_text()


def test_a_lower_bound_that_was_raised_by_hand_stays(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""})
    tree.piece("tornado", {"__init__.py": INIT, "_pieces.py": TABLE}, name="tornado")
    project = tree.root / "packages" / "tornado" / "pyproject.toml"
    raised = 'dependencies = [\n    "tornado-low>=1.4,<2",\n]'
    project.write_text(project.read_text().replace("dependencies = []", raised))

    update_meta_package(tree.workspace)

    assert raised in project.read_text()


def test_a_file_without_the_place_is_named(tree: Tree) -> None:
    file = tree.write("file.py", "nothing\n")

    with pytest.raises(ValueError, match=r"file\.py: has no line 'a'"):
        rewrite(file, "a", "b", [])


def test_the_table_has_a_row_for_each_piece_and_no_other(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": "", "also/__init__.py": ""})
    head = "text\n\n| piece | modules | what |\n|---|---|---|\n"
    page = tree.write("README.md", f"{head}| old | row | here |\n\nmore\n")

    update_table(tree.workspace)

    row = "| [tornado-low](packages/low) | `also`, `low` | a piece |"
    assert page.read_text() == f"{head}{row}\n\nmore\n"


def test_one_setting_gives_every_piece_its_addresses(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""}, extra=("markupsafe",))
    project = tree.root / "packages" / "low" / "pyproject.toml"
    before = project.read_text()
    settings = """\
[tool.workspace.urls]
Source = "https://code.example/tornado"
"Release notes" = "https://code.example/tornado/packages/{folder}/CHANGELOG.md"
"""
    tree.write("pyproject.toml", settings)
    for _ in "twice":
        update_urls(tree.workspace)
    urls = tomllib.loads(project.read_text())["project"]["urls"]

    assert urls == {
        "Source": "https://code.example/tornado",
        "Release notes": "https://code.example/tornado/packages/low/CHANGELOG.md",
    }
    assert urls == urls_of(tree.workspace.by_folder("low"), tree.workspace)
    tree.write("pyproject.toml", "[tool.workspace.urls]\n")
    update_urls(tree.workspace)
    assert project.read_text() == before
