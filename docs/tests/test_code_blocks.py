from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pages import blocks, name_of, pages, write_files

PAGES = {name_of(page): page for page in pages()}
# Every test of a page starts a process, so there is none for a page with nothing of the kind.
WITH_PROGRAMS = {n: p for n, p in PAGES.items() if any(b.is_program for b in blocks(p))}
WITH_SESSIONS = {n: p for n, p in PAGES.items() if any(b.is_session for b in blocks(p))}
WITH_PYTHON = {n: p for n, p in PAGES.items() if n in WITH_PROGRAMS or n in WITH_SESSIONS}


@pytest.mark.parametrize("name", WITH_PROGRAMS)
def test_the_python_on_a_page_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    """The blocks of a page are one program, which is imported and not started."""
    lines: list[str] = []
    for block in blocks(WITH_PYTHON[name]):
        if block.is_program and not block.excuse:
            lines += [""] * (block.line - len(lines)) + block.text.splitlines()
    write_files(WITH_PYTHON[name], tmp_path)
    script = tmp_path / "page.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    program = f"import runpy; runpy.run_path({str(script)!r}, run_name='page')"

    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert result.returncode == 0, f"line numbers are those of {name}:\n{result.stderr}"


@pytest.mark.parametrize("name", WITH_SESSIONS)
def test_sessions_on_a_page_answer_what_is_printed(name: str, tmp_path: Path) -> None:
    sessions = [b for b in blocks(WITH_PYTHON[name]) if b.is_session and not b.excuse]
    write_files(WITH_PYTHON[name], tmp_path)
    script = tmp_path / "page.txt"
    script.write_text("\n".join(block.text for block in sessions), encoding="utf-8")

    result = subprocess.run(
        [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", WITH_PYTHON)
def test_the_programs_that_a_page_shows_as_files_can_be_compiled(name: str) -> None:
    """They run for ever or wait for each other: the tests of their packages run them."""
    for block in blocks(WITH_PYTHON[name]):
        if block.file.endswith(".py"):
            compile(block.text, f"{name}:{block.line}", "exec")


@pytest.mark.parametrize("name", WITH_PYTHON)
def test_a_block_that_is_not_run_says_why(name: str) -> None:
    excused = [block for block in blocks(WITH_PYTHON[name]) if block.excuse]

    assert [block.line for block in excused if len(block.excuse.split()) < 3] == []
