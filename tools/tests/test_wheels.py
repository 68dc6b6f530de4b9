from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from trees import Tree
from wheels import WheelShelf, fingerprint, foreign_requirements, shopping_list


def three_floors(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""}, needs=("markupsafe>=2.1",))
    tree.piece("mid", {"mid/__init__.py": ""}, needs=("tornado-low>=1.0,<2",), test=("pytest>=8",))
    tree.piece("high", {"high/__init__.py": ""}, needs=("Tornado_Mid>=1.0,<2", "uvloop>=0.20"))
    tree.piece("odd", {"odd/__init__.py": ""})


def test_a_closure_holds_the_siblings_of_siblings_and_nothing_else(tree: Tree) -> None:
    three_floors(tree)
    workspace = tree.workspace

    names = [piece.name for piece in workspace.closure([workspace.by_folder("high")])]

    assert names == ["tornado-high", "tornado-low", "tornado-mid"]


def test_a_closure_follows_the_test_group_of_the_first_only(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""}, test=("tornado-odd",))
    tree.piece("mid", {"mid/__init__.py": ""}, needs=("tornado-low",), test=("tornado-side",))
    tree.piece("side", {"side/__init__.py": ""})
    tree.piece("odd", {"odd/__init__.py": ""})
    workspace = tree.workspace

    names = [piece.name for piece in workspace.closure([workspace.by_folder("mid")], "test")]

    assert names == ["tornado-low", "tornado-mid", "tornado-side"]


def test_an_unknown_folder_is_answered_with_the_known_ones(tree: Tree) -> None:
    three_floors(tree)

    with pytest.raises(
        LookupError, match="no piece in packages/hihg: there are high, low, mid, odd"
    ):
        tree.workspace.by_folder("hihg")


def test_siblings_are_never_left_to_an_index(tree: Tree) -> None:
    three_floors(tree)
    lines = ["tornado-low>=1.0,<2", "pytest>=8", "tornado.MID", "pytest>=8"]

    assert foreign_requirements(tree.workspace, lines) == ["pytest>=8"]


class PaperShelf(WheelShelf):
    """Names wheels without building them."""

    def wheel(self, piece):  # type: ignore[no-untyped-def]  # the tests are not type-checked
        return self.folder / f"{piece.name}.whl"


def test_an_installer_is_told_every_wheel_as_a_file_and_the_test_group(tree: Tree) -> None:
    three_floors(tree)
    workspace = tree.workspace
    mid = [workspace.by_folder("mid")]

    wanted = shopping_list(workspace, PaperShelf(Path("shelf")), mid, "test", lowest=False)

    assert wanted == ["shelf/tornado-low.whl", "shelf/tornado-mid.whl", "pytest>=8"]


def test_lowest_versions_are_asked_for_by_name(tree: Tree) -> None:
    three_floors(tree)
    workspace = tree.workspace
    high = [workspace.by_folder("high")]

    wanted = shopping_list(workspace, PaperShelf(Path("shelf")), high, "test", lowest=True)

    assert set(wanted[3:]) == {"uvloop>=0.20", "markupsafe>=2.1"}


@pytest.mark.parametrize(
    "file", ["src/tornado/low/__init__.py", "src/tornado/low/new.txt", "LICENSE"]
)
def test_a_fingerprint_changes_with_what_the_wheel_is_made_of(tree: Tree, file: str) -> None:
    three_floors(tree)
    before = fingerprint(tree.workspace.by_folder("low"))
    tree.write(f"packages/low/{file}", "changed")

    assert fingerprint(tree.workspace.by_folder("low")) != before


def test_a_fingerprint_does_not_change_with_tests_and_caches(tree: Tree) -> None:
    three_floors(tree)
    before = fingerprint(tree.workspace.by_folder("low"))
    tree.tests("low", "changed")
    tree.write("packages/low/src/tornado/low/__pycache__/x.pyc", "changed")

    assert fingerprint(tree.workspace.by_folder("low")) == before


def test_a_wheel_is_built_once_and_again_when_the_source_changes(
    tree: Tree, tmp_path: Path
) -> None:
    tree.piece("low", {"low/__init__.py": "first = True\n"})
    piece = tree.workspace.by_folder("low")
    shelf = WheelShelf(tmp_path / "shelf")

    wheel = shelf.wheel(piece)
    born = os.stat(wheel).st_ino
    again = os.stat(shelf.wheel(piece)).st_ino
    tree.write("packages/low/src/tornado/low/__init__.py", "second = True\n")
    with zipfile.ZipFile(shelf.wheel(piece)) as archive:
        text = archive.read("tornado/low/__init__.py")

    assert wheel.name == "tornado_low-1.0.0-py3-none-any.whl"
    assert again == born
    assert text == b"second = True\n"
