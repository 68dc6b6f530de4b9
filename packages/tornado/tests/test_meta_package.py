from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest

import tornado
from tornado._pieces import NEED_EXTRA, PIECES

PIECE_MODULES = sorted(set(PIECES) - NEED_EXTRA)


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_version_is_the_one_of_the_installed_distribution() -> None:
    assert tornado.version == version("tornado")


def test_the_version_is_the_same_as_text_and_as_numbers() -> None:
    assert tornado.version == ".".join(map(str, tornado.version_info))


def test_programs_that_need_the_current_major_version_accept_it() -> None:
    assert (6, 5, 7) <= tornado.version_info < (7,)


def test_every_piece_is_a_dependency_and_every_dependency_is_a_piece() -> None:
    required = {re.split(r"[<>=!~ \[;]", line)[0] for line in requires("tornado") or ()}

    assert required == set(PIECES.values())


#: Imports the meta-package alone, and in a fork of it for each name what that name stands for.
READ_EACH_NAME = """
import asyncio, os, sys, traceback
import tornado
for name in sys.argv[1:]:
    if not os.fork():
        try:
            found = getattr(tornado, name).__name__
        except BaseException:
            found = traceback.format_exc()
        os.write(1, ascii([name, found]).encode() + b"\\n")
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def modules_by_name() -> dict[str, str]:
    names = sorted({name.partition(".")[0] for name in PIECE_MODULES})
    lines = run_python("-c", READ_EACH_NAME, *names).stdout.splitlines()
    return dict(map(ast.literal_eval, lines))


@pytest.mark.parametrize("name", PIECE_MODULES)
def test_a_module_is_there_after_importing_the_meta_package_alone(
    name: str, modules_by_name: dict[str, str]
) -> None:
    top = name.partition(".")[0]

    assert modules_by_name[top] == f"tornado.{top}"


@pytest.mark.parametrize("name", sorted(NEED_EXTRA))
def test_a_module_that_needs_an_extra_is_there_or_the_error_says_which(name: str) -> None:
    result = run_python("-c", f"import tornado; print(tornado.{name}.__name__)")

    assert result.stdout == f"tornado.{name}\n" or f"pip install '{PIECES[name]}[" in result.stderr


def test_importing_the_meta_package_imports_no_piece() -> None:
    program = (
        "import sys, tornado; print([m for m in sys.modules if m.startswith('tornado.')"
        " and m != 'tornado._pieces'])"
    )

    assert run_python("-c", program).stdout == "[]\n"


def test_everything_can_be_imported_at_once() -> None:
    result = run_python("-W", "error", "-c", "from tornado import *; print(util.__name__)")

    assert result.stdout == "tornado.util\n", result.stderr


def test_the_public_names_are_the_modules_in_order() -> None:
    names = {name.partition(".")[0] for name in PIECE_MODULES}

    assert tornado.__all__ == sorted(names)


def test_dir_lists_the_installed_modules_before_they_are_imported() -> None:
    program = "import tornado; print(*dir(tornado), sep='\\n')"
    listed = run_python("-c", program).stdout.split()

    assert {"util", "version", "version_info"} <= set(listed)
    assert listed == sorted(listed)
    assert not {"sys", "path", "PIECES"} & set(listed)


def test_everything_that_dir_lists_can_be_read_without_an_extra() -> None:
    hide = "".join(f"sys.modules['tornado.{name}'] = None; " for name in sorted(NEED_EXTRA))
    program = f"import inspect, sys, tornado; {hide}print(*dict(inspect.getmembers(tornado)))"
    result = run_python("-c", program)

    assert {"util", "version"} <= set(result.stdout.split()), result.stderr
    assert not NEED_EXTRA & set(result.stdout.split())


@pytest.mark.parametrize("name", ["webb", "_web", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error_that_names_it(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'tornado' has no attribute '{name}'"):
        getattr(tornado, name)


def test_an_unknown_name_in_a_from_import_is_an_import_error() -> None:
    result = run_python("-c", "from tornado import webb")

    assert "ImportError: cannot import name 'webb' from 'tornado'" in result.stderr


def copy_meta_package(tmp_path: Path) -> Path:
    """Return a folder with the files of the meta-package and no piece."""
    package = tmp_path / "tornado"
    package.mkdir()
    for file in ("__init__.py", "_pieces.py"):
        source = Path(tornado.__file__).with_name(file)
        (package / file).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("statement", ["import tornado; tornado.util", "from tornado import util"])
def test_the_error_for_a_piece_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, statement: str
) -> None:
    program = f"import sys; sys.path[:] = [{str(copy_meta_package(tmp_path))!r}, *sys.path[1:]]; {statement}"
    result = run_python("-S", "-c", program)

    expected = "tornado.util is not installed: run 'pip install tornado-util'"
    assert f"ModuleNotFoundError: {expected}" in result.stderr


def test_the_meta_package_is_cheap_to_import_if_all_pieces_are_in_one_folder(
    tmp_path: Path,
) -> None:
    expensive = ("pkgutil", "re", "typing")
    program = (
        f"import sys; sys.path.insert(0, {str(copy_meta_package(tmp_path))!r}); import tornado; "
        f"print([name for name in {expensive!r} if name in sys.modules])"
    )

    assert run_python("-I", "-S", "-c", program).stdout == "[]\n"


def test_the_error_of_a_module_whose_own_import_fails_names_the_missing_one(tmp_path: Path) -> None:
    site = copy_meta_package(tmp_path)
    (site / "tornado" / "util").mkdir()
    (site / "tornado" / "util" / "__init__.py").write_text("import a_missing_library\n")
    program = f"import sys; sys.path.insert(0, {str(site)!r}); import tornado; tornado.util"

    result = run_python("-S", "-c", program)

    assert "No module named 'a_missing_library'" in result.stderr
    assert "is not installed" not in result.stderr


def test_pieces_in_several_folders_are_one_package(tmp_path: Path) -> None:
    (tmp_path / "tornado" / "made_up").mkdir(parents=True)
    (tmp_path / "tornado" / "made_up" / "__init__.py").write_text("here = True\n")
    program = f"import sys; sys.path.append({str(tmp_path)!r}); import tornado; "

    result = run_python("-c", program + "print(tornado.made_up.here, 'made_up' in dir(tornado))")

    assert result.stdout == "True True\n", result.stderr


def test_the_report_names_the_version_of_every_installed_piece() -> None:
    lines = run_python("-m", "tornado").stdout.splitlines()

    assert lines[0] == f"tornado {tornado.version}"
    assert [line.split()[0] for line in lines[1:]] == sorted(set(PIECES.values()))
    util = next(line.split() for line in lines if "tornado-util" in line)
    assert util == ["tornado-util", version("tornado-util"), "tornado.util"]
