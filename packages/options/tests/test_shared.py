"""The options that all parts of a program share."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import tornado.options
from tornado.options import OptionParser


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> OptionParser:
    """Use a parser of the test instead of the program's."""
    parser = OptionParser()
    monkeypatch.setattr("tornado.options._shared.options", parser)
    return parser


def test_the_functions_of_the_module_work_on_one_parser(
    shared: OptionParser, tmp_path: Path
) -> None:
    parsed: list[int] = []
    tornado.options.define("port", default=8888, help="where to listen")
    tornado.options.add_parse_callback(lambda: parsed.append(shared.port))
    assert tornado.options.parse_command_line(["prog", "--port=1", "rest"]) == ["rest"]
    (tmp_path / "some.conf").write_text("port = 2")
    tornado.options.parse_config_file(tmp_path / "some.conf")
    assert parsed == [1, 2]
    text = io.StringIO()
    tornado.options.print_help(text)
    assert "--port" in text.getvalue()
    assert "where to listen" in text.getvalue()
