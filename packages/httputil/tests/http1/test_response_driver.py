"""A client of one's own that keeps its connection: responses one after the other."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from tornado.http1connection import (
    HTTP1ConnectionParameters,
    ProtocolError,
    ResponseDriver,
    ResponseHead,
)
from tornado.iostream import IOStream, StreamClosedError

LIMITS = HTTP1ConnectionParameters()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"


class Recorder(ResponseDriver):
    def __init__(self, stream: IOStream) -> None:
        super().__init__(stream, LIMITS)
        self.notes: list[Any] = []
        self.held: asyncio.Future[None] | None = None
        stream.set_protocol(self)

    def ask(self) -> None:
        self.is_reading = True

    def take_head(self, head: ResponseHead) -> None:
        self.notes.append(head.start_line.code)

    def take_data(self, chunk: bytes) -> asyncio.Future[None] | None:
        self.notes.append(chunk)
        return self.held

    def take_end(self, end: Any) -> None:
        self.notes.append(("end", self.keep_alive))
        self.stop_reading()

    def fail(self, error: BaseException, *, is_cut_off: bool = False) -> None:
        self.notes.append((type(error), is_cut_off))
        self.stop_reading()

    def take_unasked(self, data: bytes) -> None:
        self.notes.append(("unasked", data))


@pytest.fixture
def play(run):
    """Run a scene with a driver and the socket of its server."""

    def player(scene):
        async def whole():
            ours, theirs = socket.socketpair()
            stream = IOStream(theirs)
            driver = Recorder(stream)

            async def send(data: bytes) -> None:
                ours.sendall(data)
                await asyncio.sleep(0.01)

            try:
                await scene(driver, send, ours)
            finally:
                ours.close()
                stream.close()
            return driver.notes

        return run(whole())

    return player


def test_one_driver_reads_any_number_of_responses(play):
    async def scene(driver, send, server):
        for _ in range(2):
            driver.ask()
            await send(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK)
            assert not driver.is_answered
            assert not driver.is_reading

    assert play(scene) == [103, 200, b"body", ("end", True)] * 2


def test_bytes_that_answer_nothing_are_told_apart(play):
    async def scene(driver, send, server):
        await send(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        assert not driver.is_answered

    assert play(scene) == [("unasked", b"HTTP/1.1 408 Request Timeout\r\n\r\n")]


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close", False),
        (b"HTTP/1.0 200 OK", False),
        (OK[:15], True),
    ],
)
def test_the_server_says_whether_the_connection_stays_open(play, head, kept):
    async def scene(driver, send, server):
        driver.ask()
        await send(head + b"\r\nContent-Length: 0\r\n\r\n")
        driver.ask()
        await send(OK)

    assert play(scene) == [200, ("end", kept), 200, b"body", ("end", True)]


def test_an_awaitable_holds_the_rest_of_a_body_and_the_end_of_the_stream_back(play):
    async def scene(driver, send, server):
        driver.held = asyncio.get_running_loop().create_future()
        driver.ask()
        await send(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        await send(b"second")
        server.close()
        await asyncio.sleep(0.01)
        assert driver.notes == [200, b"first"]
        held, driver.held = driver.held, None
        held.set_result(None)
        await asyncio.sleep(0.01)

    assert play(scene) == [200, b"first", b"second", ("end", False)]


def test_an_error_of_what_was_waited_for_ends_the_response(play):
    async def scene(driver, send, server):
        driver.held = asyncio.get_running_loop().create_future()
        driver.ask()
        await send(OK[:-2])
        driver.held.set_exception(KeyError("x"))
        await asyncio.sleep(0.01)

    assert play(scene) == [200, b"bo", (KeyError, False)]


@pytest.mark.parametrize(
    ("data", "error"), [(b"", StreamClosedError), (OK[:-1], ProtocolError), (OK[:9], ProtocolError)]
)
def test_a_stream_that_ends_too_early_is_cut_off(play, data, error):
    async def scene(driver, send, server):
        driver.ask()
        await send(data)
        server.close()
        await asyncio.sleep(0.01)

    assert play(scene)[-1] == (error, True)


def test_too_many_interim_responses_are_refused(play):
    async def scene(driver, send, server):
        for count in (10, 11):
            driver.ask()
            await send(b"HTTP/1.1 100 Continue\r\n\r\n" * count + OK)

    assert play(scene) == [
        *[100] * 10,
        200,
        b"body",
        ("end", True),
        *[100] * 10,
        (ProtocolError, False),
    ]


def test_cancelling_what_was_waited_for_reads_on(play):
    async def scene(driver, send, server):
        driver.held = asyncio.get_running_loop().create_future()
        driver.ask()
        await send(OK[:-2])
        driver.stop_reading()
        assert driver.held.cancelled()
        await send(b"dy")

    assert play(scene) == [200, b"bo", ("unasked", b"dy")]


def test_a_driver_names_the_method_that_it_lacks():
    driver = ResponseDriver(None, LIMITS)  # type: ignore[arg-type]  # it is not used
    for call in (driver.take_head, driver.take_end, driver.fail):
        with pytest.raises(NotImplementedError, match="ResponseDriver does not define"):
            call(None)
