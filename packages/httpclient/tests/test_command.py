"""``python -m tornado.httpclient``."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tornado.httpclient import main

CODES = {"/missing": 404, "/redirect": 302, "/busy": 503}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        if self.path == "/garbage":
            self.wfile.write(b"garbage\r\n\r\n")
            self.close_connection = True
            return
        self.send_response(CODES.get(self.path, 200))
        self.send_header("X-A", "b")
        if self.path == "/redirect":
            self.send_header("Location", "/there")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(10)


def test_the_command_prints_bodies(url):
    command = [sys.executable, "-m", "tornado.httpclient"]
    done = subprocess.run([*command, url], capture_output=True, timeout=30, check=True)
    assert done.stdout == b"hello"
    done = subprocess.run(
        [*command, "-i", f"{url}/missing"], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"HTTP/1.1 404 Not Found\n")
    assert b"\nX-A: b\n" in done.stdout
    assert done.stdout.endswith(b"\nhello")
    assert done.stderr == b"HTTP 404: Not Found\n"


def test_the_command_says_what_went_wrong(capfd):
    with pytest.raises(SystemExit) as caught:
        main(["http://127.0.0.1:1/", "nonsense"])
    assert caught.value.code == 1
    errors = capfd.readouterr().err
    assert "http://127.0.0.1:1/: " in errors
    assert "nonsense: not a valid http or https URL" in errors


def test_the_command_says_which_of_several_urls_failed(url, capfd):
    with pytest.raises(SystemExit):
        main([f"{url}/missing", url, f"{url}/busy"])
    assert capfd.readouterr().err.splitlines() == [
        f"{url}/missing: HTTP 404: Not Found",
        f"{url}/busy: HTTP 503: Service Unavailable",
    ]


def printed(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    with suppress(SystemExit):
        main(arguments)
    return capfd.readouterr().out


@pytest.mark.parametrize("name", ["print_body", "print-body"])
def test_switches_take_a_value_as_those_of_options_do(url, capfd, name):
    for value in ("false", "False", "no", "off", "0", "f", "n"):
        assert printed(capfd, f"--{name}={value}", url) == ""
    for value in ("true", "yes", "on", "1", "T", "y"):
        assert printed(capfd, f"--{name}={value}", url) == "hello"
    assert printed(capfd, f"--{name}", url) == "hello"
    assert printed(capfd, f"--no-{name}", url) == ""


def test_every_switch_takes_dashes_and_underscores(url, capfd):
    for spelling in ("--print-headers", "--print_headers", "--print-headers=true", "-i"):
        assert "X-A: b" in printed(capfd, spelling, url)
    assert "X-A: b" not in printed(capfd, "--print-headers=false", url)
    for spelling in ("--follow_redirects=no", "--follow-redirects=false", "--no-follow-redirects"):
        assert " 302 " in printed(capfd, "-i", spelling, f"{url}/redirect")
    assert " 200 " in printed(capfd, "-i", "--follow_redirects=yes", f"{url}/redirect")
    for spelling in ("--validate-cert=false", "--validate_cert", "--no-validate_cert"):
        assert printed(capfd, spelling, url) == "hello"
    host, port = url.removeprefix("http://").split(":")
    for dash in "-_":
        proxy = (f"--proxy{dash}host={host}", f"--proxy{dash}port={port}")
        assert printed(capfd, *proxy, "http://a.example/") == "hello"


def test_a_wrong_value_is_refused_with_the_right_ones(capfd):
    with pytest.raises(SystemExit) as caught:
        main(["--print_body=perhaps", "http://127.0.0.1:1/"])
    assert caught.value.code == 2
    assert "--print_body is true or false, not 'perhaps'" in capfd.readouterr().err


def test_the_level_of_the_log_is_set_as_by_options(url):
    command = [sys.executable, "-m", "tornado.httpclient"]
    for level, is_logged in (("Debug", True), ("warning", False)):
        done = subprocess.run(
            [*command, f"--logging={level}", f"{url}/garbage"],
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert (b"tornado.general] Malformed HTTP message" in done.stderr) is is_logged


def test_an_unknown_level_is_refused_with_the_known_ones(capfd):
    with pytest.raises(SystemExit) as caught:
        main(["--logging=loud", "http://127.0.0.1:1/"])
    assert caught.value.code == 2
    error = capfd.readouterr().err
    assert "--logging: invalid choice: 'loud'" in error
    assert "warning" in error


def test_values_keep_their_dashes(url, capfd):
    assert printed(capfd, "--header=X-B: a-b=c", "-H", "X-C: d", url) == "hello"
