"""The classic form: a callback that writes its answer as raw bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.httpserver import HTTPRequest, HTTPServer
from tornado.httputil import HTTPOutputError

Serve = Callable[..., Any]


def raw(request: Any) -> None:
    message = f"You requested {request.uri}\n"
    request.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(message)}\r\n\r\n{message}".encode())
    request.finish()


def test_a_callback_may_write_raw_bytes(serve: Serve) -> None:
    client = serve(raw).connect()
    for path in ("/a", "/b"):
        client.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.read_response()[2] == f"You requested {path}\n".encode()


def test_raw_bytes_may_come_in_pieces(serve: Serve) -> None:
    def pieces(request: Any) -> None:
        for piece in (b"HTTP/1.1 200 OK\r\nContent-", b"Length: 4\r\n", b"\r\nab", b"cd"):
            request.write(piece)
        request.finish()

    client = serve(pieces).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert client.read_response()[2] == b"abcd"


def test_the_connection_takes_a_whole_response_too(serve: Serve) -> None:
    def handle(request: Any) -> None:
        write = request.connection.write
        if request.path == "/pieces":
            for piece in (b"HT", b"TP/1.1 200 OK\r\nContent-Length: 4\r", b"\n\r\nab", b"cd"):
                write(piece)
        else:
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
            write(b"hello")
        request.connection.finish()

    client = serve(handle).connect()
    for path, body in ((b"/", b"hello"), (b"/pieces", b"abcd"), (b"/", b"hello")):
        client.send(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path)
        assert client.read_response()[2] == body


def test_the_connection_takes_no_body_without_a_head(serve: Serve) -> None:
    refused = []

    def handle(request: Any) -> None:
        with pytest.raises(HTTPOutputError) as caught:
            request.connection.write(b"<html>")
        refused.append(caught.value)
        raw(request)

    client = serve(handle).connect()
    client.send(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
    assert client.read_response()[2] == b"You requested /a\n"
    assert len(refused) == 1


def test_a_client_of_http_1_0_that_asks_for_nothing_is_told_nothing(serve: Serve) -> None:
    server = serve(raw)
    answer = server.exchange(b"GET / HTTP/1.0\r\n\r\n")
    assert b"Connection" not in answer
    client = server.connect()
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert client.read_response()[1]["connection"] == "Keep-Alive"


def test_a_form_of_a_classic_callback_is_parsed(serve: Serve) -> None:
    def form(request: Any) -> None:
        body = repr(request.arguments).encode()
        request.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        request.finish()

    data = serve(form).exchange(
        b"POST /?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=b"
    )
    assert data.endswith(b"{'q': [b'1'], 'a': [b'b']}")


def test_a_malformed_form_is_refused_before_the_callback(serve: Serve) -> None:
    called: list[Any] = []
    data = serve(called.append).exchange(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        b"Content-Type: multipart/form-data\r\n\r\na=b"
    )
    assert data.startswith(b"HTTP/1.1 400 ")
    assert called == []


def test_an_exception_of_the_callback_closes_the_connection_and_the_server_goes_on(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: Any) -> None:
        if request.path == "/bad":
            raise RuntimeError("a bug of the application")
        raw(request)

    server = serve(fail)
    assert server.exchange(b"GET /bad HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert b"/good" in server.exchange(b"GET /good HTTP/1.0\r\n\r\n")
    assert "Uncaught exception" in caplog.text


def test_the_classic_name_of_a_request_and_the_hook_of_a_server_are_there() -> None:
    assert HTTPRequest.__name__ == "HTTPServerRequest"
    assert callable(HTTPServer.on_close)


def test_the_request_of_a_classic_callback_has_its_classic_methods(serve: Serve) -> None:
    seen = []

    def note(request: HTTPRequest) -> None:
        seen.append(
            (request.full_url(), request.get_ssl_certificate(), request.supports_http_1_1())
        )
        raw(request)

    client = serve(note).connect()
    client.send(b"GET /a?b HTTP/1.1\r\nHost: x:80\r\n\r\n")
    client.read_response()
    assert seen == [("http://x:80/a?b", None, True)]
