"""What a client may do is limited (S6, S8, S11)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httpserver import BodyLimits, HTTPServer
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
)

Serve = Callable[..., Any]

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def post(path: bytes, size: int) -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (
        path,
        size,
    )


def by_path(start_line: RequestStartLine, headers: HTTPHeaders) -> BodyLimits | None:
    if start_line.path == "/upload":
        return BodyLimits(max_body_size=2000)
    if start_line.path == "/slow":
        return BodyLimits(body_timeout=0.1)
    if start_line.path == "/events":
        return BodyLimits(min_body_rate=0)
    return None


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [(b"/", 100, 200), (b"/", 101, 413), (b"/upload", 2000, 200), (b"/upload", 2001, 413)],
)
def test_s11_the_limit_of_a_body_may_depend_on_the_request(
    serve: Serve, path: bytes, size: int, status: int
) -> None:
    server = serve(max_body_size=100, limits=by_path)
    assert server.exchange(post(path, size) + b"x" * size).startswith(b"HTTP/1.1 %d " % status)


def test_s8_the_time_for_a_body_may_depend_on_the_request(serve: Serve) -> None:
    client = serve(limits=by_path, idle_connection_timeout=0.5).connect()
    client.send(post(b"/slow", 5))
    assert client.read_until_close().startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(("path", "status"), [(b"/", 408), (b"/events", 200)])
def test_s8_the_rate_of_a_body_may_depend_on_the_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, path: bytes, status: int
) -> None:
    monkeypatch.setattr("tornado.http1connection._server._deadlines.RATE_WINDOW", 0.05)
    client = serve(limits=by_path, min_body_rate=1000, head_timeout=0.05).connect()
    client.send(post(path, 5) + b"1234")
    time.sleep(0.3)
    client.send(b"5")
    assert client.read_until_close().startswith(b"HTTP/1.1 %d " % status)


def test_s11_a_body_that_is_too_large_is_refused_before_it_is_read(serve: Serve) -> None:
    client = serve(max_body_size=100).connect()
    client.send(post(b"/", 10**12))
    answer = client.read_until_close()
    assert answer.startswith(b"HTTP/1.1 413 Content Too Large\r\n")
    assert b"Connection: close\r\n" in answer


@pytest.mark.parametrize(
    "fields",
    [b"A: " + b"b" * 2000 + b"\r\n", b"".join(b"A-%d: b\r\n" % n for n in range(20))],
    ids=["long", "many"],
)
def test_s6_a_head_beyond_the_limits_is_answered_with_431(serve: Serve, fields: bytes) -> None:
    server = serve(max_header_size=1000, max_header_count=10)
    data = b"GET / HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n"
    assert server.exchange(data).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


def test_s8_a_head_has_a_deadline_of_its_own(serve: Serve) -> None:
    client = serve(head_timeout=0.1).connect()
    client.send(b"GET / HT")
    assert client.read_until_close().startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_s8_a_tls_handshake_has_a_deadline(serve: Serve, tls: Any) -> None:
    client = serve(ssl_options=tls.server, handshake_timeout=0.1).connect()
    began = time.monotonic()
    assert client.read_until_close() == b""
    assert time.monotonic() - began < 5


def test_s8_connections_are_counted_in_all_and_per_address(serve: Serve) -> None:
    for options in ({"max_connections": 2}, {"max_connections_per_address": 2}):
        server = serve(**options)
        clients = [server.connect() for _ in range(2)]
        for client in clients:
            client.send(GET)
            assert client.read_response()[0] == 200
        refused = server.connect()
        assert refused.read_until_close() == b""
        clients[0].socket.close()
        deadline = time.monotonic() + 5
        while len(server.server._connections) > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        again = server.connect()
        again.send(GET)
        assert again.read_response()[0] == 200


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(TypeError, match="max_hedder_size"):
        HTTPServer(lambda request: None, max_hedder_size=1)


def test_a_long_response_over_tls_arrives_whole_after_connection_close(
    serve: Serve, tls: Any
) -> None:
    size = 5_000_000

    def long(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.respond(200, "OK", HTTPHeaders(), b"x" * size)

    server = serve(long, ssl_options=tls.server)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    with tls.client.wrap_socket(raw, server_hostname="127.0.0.1") as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := client.recv(1 << 20):
            received += piece
            time.sleep(0.001)
    assert len(received.partition(b"\r\n\r\n")[2]) == size


def test_s7_a_refusal_reaches_a_client_that_still_sends_over_tls(serve: Serve, tls: Any) -> None:
    server = serve(ssl_options=tls.server, max_body_size=100)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    with tls.client.wrap_socket(raw, server_hostname="127.0.0.1") as client:
        client.sendall(post(b"/", 10**6))
        client.sendall(b"x" * 500_000)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")
        client.sendall(b"x" * 100_000)


def test_s7_a_refusal_reaches_a_client_that_still_sends(serve: Serve) -> None:
    client = serve(max_body_size=100).connect()
    client.send(post(b"/", 10**7) + b"x" * 3_000_000)
    assert client.read_until_close().startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /\x1b[2J\x07 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\x85b\xe2\x80\xa8c/\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX\nforged: line\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\x1b[31m\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\x1b]0;title\x07\r\n",
    ],
    ids=["target", "host", "name", "length", "chunk"],
)
def test_s22_nothing_of_a_client_can_forge_a_line_of_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    with caplog.at_level("INFO", logger="tornado.general"):
        assert serve().exchange(data).startswith(b"HTTP/1.1 400 ")
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(" from ")[0] for message in messages] == ["Malformed HTTP message"]
    assert messages[0].isascii()
    assert messages[0].isprintable()


def seconds_until_close(client: Any) -> tuple[float, bytes]:
    begin = time.monotonic()
    data = client.read_until_close()
    return time.monotonic() - begin, data


def test_s8_a_head_takes_no_longer_than_the_idle_time_that_was_chosen(serve: Serve) -> None:
    clients = []
    for options in ({}, {"head_timeout": 30}, {"head_timeout": None}):
        client = serve(idle_connection_timeout=0.2, **options).connect()
        client.send(b"GET / HTTP/1.1\r\n")
        clients.append(client)
    for client in clients:
        seconds, data = seconds_until_close(client)
        assert data.startswith(b"HTTP/1.1 408 ")
        assert seconds < 8


def test_a_head_may_have_less_time_than_an_idle_connection(serve: Serve) -> None:
    client = serve(idle_connection_timeout=30, head_timeout=0.2).connect()
    client.send(b"GET / HTTP/1.1\r\n")
    assert seconds_until_close(client)[0] < 8


def test_s8_a_handshake_takes_no_longer_than_the_idle_time_that_was_chosen(
    serve: Serve, tls: Any
) -> None:
    client = serve(idle_connection_timeout=0.2, ssl_options=tls.server).connect()
    client.send(b"\x16\x03\x01")
    assert seconds_until_close(client)[0] < 8


def test_s8_a_proxy_header_takes_no_longer_than_the_idle_time_that_was_chosen(
    serve: Serve,
) -> None:
    options = {"proxy_protocol": ["127.0.0.1"], "idle_connection_timeout": 0.2}
    clients = []
    for timeout in ({}, {"handshake_timeout": None}):
        client = serve(**options, **timeout).connect()
        client.send(b"PROXY ")
        clients.append(client)
    for client in clients:
        assert seconds_until_close(client)[0] < 8


@pytest.mark.parametrize("is_chosen_early", [True, False])
def test_s8_the_rest_of_a_body_is_not_awaited_beyond_its_time(
    serve: Serve, is_chosen_early: bool
) -> None:
    class Early(HTTPMessageDelegate):
        def __init__(self, connection: Any) -> None:
            self.connection = connection

        def headers_received(self, start_line: Any, headers: Any) -> None:
            if is_chosen_early:
                self.data_received(b"")

        def data_received(self, chunk: bytes) -> None:
            if not self.connection.has_begun:
                self.connection.respond(200, "OK", HTTPHeaders(), b"early")

        def finish(self) -> None:
            pass

    class Application(HTTPServerConnectionDelegate):
        def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
            return Early(request_conn)

    client = serve(Application(), body_timeout=0.2).connect()
    for _ in range(2):  # the time of a first body does not count for the second
        client.send(post(b"/", 4).replace(b"Connection: close\r\n", b"") + b"body")
        assert client.read_response()[2] == b"early"
    client.send(post(b"/", 4).replace(b"Connection: close\r\n", b"") + b"bod")
    assert client.read_response()[2] == b"early"
    assert seconds_until_close(client)[0] < 8
