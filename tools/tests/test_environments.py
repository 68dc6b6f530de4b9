from __future__ import annotations

import re
import sys

import pytest
from environments import (
    CHECKS,
    LONGEST,
    PYTHONS,
    default_environments,
    package_folder,
    reports_here,
    without_interpreter,
)
from trees import Tree
from workspace import Workspace


def test_there_is_an_environment_for_each_package_and_python(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""})
    tree.piece("mid", {"mid/__init__.py": ""})

    names = default_environments(tree.workspace)

    of_packages = [name for name in names if name.endswith(("-low", "-mid"))]
    assert of_packages[:3] == ["py311-low", "py311-mid", "py312-low"]
    assert len(of_packages) == 2 * len(PYTHONS)


def test_the_longest_begin_first(tree: Tree) -> None:
    for folder in ("low", LONGEST[1], LONGEST[0]):
        tree.piece(folder, {f"{folder}/__init__.py": ""})

    names = default_environments(tree.workspace)

    assert names[: len(CHECKS)] == list(CHECKS)
    of_packages = names[len(CHECKS) :]
    longest = [f"py{python.replace('.', '')}-{each}" for python in PYTHONS for each in LONGEST[:2]]
    assert of_packages[: len(longest)] == longest
    assert {package_folder(name) for name in of_packages[len(longest) :]} == {"low"}


def test_the_longest_are_packages() -> None:
    assert {*LONGEST} <= {piece.folder.name for piece in Workspace()}


def test_a_folder_without_a_pyproject_file_is_no_package(tree: Tree) -> None:
    tree.write("packages/empty/src/tornado/empty/__init__.py")

    assert not any("empty" in name for name in default_environments(tree.workspace))


@pytest.mark.parametrize(
    ("environment", "folder"), [("py311-web", "web"), ("py314t-web", "web"), ("web", "web")]
)
def test_the_folder_is_read_from_the_environment_name(environment: str, folder: str) -> None:
    assert package_folder(environment) == folder


def test_every_environment_that_can_run_leaves_a_report(tree: Tree) -> None:
    tree.piece("low", {"low/__init__.py": ""})

    names = reports_here(tree.workspace)

    assert f"py{sys.version_info[0]}{sys.version_info[1]}-low" in names
    assert "whole" in names
    assert {"typing", "typing-programs"} <= {*names}


@pytest.mark.parametrize("folder", [piece.folder.name for piece in Workspace()])
def test_a_package_claims_no_python_that_it_is_not_tested_on(folder: str) -> None:
    project = Workspace().by_folder(folder).folder / "pyproject.toml"
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", project.read_text())

    assert named[0] == PYTHONS[0]
    assert set(named) <= set(PYTHONS)


def test_environments_of_missing_pythons_are_told_from_others() -> None:
    here = f"py{sys.version_info[0]}{sys.version_info[1]}-web"

    assert without_interpreter([here, "py399-web", "lint", "python", "pypy-x"]) == {
        "py399-web": "3.99"
    }
