"""The documents' WSGI programs, as they are printed there, under the standard library's servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from programs import PATIENCE, curl, running, unused_port, write_program
from seed import CGI, WSGI


@pytest.mark.parametrize(
    ("kind", "path", "status", "target"),
    [
        (
            "download",
            "/static/tornado-0.2.tar.gz",
            "301 Moved Permanently",
            "http://github.com/downloads/facebook/tornado/tornado-0.2.tar.gz",
        ),
        ("foo", "/foo", "302 Found", "/bar"),
    ],
)
def test_the_redirects_of_the_documents_answer_under_wsgiref(
    tmp_path: Path, kind: str, path: str, status: str, target: str
) -> None:
    port = unused_port()
    with running(write_program(tmp_path, WSGI), port, kind, str(port)) as program:
        head = curl("--include", f"http://127.0.0.1:{port}{path}").stdout.splitlines()
        content = curl(f"http://127.0.0.1:{port}/abc").stdout
        missing = curl("--include", f"http://127.0.0.1:{port}/1/2/3").stdout

    assert head[0] == f"HTTP/1.0 {status}"
    assert f"Location: {target}" in head
    assert (content == "The content of abc") == (kind == "download")
    assert missing.startswith("HTTP/1.0 404 Not Found")
    assert "Traceback" not in program.stderr


@pytest.mark.parametrize(
    ("method", "body", "expected"),
    [("GET", "", "Hello, world"), ("POST", "message=hello+there", "You wrote hello there")],
)
def test_an_application_answers_by_cgi(
    tmp_path: Path, method: str, body: str, expected: str
) -> None:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
    }
    result = subprocess.run(
        [sys.executable, "-W", "error", write_program(tmp_path, CGI)],
        input=body,
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    head, _, page = result.stdout.partition("\n\n")

    assert head.startswith("Status: 200 OK")
    assert page == expected
    assert result.stderr == ""
