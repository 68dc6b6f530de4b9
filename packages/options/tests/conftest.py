from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tornado.options import OptionParser


@pytest.fixture
def parser() -> OptionParser:
    """Return a parser with an option of every type."""
    parser = OptionParser()
    parser.define("port", default=8888, help="run on the given port", minimum=1, maximum=65535)
    parser.define("name", default="main")
    parser.define("debug", default=False)
    parser.define("rate", type=float)
    parser.define("start", type=datetime)
    parser.define("timeout", default=timedelta(seconds=90))
    parser.define("log_dir", type=str, group="Logs")
    parser.define("mode", default="size", choices=["size", "time"])
    parser.define("hosts", multiple=True)
    parser.define("ids", type=int, multiple=True)
    parser.define("mysql-host", default="localhost")
    return parser


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return a function that writes a file and returns its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
