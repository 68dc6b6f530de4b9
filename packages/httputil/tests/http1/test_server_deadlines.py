"""Slow clients, and clients that send much at once: deadlines and turns (S7, S8, S9)."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, ResponseStartLine
from tornado.iostream import StreamClosedError

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


def bodies(data: bytes) -> list[bytes]:
    return [part.partition(b"\r\n\r\n")[2] for part in data.split(b"HTTP/1.1 200 OK")[1:]]


def test_s8_a_head_that_takes_too_long_is_answered_with_408(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            await client.send(b"GET / HTTP/1.1\r\n")
            for _ in range(4):  # a byte now and then does not help
                await client.turn(20)
                client.writer.write(b"A")
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_a_head_that_takes_too_long_is_answered_with_408_by_the_real_clock(
    run, wire, application
):
    async def scene():
        async with wire(application(), is_timed=True, head_timeout=0.1) as client:
            await client.send(b"GET / HTTP/1.1\r\n")
            for _ in range(4):
                await asyncio.sleep(0.04)
                client.writer.write(b"A")
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_the_head_deadline_does_not_hold_for_the_time_between_requests(run, wire, application):
    async def scene():
        async with wire(application(), head_timeout=5) as client:
            await client.send(GET)
            await client.read_some()
            await client.turn(20)
            await client.send(GET)
            assert bodies(await client.read_some()) == [b"<>"]

    run(scene())


def test_s8_an_idle_connection_is_closed_after_its_time(run, wire, application):
    async def scene():
        async with wire(application(), header_timeout=100) as client:
            await client.send(GET)
            await client.read_some()
            await client.turn(95)
            assert not client.stream.closed()
            await client.turn(10)
            assert client.stream.closed()

    run(scene())


def test_s8_a_body_below_the_minimum_rate_is_answered_with_408(run, wire, application):
    async def scene():
        async with wire(application(), min_body_rate=1000, body_timeout=None) as client:
            await client.send(POST[:-5] + b"4000\r\n\r\n" + b"ab")
            await client.turn(15)
            assert not client.reader._buffer  # nothing is required in the first window
            await client.turn(10)
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_a_body_below_the_minimum_rate_is_answered_with_408_by_the_real_clock(
    run, wire, application, monkeypatch
):
    monkeypatch.setattr("tornado.http1connection._server._deadlines.RATE_WINDOW", 0.1)

    async def scene():
        limits = {"min_body_rate": 1000, "body_timeout": None, "head_timeout": 0.1}
        async with wire(application(), is_timed=True, **limits) as client:
            await client.send(POST[:-5] + b"4000\r\n\r\n" + b"ab")
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_a_body_above_the_minimum_rate_is_taken_and_its_limit_counts_all_of_it(
    run, wire, application
):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def scene():
        async with wire(application(), min_body_rate=10, max_body_size=1000) as client:
            await client.send(head)
            for _ in range(8):
                client.writer.write(b"64\r\n" + b"x" * 100 + b"\r\n")
                await client.turn(6)
            assert not client.stream.closed()
            await client.send(b"12c\r\n" + b"x" * 300 + b"\r\n")
            assert (await client.read_some()).startswith(b"HTTP/1.1 413 ")

    run(scene())


def test_s8_a_body_has_a_minimum_rate_by_default(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            await client.send(POST[:-5] + b"4000\r\n\r\n")
            async with asyncio.timeout(10):
                while not (answer := client.reader._buffer):
                    client.writer.write(b"x")  # one byte after the other does not help
                    await client.turn(3)
            assert answer.startswith(b"HTTP/1.1 408 ")

    run(scene())


@pytest.mark.parametrize(("pause", "alive"), [(25, True), (150, False)], ids=["short", "long"])
def test_s8_a_body_that_was_quick_may_pause_for_a_while(run, wire, application, pause, alive):
    async def scene():
        async with wire(application(), min_body_rate=1000) as client:
            await client.send(POST[:-5] + b"100001\r\n\r\n" + b"x" * 100_000)
            await client.turn(pause)
            assert client.server.is_closing is not alive
            if alive:
                await client.send(b"x")
            assert (await client.read_some()).startswith(
                b"HTTP/1.1 200 " if alive else b"HTTP/1.1 408 "
            )

    run(scene())


def test_s8_a_request_may_be_allowed_to_be_slow(run, wire, application, message):
    class Patient(message):
        def headers_received(self, start_line, headers):
            self.connection.set_min_body_rate(0)

    async def scene():
        async with wire(application(Patient), min_body_rate=1000) as client:
            await client.send(POST)
            for _ in range(4):
                await client.turn(40)
                client.writer.write(b"x")
            assert bodies(await client.read_some()) == [b"<xxxx>"]

    run(scene())


def test_s8_a_delegate_that_is_slow_is_not_held_against_the_client(run, wire, application, message):
    ready = asyncio.Event()

    class Busy(message):
        async def data_received(self, chunk):
            await ready.wait()
            self.body += chunk

    async def scene():
        async with wire(application(Busy), min_body_rate=1000) as client:
            await client.send(POST + b"ab", b"cd")
            await client.turn(100)
            ready.set()
            assert bodies(await client.read_some()) == [b"<abcd>"]

    run(scene())


def test_s8_a_body_has_its_deadline_beside_its_rate(run, wire, application):
    """Neither of them replaces the other."""

    async def scene():
        for options, quick in (({"body_timeout": 300}, False), ({"body_timeout": 30}, True)):
            async with wire(application(), min_body_rate=100, **options) as client:
                await client.send(POST[:-5] + b"4000000\r\n\r\n")
                async with asyncio.timeout(5):
                    while not (answer := client.reader._buffer):
                        client.writer.write(b"x" * 1000 if quick else b"")
                        await client.turn(5)
                assert answer.startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_a_client_that_takes_nothing_is_cut_off(run, wire, application, message):
    class Big(message):
        def finish(self):
            self.answer(b"x" * 20_000_000)

    app = application(Big)

    async def scene():
        async with wire(app) as client:
            client.writer.write(GET)
            await client.fill()
            await client.turn(100)
            assert not client.stream.closed()
            await client.turn(200)
            assert "closed" in app.calls

    run(scene())


class Streamed:
    """Write pieces for ever, each one when the last has left: little waits at any time."""

    async def stream(self):
        try:
            self.connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())
            while True:
                await self.connection.write(b"x" * 20_000)
        except StreamClosedError:
            self.note("gone")


@pytest.mark.parametrize("is_timed", [False, True], ids=["turned clock", "real clock"])
def test_s8_a_client_that_takes_nothing_of_a_stream_is_cut_off(
    run, wire, application, message, is_timed
):
    class Streaming(Streamed, message):
        def finish(self):
            self.task = asyncio.ensure_future(self.stream())

    app = application(Streaming)

    async def scene():
        async with wire(app, is_timed=is_timed, write_timeout=0.2) as client:
            client.writer.write(GET)
            await client.fill()
            await client.turn(1)
            await client.until(lambda: "gone" in app.calls)
            assert client.stream.closed()
            assert "gone" in app.calls

    run(scene())


def test_s8_a_client_that_sends_without_reading_is_cut_off(run, wire, application, message):
    class Echo(Streamed, message):
        def data_received(self, chunk):
            return self.stream()

    app = application(Echo)

    async def scene():
        async with wire(app) as client:
            client.writer.write(POST[:-5] + b"4000\r\n\r\n" + b"ab")
            await client.fill()
            await client.turn(300)
            assert client.stream.closed()

    run(scene())


@pytest.mark.parametrize("request_", [GET, POST], ids=["no body", "body"])
def test_s8_a_client_that_takes_nothing_while_its_head_is_handled_is_cut_off(
    run, wire, application, message, request_
):
    """A delegate that answers within ``headers_received`` waits for the client, not vice versa."""

    class Early(Streamed, message):
        def headers_received(self, start_line, headers):
            return self.stream()

    app = application(Early)

    async def scene():
        async with wire(app) as client:
            client.writer.write(request_)
            await client.fill()
            await client.turn(300)
            assert client.stream.closed()
            assert "gone" in app.calls

    run(scene())


def test_s8_a_delegate_may_take_its_time_with_a_head(run, wire, application, message):
    """The deadlines hold for what a client does, and it has nothing to do in the meantime."""
    ready = asyncio.Event()

    class Slow(message):
        async def headers_received(self, start_line, headers):
            if headers.get("Slow"):
                await ready.wait()

    limits = {
        "head_timeout": 3,
        "header_timeout": 3,
        "write_timeout": 3,
        "body_timeout": 4,
        "min_body_rate": 100_000,
    }

    async def scene():
        async with wire(application(Slow), **limits) as client:
            slow = POST.replace(b"Host", b"Slow: 1\r\nHost")
            await client.send(POST + b"fast" + slow)  # the first one leaves a deadline
            assert bodies(await client.read_some()) == [b"<fast>"]
            await client.turn(100)  # longer than any limit, and the delegate is busy still
            await client.send(b"late")
            ready.set()
            assert bodies(await client.read_some()) == [b"<late>"]

    run(scene())


@pytest.mark.parametrize("limits", [{"body_timeout": 20}, {}], ids=["timeout", "rate"])
def test_s8_the_time_for_a_body_begins_after_its_head(run, wire, application, message, limits):
    ready = asyncio.Event()

    class Slow(message):
        async def headers_received(self, start_line, headers):
            await ready.wait()

    async def scene():
        async with wire(application(Slow), **limits) as client:
            await client.send(POST)
            await client.turn(100)
            ready.set()
            await client.turn(5)
            assert not client.reader._buffer
            await client.turn(25)
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")

    run(scene())


def test_s8_a_client_may_stall_as_long_within_its_body_as_elsewhere(
    run, wire, application, message
):
    """A body is checked more often than a client has to read."""

    class Echo(message):
        async def data_received(self, chunk):
            if not self.connection.has_begun:
                fields = HTTPHeaders({"Content-Length": "3000000"})
                start = ResponseStartLine("", 200, "OK")
                await self.connection.write_headers(start, fields, b"x" * 3_000_000)

        def finish(self):
            self.connection.finish()

    async def scene():
        async with wire(application(Echo)) as client:
            client.writer.write(POST + b"ab")
            await client.fill()
            await client.turn(100)
            client.writer.transport.resume_reading()
            client.writer.write(b"cd")
            received = 0
            async with asyncio.timeout(10):
                while received < 3_000_000:
                    data = await client.reader.read(1 << 20)
                    assert data
                    received += len(data)

    run(scene())


def test_s8_a_handler_that_thinks_longer_than_a_client_may_stall_is_not_cut_off(
    run, wire, application, message
):
    class Late(message):
        def finish(self):
            pass

    app = application(Late)

    async def scene():
        async with wire(app, write_timeout=10) as client:
            await client.send(GET)
            await client.turn(60)
            app.messages[0].answer(b"late")
            assert bodies(await client.read_some()) == [b"<late>"]

    run(scene())


def test_s8_a_client_that_is_slower_than_what_is_written_is_not_cut_off(
    run, wire, application, message
):
    """What waits for it grows, although it takes all that it can."""

    class Endless(message):
        def finish(self):
            self.connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())

    app = application(Endless)

    async def scene():
        async with wire(app, write_timeout=10) as client:
            await client.send(GET)
            for _ in range(20):
                app.messages[0].connection.write(b"x" * 300_000)
                for _ in range(10):
                    assert await client.reader.read(20_000)
                await client.turn(6)
            assert client.stream.write_buffer_size > 1_000_000

    run(scene())


@pytest.mark.parametrize("fields", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
def test_s8_a_client_that_reads_slowly_gets_all_of_it(run, wire, application, message, fields):
    """Also when the server closes after the response, and for longer than it lingers."""
    size = 3_000_000

    class Big(message):
        def finish(self):
            self.answer(b"x" * size)

    async def scene():
        async with wire(application(Big), write_timeout=20) as client:
            client.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n")
            received = 0
            async with asyncio.timeout(20):
                while received < size:
                    data = await client.reader.read(65536)
                    assert data
                    received += len(data)
                    await client.turn(3)
            assert client.clock.now > 1100

    run(scene())


def test_s8_a_client_that_reads_nothing_cannot_pipeline_without_end(
    run, wire, application, message
):
    class Big(message):
        def finish(self):
            self.note("served")
            self.answer(b"x" * 100_000)

    app = application(Big)

    async def scene():
        async with wire(app) as client:
            client.writer.transport.pause_reading()
            client.writer.write(GET * 500)
            await asyncio.sleep(0.3)
            served = app.calls.count("served")
            assert served < 40
            assert client.stream.write_buffer_size < 2_000_000
            client.writer.transport.resume_reading()
            received = 0
            async with asyncio.timeout(20):
                while received < 500 * 100_000:
                    received += len(await client.reader.read(1 << 20))

    run(scene())


def test_s7_a_rest_of_a_body_that_does_not_come_is_not_waited_for(run, wire, application, message):
    class Early(message):
        def headers_received(self, start_line, headers):
            self.answer(b"early")

    async def scene():
        async with wire(application(Early)) as client:
            await client.send(POST)
            await client.turn(5)
            assert not client.server.is_closing
            await client.turn(15)
            assert bodies(await client.read_all()) == [b"<early>"]

    run(scene())


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after a while"])
def test_s7_a_body_that_was_not_asked_for_is_not_waited_for(run, wire, application, message, late):
    """Its client may send the body or the next request, and neither must be taken for the other."""

    class Early(message):
        def headers_received(self, start_line, headers):
            self.note("head", start_line.path)
            return self.later() if late else self.answer(b"early")

        async def later(self):
            await asyncio.sleep(0.02)
            self.answer(b"early")

    app = application(Early)

    async def scene():
        async with wire(app) as client:
            await client.send(POST[:-2] + b"Expect: 100-continue\r\n\r\n", GET)
            data = await client.read_all()
            assert bodies(data) == [b"<early>"]
            assert b"Connection: close\r\n" in data

    run(scene())
    assert [call for call in app.calls if call[0] == "head"] == [("head", "/p")]


def test_s7_a_body_that_was_asked_for_keeps_the_connection(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            await client.send(POST[:-2] + b"Expect: 100-continue\r\n\r\n", b"abcd" + GET)
            data = await client.read_some()
            assert data.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
            assert bodies(data) == [b"<abcd>", b"<>"]
            assert b"Connection" not in data

    run(scene())


def test_s7_an_unread_body_above_the_limit_closes_the_connection(run, wire, application, message):
    class Early(message):
        def headers_received(self, start_line, headers):
            self.answer(b"early")

    async def scene():
        async with wire(application(Early), max_drain_size=1000) as client:
            head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
            await client.send(head, b"x" * 5000)
            assert bodies(await client.read_all()) == [b"<early>"]

    run(scene())


# Fairness.


def test_s7_pipelined_requests_give_way_to_the_loop(run, wire, application):
    async def scene():
        async with wire(application()) as client:
            client.writer.write(GET * 500)
            turns = itertools.count()

            def turn():
                next(turns)
                asyncio.get_running_loop().call_soon(turn)

            turn()
            received = b""
            while received.count(b"200 OK") < 500:
                received += await client.read_some()
            assert next(turns) >= 500 // 16

    run(scene())


def test_s9_a_body_of_tiny_chunks_reaches_the_delegate_in_few_pieces(
    run, wire, application, message
):
    class Counting(message):
        def data_received(self, chunk):
            self.note("chunk")
            self.body += chunk

    app = application(Counting)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def scene():
        async with wire(app) as client:
            client.writer.write(head + b"1\r\na\r\n" * 10_000 + b"0\r\n\r\n")
            while len(app.messages) < 1 or ("finish", b"a" * 10_000) not in app.calls:
                await client.settle()

    run(scene())
    assert app.calls.count("chunk") < 100


def test_the_sweep_survives_a_connection_that_fails(run, wire, application, caplog):
    class Broken:
        deadline = 0.0

        def deadline_passed(self) -> Any:
            raise RuntimeError("a bug")

    async def scene():
        async with wire(application(), is_timed=True, head_timeout=0.1) as client:
            client.server._sweep.add(Broken(), 0.1)
            await client.send(b"GET ")
            began = time.monotonic()
            assert (await client.read_some()).startswith(b"HTTP/1.1 408 ")
            assert time.monotonic() - began < 5

    run(scene())
    assert "Uncaught exception at a deadline" in caplog.text
