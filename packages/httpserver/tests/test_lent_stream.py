"""A handler that reads and writes on the stream of its request, without detaching it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.iostream import StreamClosedError

Serve = Callable[..., Any]

CONNECT = b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"
ESTABLISHED = b"HTTP/1.0 200 Connection established\r\n\r\n"


async def echo_lines(request: HTTPServerRequest) -> None:
    """Answer CONNECT, and then each line with itself, as a proxy would pass it on."""
    stream: Any = request.connection.stream  # type: ignore[union-attr]  # a server's has one
    await stream.write(ESTABLISHED)
    try:
        while True:
            await stream.write(b"> " + await stream.read_until(b"\n"))
    except StreamClosedError:
        return


def read_exactly(client: Any, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += client.socket.recv(count - len(data))
    return data


def test_a_tunnel_reads_what_comes_after_the_answer(serve: Serve) -> None:
    client = serve(echo_lines).connect()
    client.send(CONNECT)
    assert read_exactly(client, len(ESTABLISHED)) == ESTABLISHED
    for line in (b"one\n", b"two\n", b"GET / HTTP/1.1\n"):
        client.send(line)
        assert read_exactly(client, len(line) + 2) == b"> " + line


def test_a_tunnel_gets_what_came_with_the_request(serve: Serve) -> None:
    client = serve(echo_lines).connect()
    client.send(CONNECT + b"early\nlate")
    assert read_exactly(client, len(ESTABLISHED) + 8) == ESTABLISHED + b"> early\n"
    client.send(b"r\n")
    assert read_exactly(client, 8) == b"> later\n"


def test_a_tunnel_hears_of_the_end_and_the_server_forgets_the_connection(serve: Serve) -> None:
    ended: list[str] = []
    both = threading.Event()

    def note(what: str) -> None:
        ended.append(what)
        if len(ended) == 2:
            both.set()

    async def handle(request: HTTPServerRequest) -> None:
        await echo_lines(request)
        note("read")

    def app(request: HTTPServerRequest) -> Any:
        connection: Any = request.connection
        connection.set_close_callback(lambda: note("closed"))
        return handle(request)

    running = serve(app)
    client = running.connect()
    client.send(CONNECT)
    read_exactly(client, len(ESTABLISHED))
    client.socket.close()
    assert both.wait(10)
    assert sorted(ended) == ["closed", "read"]
    assert running.call(lambda: len(running.server._connections)) == 0


def test_a_tunnel_can_go_on_over_tls(serve: Serve) -> None:
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.com").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)

    async def handle(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        await connection.stream.write(ESTABLISHED)
        secure = await connection.stream.start_tls(True, server_side)
        await secure.write(b"> " + await secure.read_until(b"\n"))
        secure.close()

    client = serve(handle).connect()
    client.send(CONNECT)
    read_exactly(client, len(ESTABLISHED))
    client.socket = client_side.wrap_socket(client.socket, server_hostname="example.com")
    client.send(b"secret\n")
    assert read_exactly(client, 9) == b"> secret\n"


def test_classic_callbacks_on_the_stream_work_too(serve: Serve) -> None:
    def handle(request: Any) -> None:
        stream = request.connection.stream

        def answer(line: bytes) -> None:
            stream.write(b"> " + line)
            stream.read_until(b"\n", answer)

        stream.write(ESTABLISHED)
        stream.read_until(b"\n", answer)

    client = serve(handle).connect()
    client.send(CONNECT + b"one\ntwo\n")
    assert read_exactly(client, len(ESTABLISHED) + 12) == ESTABLISHED + b"> one\n> two\n"


def test_a_request_is_served_after_a_handler_has_read_a_part_by_itself(serve: Serve) -> None:
    async def handle(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        word = b"nothing"
        if request.path == "/read":
            word = await connection.stream.read_until(b"\n")
        connection.write_headers(
            ResponseStartLine("HTTP/1.1", 200, "OK"),
            HTTPHeaders({"Content-Length": str(len(word))}),
        )
        connection.write(word)
        connection.finish()

    get = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
    client = serve(handle).connect()
    client.send(get % b"/read" + b"word\n" + get % b"/a")
    assert client.read_response()[2] == b"word\n"
    assert client.read_response()[2] == b"nothing"
    client.send(get % b"/read" + b"again\n")
    assert client.read_response()[2] == b"again\n"


def test_reading_is_refused_while_the_body_comes(serve: Serve) -> None:
    from tornado.httputil import HTTPMessageDelegate, HTTPServerConnectionDelegate

    refused = []

    class Streaming(HTTPMessageDelegate):
        def __init__(self, connection: Any) -> None:
            self.connection = connection

        def data_received(self, chunk: bytes) -> None:
            with pytest.raises(
                RuntimeError, match="a protocol takes this stream's input"
            ) as caught:
                self.connection.stream.read_bytes(1)
            refused.append(caught.value)

        def finish(self) -> None:
            self.connection.write_headers(
                ResponseStartLine("HTTP/1.1", 204, "No Content"), HTTPHeaders()
            )
            self.connection.finish()

    class App(HTTPServerConnectionDelegate):
        def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
            return Streaming(request_conn)

    client = serve(App()).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
    assert client.read_response()[0] == 204
    assert refused
