"""How many functions are called for a message: a count without the noise of times."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from typing import ClassVar

import pytest

from tornado.httputil import HTTPHeaders
from tornado.iostream import IOStream
from tornado.web import Application, HTTPServer
from tornado.websocket import WebSocketHandler, broadcast
from tornado.websocket.protocol import Connection, DeflateSettings, check_response, request_headers

COUNT = 50


class Echo(WebSocketHandler):
    """Sends back what it gets."""

    handlers: ClassVar[list] = []

    def open(self):
        self.handlers.append(self)

    def get_compression_options(self):
        return {}

    def on_message(self, message):
        self.write_message(message, isinstance(message, bytes))


class Pair:
    """Both ends of a connection in one loop; the calls of the server's end are counted."""

    def __init__(self, server, *, deflate=None):
        near, self.socket = socket.socketpair()
        for sock in (near, self.socket):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
        self.stream = IOStream(near)
        server.handle_stream(self.stream, ("127.0.0.1", 1))
        self.socket.setblocking(False)
        self.deflate = deflate

    async def open(self):
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        fields = {"Host": "x", **request_headers(key, deflate=self.deflate)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.send(f"GET / HTTP/1.1\r\n{lines}\r\n".encode())
        head = await asyncio.get_running_loop().sock_recv(self.socket, 65536)
        status_line, *rest = head.decode().split("\r\n")
        received = HTTPHeaders(line.split(": ", 1) for line in rest if line)
        status = int(status_line.split()[1])
        agreement = check_response(status, received, key=key, deflate=self.deflate)[1]
        self.connection = Connection(is_client=True, agreement=agreement)
        return self

    def close(self):
        self.stream.close()
        self.socket.close()

    async def echo(self, message):
        """Send a message and wait for its answer."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self.socket, self.connection.send_binary(message))
        while not (events := self.connection.receive(await loop.sock_recv(self.socket, 1 << 20))):
            pass
        assert events == [message]

    async def count(self, message):
        """Return how many functions the server calls for an echo: of Python, and in C."""
        for _ in range(10):
            await self.echo(message)
        calls = Counter()

        def profile(frame, event, argument):
            calls[event] += 1

        protocol = self.stream._protocol
        receive = protocol.data_received

        def counted(data):
            sys.setprofile(profile)
            try:
                receive(data)
            finally:
                sys.setprofile(None)

        protocol.data_received = counted
        for _ in range(COUNT):
            await self.echo(message)
        protocol.data_received = receive
        # That of `setprofile` itself is not one of the server's.
        return calls["call"] / COUNT, calls["c_call"] / COUNT - 1


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 30))


@pytest.mark.parametrize(
    ("size", "deflate", "python", "in_c"),
    [
        (125, None, 15, 14),
        (4096, None, 18, 18),
        (65536, None, 19, 20),
        (1024, DeflateSettings(), 26, 29),
    ],
    ids=["125 B", "4 KiB", "64 KiB", "1 KiB deflated"],
)
def test_calls_of_an_echo(size, deflate, python, in_c):
    async def main():
        server = HTTPServer(Application([("/", Echo)]))
        pair = await Pair(server, deflate=deflate).open()
        counts = await pair.count(b"abcd" * (size // 4))
        pair.close()
        return counts

    counted = run(main())
    assert counted[0] <= python, counted
    assert counted[1] <= in_c, counted


def test_a_reader_that_stops_costs_the_others_no_calls():
    """The calls of a broadcast are the same whether one of its readers is stuck or not."""

    async def main():
        Echo.handlers = []
        limits = {"websocket_max_unsent": 100_000, "websocket_slow_reader": "drop"}
        server = HTTPServer(Application([("/", Echo)], **limits))
        pairs = [await Pair(server).open() for _ in range(20)]
        handlers = list(Echo.handlers)
        stuck = handlers[0]

        def calls_of_broadcast():
            calls = Counter()

            def profile(frame, event, argument):
                calls[event] += 1

            sys.setprofile(profile)
            try:
                broadcast(handlers, b"x" * 1000, binary=True)
            finally:
                sys.setprofile(None)
            return calls["call"] + calls["c_call"]

        async def read_all():
            for pair in pairs[1:]:
                data = await asyncio.get_running_loop().sock_recv(pair.socket, 1 << 20)
                assert pair.connection.receive(data) == [b"x" * 1000]

        calls_of_broadcast()
        await read_all()
        before = calls_of_broadcast()
        await read_all()
        while stuck.ws_connection.dropped_messages == 0:
            stuck.write_message(bytes(50_000), binary=True)
        during = calls_of_broadcast()
        await read_all()
        assert stuck.ws_connection.dropped_messages == 2
        assert stuck.stream.write_buffer_size <= 100_000 + 50_010
        for pair in pairs:
            pair.close()
        return before, during

    before, during = run(main())
    assert during <= before + 10
