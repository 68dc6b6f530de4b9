"""The example of the README is served as printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.serve._command._parser import parse

Serve = Callable[..., Any]

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_example_answers(serve: Serve, folder: Path) -> None:
    block = re.search(r"```python hello\.py\n(.*?)```", README, re.DOTALL)
    assert block is not None
    (folder / "hello.py").write_text(block[1])

    server = serve("hello:app", "--port", "0", "--processes", "2")

    assert server.get() == (200, "Hello, world")


def test_the_commands_are_understood() -> None:
    commands = re.findall(r"^    tornado-serve (.*?)(?: +#.*)?$", README, re.MULTILINE)

    assert len(commands) > 5
    for command in commands:
        assert parse(shlex.split(command), {}).application.target.startswith("hello:")
