from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tornado.util

SOURCE = Path(tornado.util.__file__).parent
META_PACKAGE = (
    "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n__pieces__ = True\n"
)
MONOLITH = "version = '6.5.0'\n"


def make_site(site: Path, init: str | None, *, with_util: bool = True) -> None:
    package = site / "tornado"
    package.mkdir(parents=True)
    if init is not None:
        (package / "__init__.py").write_text(init, encoding="utf-8")
    if with_util:
        (package / "util").symlink_to(SOURCE, target_is_directory=True)


def import_util(*sites: Path) -> subprocess.CompletedProcess[str]:
    """Import tornado.util in a new interpreter whose path has only these folders."""
    return subprocess.run(
        [sys.executable, "-S", "-c", "import tornado.util; print('fine')"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sites))},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("init", [None, META_PACKAGE], ids=["namespace", "meta-package"])
def test_the_namespace_and_the_meta_package_are_accepted(tmp_path: Path, init: str | None) -> None:
    make_site(tmp_path / "site", init)

    result = import_util(tmp_path / "site")

    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_there_may_be_an_installed_and_an_editable_meta_package(tmp_path: Path) -> None:
    make_site(tmp_path / "editable", META_PACKAGE, with_util=False)
    make_site(tmp_path / "site", META_PACKAGE)

    result = import_util(tmp_path / "editable", tmp_path / "site")

    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_the_monolithic_package_over_our_files_is_refused_by_name(tmp_path: Path) -> None:
    make_site(tmp_path / "site", MONOLITH)

    result = import_util(tmp_path / "site")

    assert result.returncode == 1
    assert f"is in the way at {tmp_path / 'site' / 'tornado'}" in result.stderr
    assert "-m pip uninstall tornado" in result.stderr


def test_what_the_error_says_is_enough(tmp_path: Path) -> None:
    make_site(tmp_path / "site", MONOLITH)

    message = import_util(tmp_path / "site").stderr
    (tmp_path / "site" / "tornado" / "__init__.py").unlink()
    result = import_util(tmp_path / "site")

    assert "delete the __init__.py there" in message
    assert (result.returncode, result.stdout) == (0, "fine\n"), result.stderr


def test_the_monolithic_package_after_the_meta_package_is_refused(tmp_path: Path) -> None:
    make_site(tmp_path / "ours", META_PACKAGE)
    make_site(tmp_path / "theirs", MONOLITH, with_util=False)

    result = import_util(tmp_path / "ours", tmp_path / "theirs")

    assert result.returncode == 1
    assert f"is in the way at {tmp_path / 'theirs' / 'tornado'}" in result.stderr
