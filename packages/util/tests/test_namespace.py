from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tornado.util

SOURCE = Path(tornado.util.__file__).parent
ROOF = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n__pieces__ = True\n"
MONOLITH = "version = '6.5.0'\n"


def lay_out(site: Path, init: str | None, *, with_util: bool = True) -> None:
    package = site / "tornado"
    package.mkdir(parents=True)
    if init is not None:
        (package / "__init__.py").write_text(init, encoding="utf-8")
    if with_util:
        (package / "util").symlink_to(SOURCE, target_is_directory=True)


def import_util(*sites: Path) -> subprocess.CompletedProcess[str]:
    """Import the room's package in a fresh interpreter that sees only these folders."""
    return subprocess.run(
        [sys.executable, "-S", "-c", "import tornado.util; print('fine')"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sites))},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("init", [None, ROOF], ids=["namespace", "roof"])
def test_the_namespace_and_the_roof_are_let_through(tmp_path: Path, init: str | None) -> None:
    lay_out(tmp_path / "site", init)

    result = import_util(tmp_path / "site")

    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_an_installed_and_an_editable_roof_may_meet(tmp_path: Path) -> None:
    lay_out(tmp_path / "editable", ROOF, with_util=False)
    lay_out(tmp_path / "site", ROOF)

    result = import_util(tmp_path / "editable", tmp_path / "site")

    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_the_monolithic_package_over_our_files_is_refused_by_name(tmp_path: Path) -> None:
    lay_out(tmp_path / "site", MONOLITH)

    result = import_util(tmp_path / "site")

    assert result.returncode == 1
    assert f"is in the way at {tmp_path / 'site' / 'tornado'}" in result.stderr
    assert "-m pip uninstall tornado" in result.stderr


def test_what_the_error_asks_for_is_enough(tmp_path: Path) -> None:
    lay_out(tmp_path / "site", MONOLITH)

    message = import_util(tmp_path / "site").stderr
    (tmp_path / "site" / "tornado" / "__init__.py").unlink()
    result = import_util(tmp_path / "site")

    assert "delete the __init__.py there" in message
    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_the_monolithic_package_behind_the_roof_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path / "ours", ROOF)
    lay_out(tmp_path / "theirs", MONOLITH, with_util=False)

    result = import_util(tmp_path / "ours", tmp_path / "theirs")

    assert result.returncode == 1
    assert f"is in the way at {tmp_path / 'theirs' / 'tornado'}" in result.stderr
