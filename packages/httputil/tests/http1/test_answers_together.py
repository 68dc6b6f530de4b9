"""Answers of one turn of the loop leave together, and nothing else changes."""

from __future__ import annotations

import asyncio
import math
import socket
from typing import Any

import pytest

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.iostream import IOStream

REQUEST = b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n%03d"
PATIENCE = 20
#: More answers than it takes until those of one turn leave together.
WARM_UP = 300
#: After a turn of more seconds they do not any more.
LONGEST_TURN = "tornado.iostream._unsent._write_batch._LONG"


class Client:
    """The client's end of a connection over which each `send` of the server comes as one packet."""

    def __init__(self, application: Any) -> None:
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setblocking(False)
        self.stream = IOStream(theirs)
        self.server = HTTP1ServerConnection(self.stream, HTTP1ConnectionParameters())
        self.server.start_serving(application)

    async def packets(self, count: int) -> list[bytes]:
        """Return what comes until there are so many answers, or the end of the connection."""
        found: list[bytes] = []
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            while b"".join(found).count(b"HTTP/1.1 ") < count:
                data = await loop.sock_recv(self.socket, 1 << 20)
                if not data:
                    break
                found.append(data)
        return found

    async def end(self) -> bytes:
        """Return what comes until the connection ends."""
        found = b""
        async with asyncio.timeout(PATIENCE):
            while data := await asyncio.get_running_loop().sock_recv(self.socket, 1 << 20):
                found += data
        return found

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


@pytest.fixture
def busy(monkeypatch, run, application):
    """Run a test with connections of a server that has just had much to do."""
    monkeypatch.setattr(LONGEST_TURN, math.inf)

    def runner(test, count=5, message=None):
        async def main():
            app = application() if message is None else application(message)
            clients = [Client(app) for _ in range(count)]
            for number in range(WARM_UP // 10):
                clients[0].socket.send(b"".join(REQUEST % (number, n) for n in range(10)))
                assert answers(await clients[0].packets(10)) == [b"<%03d>" % n for n in range(10)]
            app.calls.clear()
            try:
                await test(app, *clients)
            finally:
                for client in clients:
                    client.close()
                await asyncio.sleep(0)

        run(main())

    return runner


def answers(packets: list[bytes]) -> list[bytes]:
    """Return the bodies of whole responses."""
    bodies = []
    rest = b"".join(packets)
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        size = int(fields.get(b"Content-Length", b"0"))
        bodies.append(rest[:size])
        rest = rest[size:]
    return bodies


def test_the_answers_of_a_pipeline_leave_by_one_send(busy):
    async def test(app, client, *others):
        client.socket.send(b"".join(REQUEST % (n, n) for n in range(10)))
        packets = await client.packets(10)
        assert answers(packets) == [b"<%03d>" % n for n in range(10)]
        assert len(packets) == 1

    busy(test)


def test_each_connection_gets_its_own_answers_in_order(busy):
    async def test(app, *clients):
        for turn in range(10):
            for number, client in enumerate(clients):
                client.socket.send(REQUEST % (turn, number) + REQUEST % (turn, 100 + number))
            for number, client in enumerate(clients):
                assert answers(await client.packets(2)) == [
                    b"<%03d>" % number,
                    b"<%03d>" % (100 + number),
                ]

    busy(test)


def test_a_lone_request_is_answered_at_once_before_there_is_much_to_do(run, application):
    async def main():
        client = Client(application())
        client.socket.send(REQUEST % (0, 7))
        client.stream._on_readable()  # the answer is there before the loop turns
        assert answers([client.socket.recv(1000)]) == [b"<007>"]
        client.close()

    run(main())


def test_the_future_of_an_answer_is_done_and_the_next_request_is_read(busy, message):
    futures = []

    class Answering(message):
        def answer(self, body, **fields):
            from tornado.httputil import HTTPHeaders

            futures.append(self.connection.respond(200, "OK", HTTPHeaders(), b"<" + body + b">"))

    async def test(app, client, *others):
        client.socket.send(REQUEST % (0, 1) + REQUEST % (0, 2))
        assert answers(await client.packets(2)) == [b"<001>", b"<002>"]
        await asyncio.wait_for(asyncio.gather(*futures[-2:]), PATIENCE)

    busy(test, message=Answering)


def test_draining_waits_for_what_is_about_to_leave(busy, message):
    class Draining(message):
        def finish(self):
            super().finish()
            if self.body == b"709":
                client.server.drain()

    client: Any = None

    async def test(app, *clients):
        nonlocal client
        client = clients[0]
        client.socket.send(REQUEST % (0, 709))
        assert answers([await client.end()]) == [b"<709>"]
        assert app.calls[-1] == "closed"

    busy(test, message=Draining)


def noted(tail):
    return [call for call in tail if call == "closed" or call[0] == "finish"]


@pytest.mark.parametrize("end", ["close", "abort", "close_when_written"])
def test_a_stream_that_is_closed_after_an_answer_sends_it(busy, message, end):
    class Closing(message):
        def finish(self):
            super().finish()
            if self.body == b"999":
                getattr(self.connection.stream, end)()

    async def test(app, client, *others):
        client.socket.send(REQUEST % (0, 1) + REQUEST % (0, 999))
        assert answers([await client.end()]) == [b"<001>", b"<999>"]
        assert noted(app.calls) == [("finish", b"001"), ("finish", b"999"), "closed"]

    busy(test, message=Closing)


def test_an_answer_that_closes_comes_after_those_before_it(busy):
    async def test(app, client, *others):
        last = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close") % (0, 3)
        client.socket.send(REQUEST % (0, 1) + REQUEST % (0, 2) + last)
        assert answers([await client.end()]) == [b"<001>", b"<002>", b"<003>"]

    busy(test)


def test_what_is_malformed_is_refused_after_the_answers_before_it(busy):
    async def test(app, client, *others):
        client.socket.send(REQUEST % (0, 1) + b"GET / HTTP/9.9\r\n\r\n")
        packets = await client.packets(2)
        first, second = b"".join(packets).split(b"<001>")
        assert first.startswith(b"HTTP/1.1 200 ")
        assert second.startswith(b"HTTP/1.1 505 ")

    busy(test)


def test_a_stream_that_is_given_away_sends_what_comes_before_first(busy, message):
    class Upgrading(message):
        def answer(self, body, **fields):
            if body == b"702":
                self.connection.detach().write(b"raw bytes")
            else:
                super().answer(body, **fields)

    async def test(app, client, *others):
        client.socket.send(REQUEST % (0, 1) + REQUEST % (0, 702))
        data = b""
        async with asyncio.timeout(PATIENCE):
            while not data.endswith(b"raw bytes"):
                data += await asyncio.get_running_loop().sock_recv(client.socket, 1000)
        assert answers([data.removesuffix(b"raw bytes")]) == [b"<001>"]

    busy(test, message=Upgrading)


def test_a_client_that_is_gone_does_not_disturb_the_others(busy):
    async def test(app, gone, *others):
        for number, client in enumerate((gone, *others)):
            client.socket.send(REQUEST % (0, number))
        gone.socket.close()
        for number, client in enumerate(others, 1):
            assert answers(await client.packets(1)) == [b"<%03d>" % number]
        async with asyncio.timeout(PATIENCE):
            while not gone.stream.closed():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.001)
        await asyncio.sleep(0)
        assert app.calls.count("closed") == 1

    busy(test)


@pytest.mark.parametrize("held", [False, True], ids=["after the answer", "held before it"])
@pytest.mark.parametrize("end", ["close", "detach"])
def test_a_program_that_closes_a_socket_itself_does_not_disturb_the_others(
    busy, message, end, held
):
    descriptors = []

    class Closing(message):
        def finish(self):
            sock = self.connection.stream.socket if held else None
            super().finish()
            if self.body == b"999":
                sock = sock or self.connection.stream.socket
                descriptors.append(getattr(sock, end)())

    async def test(app, client, *others):
        client.socket.send(REQUEST % (0, 999))
        for number, other in enumerate(others):
            other.socket.send(REQUEST % (0, number))
        for number, other in enumerate(others):
            assert answers(await other.packets(1)) == [b"<%03d>" % number]
        if end == "detach":
            socket.socket(fileno=descriptors[0]).close()
        if not held:
            assert answers([await client.end()]) == [b"<999>"]

    busy(test, count=12, message=Closing)


def test_what_is_to_leave_now_does(busy, message):
    class Working(message):
        def finish(self):
            super().finish()
            if self.body == b"999":
                with pytest.raises(BlockingIOError):
                    client.socket.recv(1000)
                self.connection.send_now()
                received.append(client.socket.recv(1000))

    received: list[bytes] = []
    client: Any = None

    async def test(app, *clients):
        nonlocal client
        client = clients[0]
        client.socket.send(REQUEST % (0, 999))
        async with asyncio.timeout(PATIENCE):
            while not received:  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.001)
        assert answers(received) == [b"<999>"]

    busy(test, message=Working)


def test_a_client_that_reads_nothing_is_paused_as_before(busy, message):
    class Long(message):
        def answer(self, body, **fields):
            super().answer(body * 4000 if body >= b"100" else body, **fields)

    async def test(app, client, *others):
        for number in range(100):
            if client.server._is_write_paused:
                break
            client.socket.send(REQUEST % (0, 100 + number))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        else:
            pytest.fail("the server never noticed that nobody reads")
        waiting = client.stream.write_buffer_size
        assert 0 < waiting < 200_000
        assert client.server.deadline < math.inf
        received = answers(await client.packets(number))
        assert received == [b"<" + b"%03d" % (100 + n) * 4000 + b">" for n in range(len(received))]

    busy(test, message=Long)
