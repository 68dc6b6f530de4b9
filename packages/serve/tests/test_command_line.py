"""Options, the environment, and wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tornado.serve import main
from tornado.serve._command._options import GROUPS
from tornado.serve._command._other_names import OTHER_NAMES
from tornado.serve._command._parser import parse

OPTIONS = [option for group in GROUPS for option in group.options]


def test_the_defaults_are_those_of_the_table() -> None:
    settings = parse(["main:app"], {})

    assert settings.application.target == "main:app"
    assert settings.addresses.host == ("127.0.0.1",)
    assert settings.addresses.port == (8000,)
    assert not settings.addresses.has_port
    assert settings.processes.processes == 1
    assert settings.log.access_log
    # What is not given is left to the server.
    assert settings.server == {
        "xheaders": False,
        "forwarded": False,
        "forwarded_host": False,
        "decompress_request": False,
        "no_keep_alive": False,
    }


def test_options_may_be_repeated() -> None:
    settings = parse(["--port", "1", "main:app", "--port=2", "--host", "::1"], {})

    assert settings.addresses.port == (1, 2)
    assert settings.addresses.host == ("::1",)
    assert settings.addresses.has_port


def test_the_server_has_the_limits_by_its_own_names() -> None:
    arguments = ["--max-body-size", "10M", "--idle-timeout", "5", "--no-keep-alive", "--xheaders"]
    arguments += ["--trusted-downstream", "10.0.0.0/8"]

    server = parse(["main:app", *arguments], {}).server

    assert server["max_body_size"] == 10 * 1024 * 1024
    assert server["idle_connection_timeout"] == 5.0
    assert server["no_keep_alive"] is True
    assert server["xheaders"] is True
    assert server["trusted_downstream"] == ("10.0.0.0/8",)


def test_the_environment_comes_between_the_command_line_and_the_defaults() -> None:
    environment = {
        "TORNADO_SERVE_PORT": "81, 82",
        "TORNADO_SERVE_PROCESSES": "3",
        "TORNADO_SERVE_ACCESS_LOG": "off",
        "TORNADO_SERVE_LOG_LEVEL": "error",
        "TORNADO_SERVE_NO_SUCH_OPTION": "x",
    }

    settings = parse(["main:app", "--processes", "2"], environment)

    assert settings.addresses.port == (81, 82)
    assert settings.processes.processes == 2
    assert not settings.log.access_log
    assert settings.log.log_level == "error"


def test_an_empty_variable_is_as_one_that_is_not_set() -> None:
    names = ("PORT", "HOST", "UNIX", "FD", "PROCESSES", "ACCESS_LOG", "KIND", "PID_FILE")

    settings = parse(["main:app"], {f"TORNADO_SERVE_{name}": "" for name in names})

    assert settings == parse(["main:app"], {})
    assert parse(["main:app"], {"TORNADO_SERVE_HOST": " , "}) == parse(["main:app"], {})


def test_what_follows_two_dashes_is_the_applications() -> None:
    settings = parse(["main:app", "--", "--port=9", "--", "x"], {})

    assert settings.application.arguments == ("--port=9", "--", "x")
    assert settings.addresses.port == (8000,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: MODULE:NAME"),
        (["main:app", "--prot", "1"], "unknown argument --prot: did you mean --port?"),
        (["main:app", "--workers", "4"], "unknown argument --workers: it is --processes here"),
        (["main:app", "--uds=x"], "unknown argument --uds=x: it is --unix here"),
        (["main:app", "--threads", "4", "x"], None),
        (["main:app", "-w", "4"], "unknown argument -w: it is --processes here"),
        (["main:app", "--worker-connections=9"], "unknown argument --worker-connections=9: it is"),
        (["main:app", "other"], "unknown argument other: give one application"),
        (["main:app", "--port", "70000"], "argument --port: '70000' is not a port"),
        (["main:app", "--port", "-1"], None),
        (["main:app", "--processes", "0"], "argument --processes: '0' is neither a number from 1"),
        (["main:app", "--processes", "all"], "argument --processes: 'all' is neither a number"),
        (["main:app", "--kind", "cgi"], "argument --kind: invalid choice: 'cgi'"),
        (["main:app", "--max-body-size", "10 X"], "argument --max-body-size: '10 X' is not a size"),
        (["main:app", "--drain-timeout", "-1"], None),
        (["main:app", "--drain-timeout", "soon"], "argument --drain-timeout: 'soon' is not a num"),
        (["main:app", "--unix-mode", "999"], "argument --unix-mode: '999' is not a mode"),
        (["main:app", "--backlog", "9" * 11], "argument --backlog: '99999999999' is too many"),
        (["main:app", "--fd", "987"], "argument --fd: 987 is not open here"),
    ],
)
def test_wrong_options_are_named_in_two_lines(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str | None
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments, {})

    lines = capsys.readouterr().err.splitlines()
    assert caught.value.code == 2
    assert lines[0].startswith(f"tornado-serve: error: {message or ''}")
    assert lines[1:] == ["try 'tornado-serve --help'"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("PORT", "http", "'http' is not a whole number"),
        ("RELOAD", "perhaps", "'perhaps' is neither on nor off"),
        ("KIND", "cgi", "'cgi' is not one of auto, tornado, asgi, wsgi"),
    ],
)
def test_wrong_variables_are_named(
    capsys: pytest.CaptureFixture[str], name: str, text: str, message: str
) -> None:
    with pytest.raises(SystemExit):
        parse(["main:app"], {f"TORNADO_SERVE_{name}": text})

    assert f"error: TORNADO_SERVE_{name}: {message}" in capsys.readouterr().err


def test_the_help_names_each_option_and_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])

    text = " ".join(capsys.readouterr().out.split())
    assert caught.value.code == 0
    assert all(f"--{option.name}" in text for option in OPTIONS)
    assert "port to listen on, 0 for a free one; may be repeated (8000)" in text


def test_help_texts_are_short() -> None:
    assert max(len(option.help) for option in OPTIONS) <= 80


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out.startswith("tornado-serve 1.")


def test_names_of_other_servers_lead_to_options_that_exist() -> None:
    names = {f"--{option.name}" for option in OPTIONS} | {"--no-preload"}

    mentioned = {
        word.strip(",;")
        for text in OTHER_NAMES.values()
        for word in text.split()
        if word.startswith("--")
    }
    assert mentioned <= names


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--keyfile", "key.pem"], 2, "--keyfile needs --certfile, which turns TLS on"),
        (["--certfile", "none.pem"], 1, "TLS: cannot read the --certfile 'none.pem': No such file"),
        (["--certfile", "text.pem"], 1, "the --certfile 'text.pem' holds no certificate in PEM"),
        (["--unix", "text.pem"], 1, "cannot listen on the Unix socket 'text.pem': File text.pem"),
        (["--unix", "no/where"], 1, "cannot listen on the Unix socket 'no/where': No such file"),
        (["--host", "192.0.2.1"], 1, "cannot listen on 192.0.2.1:8000: Cannot assign requested"),
        (["--xheaders", "--forwarded"], 2, "xheaders and forwarded: the proxy writes one of the"),
        (["--trusted-downstream", "x/y"], 2, "neither an address nor a network: 'x/y'"),
    ],
)
def test_what_cannot_work_is_said_before_a_process_is_started(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pem").write_text("text")
    monkeypatch.setattr("os.fork", lambda: pytest.fail("a process was started"))

    assert main(["main:app", *arguments]) == status
    assert message in capsys.readouterr().err


def test_a_port_in_use_is_named(free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", free_port)):
        status = main(["main:app", "--port", str(free_port)])

    assert status == 1
    assert f"port {free_port} is in use: stop the program" in capsys.readouterr().err


def test_uvloop_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib.util import find_spec

    def find(name: str, *rest: Any) -> Any:
        return None if name == "uvloop" else find_spec(name, *rest)

    monkeypatch.setattr("tornado.serve._main.find_spec", find)

    assert main(["main:app", "--loop", "uvloop"]) == 1
    assert "--loop uvloop: pip install 'tornado-serve[uvloop]'" in capsys.readouterr().err
