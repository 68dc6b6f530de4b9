"""tox says what it did, with the plugin of this workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workspace import ROOT


def tox(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name[:4] != "TOX_"}
    command = [sys.executable, "-m", "tox", *arguments, "--workdir", str(folder)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**surroundings, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_a_run_whose_environments_are_all_skipped_ends_well_and_names_them(tmp_path: Path) -> None:
    result = tox(tmp_path, "run", "-e", "py399-util,py398-web")

    assert result.stdout.splitlines() == [
        "py399-util: skipped, this machine has no Python 3.99",
        "py398-web: skipped, this machine has no Python 3.98",
    ]
    assert result.returncode == 0, result.stderr


def test_a_missing_interpreter_fails_if_skipping_is_switched_off(tmp_path: Path) -> None:
    result = tox(tmp_path, "run", "-e", "py399-util", "--skip-missing-interpreters", "false")

    assert "evaluation failed" in result.stdout
    assert result.returncode != 0


def test_an_environment_that_can_run_is_not_skipped_with_the_others(tmp_path: Path) -> None:
    result = tox(tmp_path, "run", "--notest", "-e", "py399-util,demo")

    assert "py399-util: SKIP" in result.stdout
    assert "demo: OK" in result.stdout
    assert result.returncode == 0, result.stderr
