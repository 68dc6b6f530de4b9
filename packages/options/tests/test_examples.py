"""The examples of the README and of the documentation, run as they are printed.

A block that names a file is written to it. In a console block, each command has to print what
follows it; ``...`` stands for any lines.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tornado.options

PACKAGE = Path(__file__).parent.parent
PAGES = [PACKAGE / "README.md", PACKAGE.parent.parent / "docs" / "options.md"]


def commands(text: str) -> Iterator[tuple[str, str]]:
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def run(command: str, folder: Path) -> str:
    """Run `VARIABLE=value python file --options`."""
    *variables, program = command.partition("python ")[::2]
    result = subprocess.run(
        [sys.executable, *program.split()],
        cwd=folder,
        env=os.environ | dict(item.split("=", 1) for item in variables[0].split()),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def text(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    page: Path = request.param
    if not page.exists():
        pytest.skip("the documentation is not beside the package")
    text = page.read_text("utf-8")
    for name, content in re.findall(r"```\w+ (\S+)\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(content, "utf-8")
    monkeypatch.chdir(tmp_path)
    return text


def test_the_commands_print_what_the_page_says(text: str, tmp_path: Path) -> None:
    examples = list(commands(text))
    assert len(examples) > 2
    for command, output in examples:
        pattern = re.escape(output.rstrip("\n") + "\n").replace("\\.\\.\\.\\\n", "(.*\n)*")
        shown = run(command, tmp_path)
        assert re.fullmatch(pattern + r"\s*", shown), f"$ {command}\n{shown}"


def test_the_python_examples_run_as_printed(text: str) -> None:
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(blocks, {}, "page", "page", 0)
    assert doctest.DocTestRunner().run(examples).failed == 0
    assert tornado.options.options.as_dict().keys() >= {"help", "logging"}
