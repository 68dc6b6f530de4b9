"""The tests on the page about tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pages import ROOT, write_files

PAGE = ROOT / "docs" / "pytest-plugin.md"


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_the_test_files_on_the_page_pass(tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:asyncio -p no:aiohttp\n")

    result = run_pytest(tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "11 passed" in result.stdout


def test_the_tables_name_every_fixture_marker_and_option(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:asyncio -p no:aiohttp\n")
    named = set(re.findall(r"`([\w-]+)[^`]*`", PAGE.read_text(encoding="utf-8")))

    fixtures = run_pytest(tmp_path, "--fixtures", "-v").stdout
    ours = re.findall(r"^(\w+).* -- .*tornado/pytest_plugin", fixtures, re.MULTILINE)
    assert len(ours) > 12
    assert set(ours) - named == set()
    helped = run_pytest(tmp_path, "--help").stdout
    settings = re.findall(r"^  (tornado_\w+) \(", helped, re.MULTILINE)
    options = re.findall(r"^  (--(?:tornado|app|ssl|async)-[\w-]+)", helped, re.MULTILINE)
    assert len(settings) == 5
    assert len(options) == 4
    assert {*settings, *options} - named == set()
