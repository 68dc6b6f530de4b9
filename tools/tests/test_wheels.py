from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from trees import Tree
from wheels import WheelShelf, fingerprint, foreign_requirements, shopping_list


def three_layers(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""}, needs=("markupsafe>=2.1",))
    tree.piece("mid", {"mid/__init__.py": ""}, needs=("tornado-low>=1.0,<2",), test=("pytest>=8",))
    tree.piece("high", {"high/__init__.py": ""}, needs=("Tornado_Mid>=1.0,<2", "uvloop>=0.20"))
    tree.piece("odd", {"odd/__init__.py": ""})


def test_a_closure_holds_the_siblings_of_siblings_and_nothing_else(tree: Tree) -> None:
    three_layers(tree)
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
    three_layers(tree)

    with pytest.raises(
        LookupError, match="no piece in packages/hihg: there are high, low, mid, odd"
    ):
        tree.workspace.by_folder("hihg")


def test_siblings_are_never_left_to_an_index(tree: Tree) -> None:
    three_layers(tree)
    lines = ["tornado-low>=1.0,<2", "pytest>=8", "tornado.MID", "pytest>=8"]

    assert foreign_requirements(tree.workspace, lines) == ["pytest>=8"]


class PaperShelf(WheelShelf):
    """A shelf that names wheels without building them."""

    def wheels(self, pieces):  # type: ignore[no-untyped-def]  # the tests are not type-checked
        return [self.folder / f"{piece.name}.whl" for piece in pieces]


def test_an_installer_is_told_every_wheel_as_a_file_and_the_test_group(tree: Tree) -> None:
    three_layers(tree)
    workspace = tree.workspace
    mid = [workspace.by_folder("mid")]

    wanted = shopping_list(workspace, PaperShelf(Path("shelf")), mid, "test", lowest=False)

    assert wanted == ["shelf/tornado-low.whl", "shelf/tornado-mid.whl", "pytest>=8"]


def test_lowest_versions_are_asked_for_by_name(tree: Tree) -> None:
    three_layers(tree)
    workspace = tree.workspace
    high = [workspace.by_folder("high")]

    wanted = shopping_list(workspace, PaperShelf(Path("shelf")), high, "test", lowest=True)

    assert set(wanted[3:]) == {"uvloop>=0.20", "markupsafe>=2.1"}


@pytest.mark.parametrize(
    "file", ["src/tornado/low/__init__.py", "src/tornado/low/new.txt", "LICENSE"]
)
def test_a_fingerprint_changes_with_what_the_wheel_is_made_of(tree: Tree, file: str) -> None:
    three_layers(tree)
    before = fingerprint(tree.workspace.by_folder("low"))
    tree.write(f"packages/low/{file}", "changed")

    assert fingerprint(tree.workspace.by_folder("low")) != before


def test_a_fingerprint_does_not_change_with_tests_and_caches(tree: Tree) -> None:
    three_layers(tree)
    before = fingerprint(tree.workspace.by_folder("low"))
    tree.tests("low", "changed")
    tree.write("packages/low/src/tornado/low/__pycache__/x.pyc", "changed")

    assert fingerprint(tree.workspace.by_folder("low")) == before


def test_a_wheel_is_built_once_and_again_when_the_source_changes(
    tree: Tree, tmp_path: Path
) -> None:
    tree.piece("low", {"low/__init__.py": "first = True\n"})
    tree.piece("mid", {"mid/__init__.py": ""})
    pieces = list(tree.workspace)
    shelf = WheelShelf(tmp_path / "shelf")

    wheels = shelf.wheels(pieces)
    born = [os.stat(wheel).st_ino for wheel in wheels]
    again = [os.stat(wheel).st_ino for wheel in shelf.wheels(pieces)]
    tree.write("packages/low/src/tornado/low/__init__.py", "second = True\n")
    changed = shelf.wheels(pieces)
    with zipfile.ZipFile(changed[0]) as archive:
        text = archive.read("tornado/low/__init__.py")

    assert [wheel.name for wheel in wheels] == [
        "tornado_low-1.0.0-py3-none-any.whl",
        "tornado_mid-1.0.0-py3-none-any.whl",
    ]
    assert again == born
    assert text == b"second = True\n"
    assert os.stat(changed[1]).st_ino == born[1]


def test_wheels_hold_what_the_package_says_and_nothing_else(tree: Tree, tmp_path: Path) -> None:
    tree.piece("low", {"low/__init__.py": "", "low/py.typed": ""}, needs=("markupsafe>=2.1",))
    tree.tests("low", "")

    (wheel,) = WheelShelf(tmp_path / "shelf").wheels(tree.workspace)
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("tornado/")}
        others = {name.partition("/")[0] for name in archive.namelist()} - {"tornado"}
        metadata = archive.read("tornado_low-1.0.0.dist-info/METADATA").decode()

    assert names == {"tornado/low/__init__.py", "tornado/low/py.typed"}
    assert others == {"tornado_low-1.0.0.dist-info"}
    assert "Requires-Dist: markupsafe>=2.1" in metadata
