from __future__ import annotations

import pytest

from tornado.httputil import (
    HTTPInputError,
    RequestStartLine,
    ResponseStartLine,
    parse_request_start_line,
    parse_response_start_line,
)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("GET / HTTP/1.1", ("GET", "/", "HTTP/1.1")),
        ("get /a?b=c HTTP/1.0", ("get", "/a?b=c", "HTTP/1.0")),
        ("OPTIONS * HTTP/1.1", ("OPTIONS", "*", "HTTP/1.1")),
        ("CONNECT a:80 HTTP/1.1", ("CONNECT", "a:80", "HTTP/1.1")),
        ("M-SEARCH http://a/ HTTP/1.1", ("M-SEARCH", "http://a/", "HTTP/1.1")),
        ("GET /\xe9 HTTP/1.1", ("GET", "/\xe9", "HTTP/1.1")),
    ],
)
def test_a_request_line_has_three_parts(line, parts):
    assert parse_request_start_line(line) == RequestStartLine(*parts)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET /",
        "GET  / HTTP/1.1",
        "GET /a b HTTP/1.1",
        " GET / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET / HTTP/1.1\n",
        "GET /\t HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET /\x00 HTTP/1.1",
        "GET / HTTP/1.10",
        "GET / HTTP/2.0",
        "GET / HTTP/1.2",
        "GET / http/1.1",
        "GET / HTTP/\u0661.1",
        "GET /\u1234 HTTP/1.1",
    ],
)
def test_another_request_line_is_refused(line):
    with pytest.raises(HTTPInputError):
        parse_request_start_line(line)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("HTTP/1.1 200 OK", ("HTTP/1.1", 200, "OK")),
        ("HTTP/1.0 404 Not Found", ("HTTP/1.0", 404, "Not Found")),
        ("HTTP/1.1 200 ", ("HTTP/1.1", 200, "")),
        ("HTTP/1.1 200 Tr\xe8s bien", ("HTTP/1.1", 200, "Tr\xe8s bien")),
        ("HTTP/1.1 299 a\tb", ("HTTP/1.1", 299, "a\tb")),
    ],
)
def test_a_status_line_has_three_parts(line, parts):
    assert parse_response_start_line(line) == ResponseStartLine(*parts)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1  200 OK",
        "HTTP/2.0 200 OK",
        "http/1.1 200 OK",
        "HTTP/1.1 200 O\x00K",
        "HTTP/1.1 200 OK\r",
        "HTTP/1.1 \u0662\u0660\u0660 OK",
    ],
)
def test_another_status_line_is_refused(line):
    with pytest.raises(HTTPInputError):
        parse_response_start_line(line)


def test_a_status_line_has_its_parts_by_name() -> None:
    line = parse_response_start_line("HTTP/1.0 404 Not Found")
    assert ResponseStartLine._fields == ("version", "code", "reason")
    assert (line.version, line.code, line.reason) == ("HTTP/1.0", 404, "Not Found")


def test_the_parts_of_a_request_line_have_names():
    line = parse_request_start_line("PUT /a HTTP/1.0")
    assert (line.method, line.path, line.version) == ("PUT", "/a", "HTTP/1.0")
