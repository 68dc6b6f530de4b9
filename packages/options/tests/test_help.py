from __future__ import annotations

import enum
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options import OptionParser

Write = Callable[[str, str | bytes], Path]

EXPECTED = """\
Usage: server.py [OPTIONS]

Options:

  --help                list the options, and end

Logs options:

  --log-dir=PATH        where logs go

Server options:

  --cookie-secret=TEXT  (default hidden)
                        now hidden (environment variable APP_COOKIE_SECRET)
  --debug               restart on changes (default false)
  --hosts=TEXT,...      addresses to listen on (default a,b)
                        now c (command line)
  --mode=size|time      (default size)
  --port=INT            run on the given port, which has to be free on every
                        address that the server listens on (default 8888;
                        1 to 65535)
                        now 80 (app.toml)
  --rotate=HOW          (one of size, time)
  --since=VALUE
  --timeout=TIME        (default 1m30s)

A value that is set further right wins: default < config file app.toml <
environment variables APP_* < command line.

"""


def make_parser() -> OptionParser:
    parser = OptionParser()
    parser.define(
        "port",
        default=8888,
        help="run on the given port, which has to be free on every address that the server"
        " listens on",
        minimum=1,
        maximum=65535,
        group="Server",
    )
    parser.define("hosts", ["a", "b"], multiple=True, help="addresses to listen on", group="Server")
    parser.define("debug", default=False, help="restart on changes", group="Server")
    parser.define("timeout", default=timedelta(seconds=90), group="Server")
    parser.define("mode", default="size", choices=["size", "time"], group="Server")
    parser.define("rotate", choices=["size", "time"], metavar="HOW", group="Server")
    parser.define("since", type=date.fromisoformat, group="Server")
    parser.define("cookie_secret", default="x", group="Server")
    parser.define("log_dir", type=str, metavar="PATH", help="where logs go", group="Logs")
    return parser


def help_of(parser: OptionParser) -> str:
    file = io.StringIO()
    parser.print_help(file)
    return file.getvalue()


def test_the_help_reads_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.toml").write_text("port = 80")
    monkeypatch.setattr("sys.argv", ["/srv/server.py", "--help", "--hosts=c"])
    with pytest.raises(SystemExit) as caught:
        make_parser().parse_sources(
            files=["app.toml"], prefix="APP_", environ={"APP_COOKIE_SECRET": "swordfish"}
        )
    assert caught.value.code == 0
    assert capsys.readouterr().err == EXPECTED


def test_the_help_goes_to_the_error_stream_and_ends_the_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (["--help"], ["-help"], ["--help", "--prot=1"], ["--port=x", "--help"]):
        with pytest.raises(SystemExit) as caught:
            make_parser().parse_command_line(["server.py", *words])
        assert caught.value.code == 0
        captured = capsys.readouterr()
        assert captured.err.startswith("Usage: ")
        assert captured.out == ""


def test_help_can_be_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_parser().parse_command_line(["server.py", "--help=false", "x"]) == ["x"]
    assert capsys.readouterr().err == ""


def test_without_sources_the_help_does_not_mention_them() -> None:
    parser = make_parser()
    parser.parse_command_line(["server.py", "--port=80"])
    assert "further right" not in help_of(parser)
    assert "now 80 (command line)" in help_of(parser)


def test_values_that_the_program_set_are_shown_too() -> None:
    parser = make_parser()
    parser.port = 81
    parser.log_dir = None
    parser.hosts = []
    shown = help_of(parser)
    assert "now 81 (program)" in shown
    assert "now unset (program)" in shown
    assert "now empty (program)" in shown


@pytest.mark.parametrize(
    ("minimum", "maximum", "remark"),
    [(1, None, "(at least 1)"), (None, 9, "(at most 9)"), (1, 9, "(1 to 9)"), (None, None, "")],
)
def test_bounds_are_part_of_the_help(minimum: int | None, maximum: int | None, remark: str) -> None:
    parser = OptionParser()
    parser.define("n", type=int, minimum=minimum, maximum=maximum, group="G")
    assert f"--n=INT  {remark}".rstrip() in help_of(parser).splitlines()[-2]


def test_options_are_grouped_by_the_module_that_defines_them(tmp_path: Path) -> None:
    from tornado.log import define_logging_options

    parser = OptionParser()
    define_logging_options(parser)
    for module, file in (
        ("__main__", "/srv/server.py"),
        ("shop.database", "/srv/shop/database.py"),
    ):
        source = f"parser.define('{module}')"
        exec(compile(source, file, "exec"), {"parser": parser, "__name__": module})
    headings = re.findall(r"^(\S+) options:$", help_of(parser), re.MULTILINE)
    assert headings == ["server.py", "shop.database", "tornado.log"]


words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(st.lists(words, max_size=40).map(" ".join), words)
def test_any_help_text_stays_inside_80_columns(text: str, name: str) -> None:
    parser = OptionParser()
    parser.define(name + "x", default="y", help=text, group="G")
    shown = help_of(parser)
    assert max(map(len, shown.splitlines())) < 80
    assert [word for word in text.split() if word not in shown] == []


class Shade(enum.Enum):
    LIGHT = "light"
    DARK = "dark"


def test_the_members_of_an_enum_are_shown_as_they_are_typed() -> None:
    parser = OptionParser()
    parser.define("shade", default=Shade.DARK)
    parser.define("shades", type=Shade, multiple=True)
    out = io.StringIO()
    parser.print_help(out)

    assert "--shade=light|dark  (default dark)" in re.sub("  +", "  ", out.getvalue())
    assert "--shades=light|dark,...\n" in out.getvalue()
