"""What somebody sees who has started a program with a wrong option."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from tornado.options import define, options, parse_sources
define("port", default=8888)
define("config", type=str)
{line}
"""
PARSE = 'parse_sources(files=["app.toml"], prefix="APP_", config="config")'


def start(folder: Path, *words: str, line: str = PARSE, **variables: str) -> tuple[str, int]:
    (folder / "app.py").write_text(PROGRAM.format(line=line), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return ended.stderr, ended.returncode


@pytest.mark.parametrize(
    ("content", "words", "variables", "complaint"),
    [
        ("", ["--prot=1"], {}, "unknown option --prot, did you mean --port?"),
        ("", ["--port=x"], {}, "--port: 'x' is not a whole number"),
        ("", ["--logging=loud"], {}, "--logging: 'loud' is not one of"),
        ("", [], {"APP_PORT": "x"}, "environment variable APP_PORT: 'x' is not a whole number"),
        ("port = 'x'", [], {}, "app.toml, line 1: port: needs int, not 'x' (str)"),
        ("port = ", [], {}, "app.toml, line 1: "),
        ("", ["--config=gone.toml"], {}, "cannot read gone.toml: No such file or directory"),
    ],
)
def test_a_mistake_that_nobody_catches_is_one_line(
    tmp_path: Path, content: str, words: list[str], variables: dict[str, str], complaint: str
) -> None:
    (tmp_path / "app.toml").write_text(content, encoding="utf-8")
    errors, status = start(tmp_path, *words, **variables)
    assert errors.startswith(f"app.py: {complaint}")
    assert (errors.count("\n"), status) == (1, 1)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("port = 1\nport = (", "app.conf, line 2: '(' was never closed"),
        ("port = '\xff'", "app.conf, line 1: (unicode error) 'utf-8' codec can't decode byte 0xff"),
        ("port = 1\nport = [1]", "app.conf, line 2: port: needs int, not [1] (list)"),
    ],
)
def test_a_file_that_is_not_python_is_one_line_too(
    tmp_path: Path, content: str, complaint: str
) -> None:
    (tmp_path / "app.conf").write_text(content, encoding="latin-1")
    errors, status = start(tmp_path, line='parse_sources(files="app.conf")')
    assert errors.startswith(f"app.py: {complaint}")
    assert (errors.count("\n"), status) == (1, 1)


@pytest.mark.parametrize("line", ['options.port = "x"', 'define("port")', "options.prot"])
def test_a_mistake_of_the_program_keeps_its_traceback(tmp_path: Path, line: str) -> None:
    errors, status = start(tmp_path, line=line)
    assert errors.startswith("Traceback")
    assert line in errors
    assert status == 1


def test_a_program_may_catch_it(tmp_path: Path) -> None:
    line = "import tornado.options\ntry: parse_sources()\nexcept tornado.options.Error: raise SystemExit(3)"
    assert start(tmp_path, "--prot=1", line=line) == ("", 3)
