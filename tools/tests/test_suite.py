from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import suite
from suite import pytest_command, targets_of

TEXT = "def test_debug():\n    assert __debug__ is {}\n\ndef test_false():\n    assert 1 == 2\n"


@pytest.mark.parametrize("optimize", [False, True])
def test_asserts_of_test_modules_hold_with_and_without_O(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimize: bool
) -> None:
    monkeypatch.setattr(suite, "JUNIT", tmp_path)
    (tmp_path / "test_it.py").write_text(TEXT.format(not optimize))
    command = pytest_command("it", [str(tmp_path / "test_it.py")], optimize=optimize)

    result = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)

    assert "1 failed, 1 passed" in result.stdout, result.stdout + result.stderr
    assert result.returncode == 1
    assert 'tests="2"' in (tmp_path / "it.xml").read_text()


def test_an_environment_of_a_package_runs_the_tests_of_the_package() -> None:
    (target,) = targets_of("py311-util", [])

    assert target.endswith("packages/util/tests")


def test_what_is_given_goes_to_pytest_and_a_path_replaces_the_package(tmp_path: Path) -> None:
    some = targets_of("py311-util", ["-k", "cookie"])
    other = targets_of("py311-util", [str(tmp_path), "-x"])

    assert some[1:] == ["-k", "cookie"]
    assert other == [str(tmp_path), "-x"]


def test_every_environment_leaves_a_report_of_its_own() -> None:
    command = pytest_command("py311-util", ["-x"], optimize=False)

    assert command[command.index("--junit-xml") + 1].endswith("/py311-util.xml")
    assert command[-1] == "-x"
