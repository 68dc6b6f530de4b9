"""A server's connection at one end of a pair of sockets, bytes at the other."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.http1connection._server._sweep import Sweep, use_sweep
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    ResponseStartLine,
)
from tornado.iostream import IOStream


class Message(HTTPMessageDelegate):
    """Note the calls; subclasses answer."""

    def __init__(self, app: Application, connection: Any) -> None:
        self.app = app
        self.connection = connection
        self.body = b""

    def note(self, *what: Any) -> None:
        self.app.calls.append(what if len(what) > 1 else what[0])

    def headers_received(self, start_line: Any, headers: Any) -> Awaitable[None] | None:
        self.start_line, self.headers = start_line, headers
        self.note("head", start_line.method, start_line.path)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self.body += chunk
        return None

    def finish(self) -> None:
        self.note("finish", self.body)
        self.answer(self.body)

    def on_connection_close(self) -> None:
        self.note("lost")

    def answer(self, body: bytes, **fields: str) -> None:
        self.connection.respond(200, "OK", HTTPHeaders(fields), b"<" + body + b">")


class Application(HTTPServerConnectionDelegate):
    """Make a message delegate for each request, and keep the calls of all of them."""

    def __init__(self, message: type[Message] = Message) -> None:
        self.message = message
        self.calls: list[Any] = []
        self.messages: list[Message] = []

    def start_request(self, server_conn: object, request_conn: object) -> HTTPMessageDelegate:
        message = self.message(self, request_conn)
        self.messages.append(message)
        return message

    def on_close(self, server_conn: object) -> None:
        self.calls.append("closed")


class Call:
    """A call that a clock will make."""

    def __init__(self, when: float, callback: Callable[[], object]) -> None:
        self.when = when
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class TurnedClock:
    """A clock that a test turns, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._calls: list[Call] = []

    @property
    def delays(self) -> list[float]:
        """After how many seconds something is still to be called."""
        return [call.when - self.now for call in self._calls if not call.is_cancelled]

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> Call:
        call = Call(self.now + delay, callback)
        self._calls.append(call)
        return call

    def turn(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [call for call in self._calls if call.when <= end]:
            call = min(due, key=lambda each: each.when)
            self._calls.remove(call)
            if not call.is_cancelled:
                self.now = call.when
                call.callback()
        self.now = end


class Wire:
    """The client's end: asyncio streams, and the server's connection beside them.

    :param is_timed: let deadlines pass on the real clock, instead of when the test turns one.
    """

    def __init__(self, app: Application, *, is_timed: bool = False, **params: Any) -> None:
        self.app = app
        self.params = params
        self.clock = TurnedClock()
        self._is_timed = is_timed

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        if not self._is_timed:
            use_sweep(loop, Sweep(loop, self.clock))
        ours, theirs = socket.socketpair()
        self.stream = IOStream(theirs)
        self.server = HTTP1ServerConnection(self.stream, HTTP1ConnectionParameters(**self.params))
        self.server.start_serving(self.app)
        ours.setblocking(False)
        self.reader, self.writer = await asyncio.open_connection(sock=ours)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.writer.close()
        self.stream.close()
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that is about to."""
        for _ in range(12):
            await asyncio.sleep(0)
        await asyncio.sleep(0.002)

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.settle()

    async def turn(self, seconds: float) -> None:
        """Let time pass, with everything that happens before and after."""
        await self.settle()
        self.clock.turn(seconds)
        await self.settle()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for something that happens without the client."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.001)

    async def fill(self) -> None:
        """Take nothing, until something waits on the other side."""
        self.writer.transport.pause_reading()
        await self.until(lambda: self.stream.write_buffer_size)

    async def read_all(self) -> bytes:
        """Read until the server closes."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def read_some(self) -> bytes:
        async with asyncio.timeout(10):
            return await self.reader.read(65536)


@pytest.fixture
def message() -> type[Message]:
    return Message


@pytest.fixture
def application() -> type[Application]:
    return Application


@pytest.fixture
def wire() -> type[Wire]:
    return Wire


@pytest.fixture
def run() -> Callable[[Any], Any]:
    """Run a coroutine to its end, with a deadline."""

    def runner(coroutine: Any) -> Any:
        return asyncio.run(asyncio.wait_for(coroutine, 30))

    return runner


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def ok() -> ResponseStartLine:
    return ResponseStartLine("", 200, "OK")
