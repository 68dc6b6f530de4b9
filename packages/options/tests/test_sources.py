from __future__ import annotations

import itertools
import logging
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from tornado.options import Error, OptionParser, Source

Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize("given", list(itertools.product([False, True], repeat=3)))
def test_the_command_line_wins_over_the_environment_over_the_file(
    parser: OptionParser, write: Write, given: tuple[bool, bool, bool]
) -> None:
    in_file, in_environment, in_arguments = given
    path = write("a.toml", "port = 1" if in_file else "")
    rest = parser.parse_sources(
        ["x", *(["--port=3"] if in_arguments else []), "rest"],
        files=[path],
        prefix="APP_",
        environ={"APP_PORT": "2"} if in_environment else {},
    )
    expected = next(
        found
        for wanted, found in (
            (in_arguments, (3, "command line")),
            (in_environment, (2, "environment variable APP_PORT")),
            (in_file, (1, str(path))),
            (True, (8888, "default")),
        )
        if wanted
    )
    assert (parser.port, str(parser.source_of("port"))) == expected
    assert rest == ["rest"]


def test_later_files_win(parser: OptionParser, write: Write) -> None:
    files = [write("a.toml", "port = 1\nname = 'a'"), write("b.conf", "port = 2")]
    parser.parse_sources(["x"], files=files)
    assert (parser.port, parser.name) == (2, "a")


@pytest.mark.parametrize("kind", [str, Path])
def test_one_file_does_not_need_a_list(parser: OptionParser, write: Write, kind: type) -> None:
    parser.parse_sources(["x"], files=kind(write("a.toml", "port = 1")))
    assert parser.port == 1


@pytest.mark.parametrize("source", ["default", "environment", "command line"])
def test_an_option_may_name_the_file(write: Write, source: str) -> None:
    path = str(write("a.toml", "port = 1\nhost = 'file'"))
    parser = OptionParser()
    parser.define("port", default=8888)
    parser.define("host", default="")
    parser.define("config", default=path if source == "default" else None, type=str)
    parser.parse_sources(
        ["x", "--host=mine", *([f"--config={path}"] if source == "command line" else [])],
        prefix="APP_",
        config="config",
        environ={"APP_CONFIG": path} if source == "environment" else {},
    )
    assert (parser.port, parser.host, parser.config) == (1, "mine", path)
    assert parser.source_of("config").kind == source


def test_an_option_may_name_several_files(write: Write) -> None:
    parser = OptionParser()
    parser.define("port", default=8888)
    parser.define("config", multiple=True)
    paths = [str(write("a.toml", "port = 1")), str(write("b.toml", "port = 2"))]
    parser.parse_sources(["x", f"--config={','.join(paths)}"], config="config")
    assert parser.port == 2
    parser.parse_sources(["x", "--config="], config="config")
    assert parser.config == []


def test_the_last_of_the_classic_calls_wins(parser: OptionParser, write: Write) -> None:
    path = write("a.conf", "port = 1")
    parser.parse_command_line(["x", "--port=2"], final=False)
    parser.parse_config_file(path)
    assert parser.port == 1
    parser.parse_command_line(["x", "--port=2"])
    assert parser.port == 2


def test_a_callback_may_read_the_file_that_an_option_names(write: Write) -> None:
    path = write("a.conf", "port = 1\nname = 'file'")
    parser = OptionParser()
    parser.define("port", default=8888)
    parser.define("name", default="main")
    parser.define(
        "config", type=str, callback=lambda path: parser.parse_config_file(path, final=False)
    )
    parser.parse_command_line(["x", "--port=2", f"--config={path}", "--name=mine"])
    assert (parser.port, parser.name) == (1, "mine")


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"APP_PORT": "80"}, "port", 80),
        ({"APP_LOG_DIR": "logs"}, "log_dir", "logs"),
        ({"APP_MYSQL_HOST": "db"}, "mysql-host", "db"),
        ({"APP_DEBUG": "yes"}, "debug", True),
        ({"APP_IDS": "1:3"}, "ids", [1, 2, 3]),
        ({"APP_NAME": ""}, "name", ""),
        ({"APP_PORT": ""}, "port", 8888),
        ({"APP_DEBUG": ""}, "debug", False),
        ({"PORT": "80", "XAPP_PORT": "80", "app_port": "80"}, "port", 8888),
        ({"APP_HELP": "1"}, "help", None),
    ],
)
def test_environment_variables_set_options(
    parser: OptionParser, environ: dict[str, str], name: str, value: object
) -> None:
    parser.parse_environment("APP_", environ)
    assert parser[name] == value


def test_the_environment_of_the_process_is_used(
    parser: OptionParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTED_PORT", "80")
    parser.parse_environment("TESTED_")
    assert parser.port == 80
    monkeypatch.setenv("TESTED_PORT", "81")
    parser.parse_sources(["x"], prefix="TESTED_")
    assert parser.port == 81
    monkeypatch.setenv("TESTED_PORT", "82")
    parser.parse_sources(["x"])
    assert parser.port == 81


def test_a_wrong_variable_is_named(parser: OptionParser) -> None:
    with pytest.raises(Error, match=r"^environment variable APP_PORT: 'x' is not a whole number$"):
        parser.parse_environment("APP_", {"APP_PORT": "x"})


def test_a_misspelt_variable_is_logged(
    parser: OptionParser, caplog: pytest.LogCaptureFixture
) -> None:
    parser.parse_environment("APP_", {"APP_PROT": "1", "APP_UNRELATED_THING": "1", "OTHER": "1"})
    assert caplog.record_tuples == [
        (
            "tornado.general",
            logging.WARNING,
            "environment variable APP_PROT is not an option, did you mean APP_PORT?",
        )
    ]


def test_a_source_is_a_value() -> None:
    source = Source("file", "a.toml", 3)
    assert source == pickle.loads(pickle.dumps(source))
    assert source != Source("file", "a.toml", 4)
    assert len({source, Source("file", "a.toml", 3)}) == 1
    assert repr(source) == "<Source a.toml>"
    with pytest.raises(AttributeError):
        source.line = 4
    with pytest.raises(TypeError):
        del source.line
    assert source.line == 3
