"""The client's side, against servers that are written down byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from contextlib import suppress
from typing import Any, Self

import pytest

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPOutputError,
    RequestStartLine,
)
from tornado.iostream import IOStream, StreamClosedError


class Response(HTTPMessageDelegate):
    """Collect one response."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.body = b""
        self.ends: list[str] = []

    def headers_received(self, start_line: Any, headers: Any) -> Any:
        self.codes.append(start_line.code)
        self.headers = headers

    def data_received(self, chunk: bytes) -> Any:
        self.body += chunk

    def finish(self) -> None:
        self.ends.append("finish")

    def on_connection_close(self) -> None:
        self.ends.append("lost")


class Asking:
    """A client's connection whose server says what it is told to."""

    def __init__(self, method: str = "GET", **params: Any) -> None:
        self.method = method
        ours, self.server = socket.socketpair()
        self.server.setblocking(False)
        self.stream = IOStream(ours)
        self.connection = HTTP1Connection(self.stream, True, HTTP1ConnectionParameters(**params))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server.close()
        self.stream.close()

    def ask(self, delegate: HTTPMessageDelegate) -> asyncio.Future[bool]:
        headers = HTTPHeaders({"Host": "x"})
        self.connection.write_headers(RequestStartLine(self.method, "/", "HTTP/1.1"), headers)
        self.connection.finish()
        self.server.recv(65536)
        return self.connection.read_response(delegate, raise_error=True)


async def answered(
    pieces: list[bytes], *, closes: bool = True, **options: Any
) -> tuple[Any, Response]:
    """Give what the future of the response gives, or raises, and what the delegate saw."""
    response = options.pop("delegate", None) or Response()
    with Asking(**options) as asking:
        done = asking.ask(response)
        for piece in pieces:
            with suppress(BrokenPipeError):  # the client may have had enough
                asking.server.sendall(piece)
            for _ in range(4):
                await asyncio.sleep(0)
        if closes:
            asking.server.close()
        try:
            result: Any = await asyncio.wait_for(done, 10)
        except (HTTPInputError, StreamClosedError) as error:
            result = type(error).__name__
        return result, response


HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n"

# The bytes of the server, the method, the result (whether the connection can be used again, or the
# error), the codes, the body.
CASES: dict[str, tuple[bytes, str, Any, list[int], bytes]] = {
    "a length": (HELLO, "GET", True, [200], b"hello"),
    "chunks": (CHUNKED, "GET", True, [200], b"hello"),
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\nhello", "GET", False, [200], b"hello"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nhello", "GET", False, [200], b"hello"),
    "HTTP/1.0 with a length": (HELLO.replace(b"1.1", b"1.0"), "GET", False, [200], b"hello"),
    "asked to close": (
        HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        "GET",
        False,
        [200],
        b"hello",
    ),
    "HEAD": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", True, [200], b""),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", "GET", True, [204], b""),
    "304": (b"HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", "GET", True, [304], b""),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + HELLO,
        "GET",
        True,
        [100, 103, 200],
        b"hello",
    ),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "GET", True, [200], b""),
    "equal lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "GET",
        True,
        [200],
        b"hello",
    ),
    "two content types": (
        b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n\r\n",
        "GET",
        True,
        [200],
        b"",
    ),
    "a folded field": (
        HELLO.replace(b"OK\r\n", b"OK\r\nA: b\r\n c\r\n"),
        "GET",
        True,
        [200],
        b"hello",
    ),
    "S2 two transfer encodings": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n", 1),
        "GET",
        "ProtocolError",
        [],
        b"",
    ),
    "S2 a folded transfer encoding": (
        CHUNKED.replace(b": chunked", b":\r\n chunked", 1),
        "GET",
        "ProtocolError",
        [],
        b"",
    ),
    "S20 bytes after the response": (HELLO + HELLO, "GET", False, [200], b"hello"),
    "S20 bytes after a HEAD": (HELLO, "HEAD", False, [200], b""),
    "S1 different lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "GET",
        "ProtocolError",
        [],
        b"",
    ),
    "S2 both framings": (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n", 1),
        "GET",
        "ProtocolError",
        [],
        b"",
    ),
    "S3 a bad chunk": (CHUNKED.replace(b"3;a", b"+3"), "GET", "ProtocolError", [200], b"he"),
    "S3 no last chunk": (CHUNKED[:-20], "GET", "ProtocolError", [200], b"hello"),
    "a body cut off": (HELLO[:-1], "GET", "ProtocolError", [200], b"hell"),
    "a head cut off": (b"HTTP/1.1 200 OK\r\nA", "GET", "ProtocolError", [], b""),
    "nothing": (b"", "GET", "StreamClosedError", [], b""),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", "GET", "ProtocolError", [], b""),
    "eleven interim responses": (
        b"HTTP/1.1 102 Processing\r\n\r\n" * 11 + HELLO,
        "GET",
        "ProtocolError",
        [102] * 10,
        b"",
    ),
    "a switch that nobody asked for": (
        b"HTTP/1.1 101 Switching\r\n\r\nraw",
        "GET",
        "ProtocolError",
        [101],
        b"",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_response_is_read_however_its_bytes_are_cut(run, name):
    data, method, result, codes, body = CASES[name]
    cuts = [[data] if data else [], [data[at : at + 1] for at in range(len(data))]]
    cuts += [[data[:at], data[at:]] for at in range(1, len(data), 5)]

    async def scene():
        for pieces in cuts:
            given, response = await answered(pieces, method=method)
            if given is not result and name.startswith("S20 bytes") and len(pieces) > 1:
                continue  # what comes after the response is for what keeps the connection
            assert given == result
            assert response.codes == codes
            if isinstance(result, bool):
                assert response.body == body
                assert response.ends == ["finish"]
            else:
                assert body.startswith(response.body)
                assert response.ends == ["lost"]

    run(scene())


def test_trailers_are_there_at_the_end(run):
    async def scene():
        with Asking() as asking:
            done = asking.ask(Response())
            asking.server.sendall(CHUNKED)
            assert await done is True
            assert dict(asking.connection.trailers) == {"X-Sum": "1"}

    run(scene())


def test_a_connection_serves_a_second_exchange(run):
    async def scene():
        with Asking() as asking:
            done = asking.ask(Response())
            asking.server.sendall(HELLO)
            assert await done is True
            second = Response()
            connection = HTTP1Connection(asking.stream, True)
            start_line = RequestStartLine("GET", "/", "HTTP/1.1")
            connection.write_headers(start_line, HTTPHeaders({"Host": "x"}))
            connection.finish()
            done = connection.read_response(second)
            asking.server.sendall(CHUNKED)
            assert await done is True
            assert second.body == b"hello"

    run(scene())


@pytest.mark.parametrize("method", ["headers_received", "data_received", "finish"])
def test_an_error_of_the_delegate_is_logged_and_ends_the_connection(run, caplog, method):
    closed = []

    def fail(*_arguments):
        raise ValueError("a bug of the delegate")

    async def scene():
        with Asking() as asking:
            asking.ask(Response()).cancel()
        with Asking() as asking:
            response = Response()
            setattr(response, method, fail)
            response.on_connection_close = lambda: closed.append(True)
            connection = HTTP1Connection(asking.stream, True)
            done = connection.read_response(response)
            asking.server.sendall(HELLO)
            assert await done is False
            assert asking.stream.closed()

    run(scene())
    assert closed == [True]
    assert "Uncaught exception while a response was received" in caplog.text


def test_a_response_that_breaks_the_protocol_is_logged(run, caplog):
    async def scene():
        with Asking() as asking:
            connection = HTTP1Connection(asking.stream, True)
            done = connection.read_response(Response())
            asking.server.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfooXX"
            )
            assert await done is False

    with caplog.at_level(logging.INFO):
        run(scene())
    assert "Malformed HTTP message from a server: improperly terminated chunk" in caplog.text


def test_a_connection_that_ends_too_early_gives_false(run, caplog):
    async def scene():
        with Asking() as asking:
            connection = HTTP1Connection(asking.stream, True)
            done = connection.read_response(Response())
            asking.server.close()
            assert await done is False

    run(scene())
    assert not caplog.records


def test_a_cancelled_response_closes_the_connection(run):
    async def scene():
        with Asking() as asking:
            response = Response()
            done = asking.ask(response)
            asking.server.sendall(HELLO[:-2])
            await asyncio.sleep(0.01)
            done.cancel()
            await asyncio.sleep(0.01)
            assert asking.stream.closed()
            assert response.ends == ["lost"]

    run(scene())


def test_an_error_of_the_delegate_reaches_the_waiting_caller(run):
    class Failing(Response):
        def finish(self) -> None:
            super().finish()
            raise RuntimeError("a bug of the application")

    async def scene():
        response = Failing()
        with pytest.raises(RuntimeError):
            await answered([HELLO], delegate=response)
        assert response.ends == ["finish", "lost"]

    run(scene())


def test_a_delegate_holds_the_body_back(run):
    class Slow(Response):
        async def headers_received(self, start_line: Any, headers: Any) -> None:
            super().headers_received(start_line, headers)
            await asyncio.sleep(0.02)

        async def data_received(self, chunk: bytes) -> None:
            await asyncio.sleep(0.01)
            self.body += chunk

    async def scene():
        for data in (HELLO, CHUNKED, b"HTTP/1.1 200 OK\r\n\r\nhello"):
            for pieces in ([data], [data[:-2], data[-2:]]):
                result, response = await answered(pieces, delegate=Slow())
                assert response.body == b"hello"
                assert response.ends == ["finish"]
                assert isinstance(result, bool)

    run(scene())


def test_a_switch_of_protocols_hands_the_stream_over_with_every_byte(run):
    class Switching(Response):
        def headers_received(self, start_line: Any, headers: Any) -> None:
            self.stream = self.connection.detach()

    async def scene():
        with Asking() as asking:
            response = Switching()
            response.connection = asking.connection
            done = asking.ask(response)
            asking.server.sendall(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nraw ")
            assert await done is False
            asking.server.sendall(b"bytes")
            assert await response.stream.read_bytes(9) == b"raw bytes"

    run(scene())


TEXT = b"a line of text, repeated to be compressed\n" * 2000


def compressed(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def test_a_compressed_response_is_decompressed(run):
    async def scene():
        result, response = await answered([compressed(gzip.compress(TEXT))], decompress=True)
        assert result is True
        assert response.body == TEXT
        assert response.headers["X-Consumed-Content-Encoding"] == "gzip"

    run(scene())


@pytest.mark.parametrize(
    "data",
    [
        compressed(gzip.compress(TEXT) + b"garbage"),
        compressed(gzip.compress(TEXT)[:-3]),
        compressed(gzip.compress(b"\0" * 20_000_000)),
        b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"\0" * 20_000_000),
    ],
    ids=["garbage", "cut", "bomb", "bomb in HTTP/1.0"],
)
def test_s11_a_bad_compressed_response_is_an_error(run, data):
    async def scene():
        result, response = await answered([data], decompress=True, max_body_size=10_000_000)
        assert result == "ProtocolError"
        assert response.ends == ["lost"]

    run(scene())


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000,
        b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 2000,
    ],
    ids=["length", "chunks", "HTTP/1.0"],
)
def test_s11_a_response_above_the_limit_is_an_error(run, data):
    async def scene():
        assert (await answered([data], max_body_size=1000))[0] == "ProtocolError"

    run(scene())


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GE T", "/"),
        ("GET\r\n", "/"),
        ("", "/"),
        ("GET", "/ HTTP/1.1\r\nA: b"),
        ("GET", "/\x00"),
        ("GET", ""),
    ],
)
def test_s20_a_bad_request_line_is_never_sent(run, method, target):
    async def scene():
        with Asking() as asking:
            with pytest.raises(HTTPOutputError):
                asking.connection.write_headers(
                    RequestStartLine(method, target, "HTTP/1.1"), HTTPHeaders({"Host": "x"})
                )
            with pytest.raises(BlockingIOError):
                asking.server.recv(1)

    run(scene())


def test_a_client_and_our_server_understand_each_other(run, wire, application):
    async def scene():
        app = application()
        ours, theirs = socket.socketpair()
        from tornado.http1connection import HTTP1ServerConnection

        server = HTTP1ServerConnection(IOStream(theirs))
        server.start_serving(app)
        stream = IOStream(ours)
        for body in (b"", b"hello", b"x" * 300_000):
            connection = HTTP1Connection(stream, True)
            response = Response()
            connection.write_headers(
                RequestStartLine("POST", "/", "HTTP/1.1"), HTTPHeaders({"Host": "x"})
            )
            connection.write(body)
            connection.finish()
            assert await connection.read_response(response) is True
            assert response.body == b"<" + body + b">"
        stream.close()
        await server.close()

    run(scene())


def test_bytes_of_a_field_leave_as_those_bytes(run):
    async def send(headers: HTTPHeaders) -> bytes:
        with Asking() as asking:
            asking.connection.write_headers(RequestStartLine("GET", "/", "HTTP/1.1"), headers)
            asking.connection.finish()
            return asking.server.recv(65536)

    sent = run(send(HTTPHeaders({"Host": "x", "A": b"\xc5\xbc", "B": [b"\xff", "c"]})))
    assert b"\r\nA: \xc5\xbc\r\nB: \xff\r\nB: c\r\n" in sent
    with pytest.raises(HTTPOutputError, match=r"Illegal characters .* in header A"):
        run(send(HTTPHeaders({"Host": "x", "A": b"b\r\nc: d"})))
