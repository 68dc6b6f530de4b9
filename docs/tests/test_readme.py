from __future__ import annotations

from pathlib import Path

from pages import ROOT
from pieces import row
from workspace import Workspace

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_pieces_has_a_row_for_each() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| [tornado")]

    assert rows == [row(piece) for piece in Workspace()]


def test_the_build_server_runs_the_command_that_is_printed() -> None:
    commands = [line.strip() for line in README.splitlines() if "tox run-parallel" in line]

    assert len(commands) == 1
    assert commands[0].startswith("python3 -m venv .venv && ")
    assert "README.md" in Path(ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_environments_that_are_printed_exist() -> None:
    settings = (ROOT / "tox.ini").read_text(encoding="utf-8")

    assert "tox run -e demo" in README
    assert "[testenv:demo]" in settings
