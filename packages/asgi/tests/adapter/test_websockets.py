"""Websockets beyond their messages, on every server."""

from __future__ import annotations

import asyncio
import queue
import socket

import pytest

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler, websocket_connect

PATIENCE = 30


class Noted(WebSocketHandler):
    """A handler that tells how it ends."""

    def initialize(self, seen):
        self.seen = seen

    def on_message(self, message):
        if message == "close":
            self.close(4001, "enough")
        elif message == "fail":
            raise KeyError(message)

    def on_close(self):
        self.seen.put((self.close_code, self.close_reason))


def connect(port, path="/", **fields):
    return websocket_connect(HTTPRequest(f"ws://127.0.0.1:{port}{path}", headers=fields))


def test_a_handler_hears_why_its_client_closes(run, server):
    seen = queue.Queue()
    port = run([("/", Noted, {"seen": seen})]).port

    async def main():
        connection = await connect(port)
        connection.close(4000, "bye")
        assert await connection.read_message() is None

    asyncio.run(main())
    code, reason = seen.get(timeout=PATIENCE)
    assert code == (None if server == "hypercorn" else 4000)
    assert reason == ("bye" if server == "uvicorn" else None if server == "hypercorn" else reason)


def test_a_client_hears_why_its_handler_closes(run):
    seen = queue.Queue()
    port = run([("/", Noted, {"seen": seen})]).port

    async def main():
        connection = await connect(port)
        await connection.write_message("close")
        assert await connection.read_message() is None
        return connection.close_code, connection.close_reason

    assert asyncio.run(main()) == (4001, "enough")
    assert seen.get(timeout=PATIENCE)


@pytest.mark.expected_errors("Uncaught exception")
def test_a_handler_that_fails_ends_its_connection(run):
    seen = queue.Queue()
    port = run([("/", Noted, {"seen": seen})]).port

    async def main():
        connection = await connect(port)
        await connection.write_message("fail")
        assert await connection.read_message() is None

    asyncio.run(main())
    assert seen.get(timeout=PATIENCE)


def test_a_client_that_vanishes_is_noticed(run):
    seen = queue.Queue()
    port = run([("/", Noted, {"seen": seen})]).port

    async def main():
        connection = await connect(port)
        connection.stream.close() if hasattr(connection, "stream") else connection.close()

    asyncio.run(main())
    assert seen.get(timeout=PATIENCE)[0] in (None, 1005, 1006)


def test_a_message_over_the_limit_is_refused(run):
    seen = queue.Queue()
    port = run([("/", Noted, {"seen": seen})], websocket_max_message_size=1000).port

    async def main():
        connection = await connect(port)
        await connection.write_message("x" * 1001)
        assert await connection.read_message() is None
        return connection.close_code

    assert asyncio.run(main()) == 1009


class Refuses(WebSocketHandler):
    def prepare(self):
        self.set_header("X-Reason", "busy")
        self.set_status(503)
        self.finish("come back later")


def test_refusals_reach_the_client_where_the_server_lets_them(run, server):
    class Plain(RequestHandler):
        def get(self):
            self.write("no websocket")

    seen = queue.Queue()
    port = run([("/refuses", Refuses), ("/plain", Plain), ("/open", Noted, {"seen": seen})]).port

    async def refusal(path, **fields):
        with pytest.raises(HTTPClientError) as caught:
            await connect(port, path, **fields)
        response = caught.value.response
        return caught.value.code, response and response.headers.get("X-Reason")

    async def main():
        offered = server != "gunicorn"  # it knows of no denial
        assert await refusal("/refuses") == ((503, "busy") if offered else (403, None))
        assert await refusal("/nothing") == (404 if offered else 403, None)
        assert await refusal("/open", Origin="http://elsewhere.example") == (403, None)

    asyncio.run(main())


def test_a_handler_waits_for_a_client_that_reads_nothing(run):
    size, count, sent = 1 << 18, 400, [0]
    over = queue.Queue()

    class Flood(WebSocketHandler):
        slow_reader = "wait"

        async def open(self):
            try:
                for _ in range(count):
                    await self.write_message(bytes(size), binary=True)
                    sent[0] += 1
            except WebSocketClosedError:
                pass
            over.put(None)

    running = run([("/", Flood)])

    async def main():
        connection = await websocket_connect(
            f"ws://127.0.0.1:{running.port}/", on_message_callback=None, max_message_size=size * 2
        )
        before = -1
        while before != sent[0]:
            before = sent[0]
            await asyncio.sleep(0.5)
        assert before < count // 2
        for _ in range(count):
            message = await connection.read_message()
            assert len(message) == size
        connection.close()
        await connection.read_message()

    asyncio.run(main())
    over.get(timeout=PATIENCE)
    assert sent[0] == count


def test_pongs_come_when_the_server_has_taken_what_was_sent(run):
    seen = queue.Queue()

    class Pings(WebSocketHandler):
        def open(self):
            self.ping(b"are you there?")

        def on_pong(self, data):
            seen.put(data)

    port = run([("/", Pings)], websocket_ping_interval=0.05).port

    async def main():
        connection = await connect(port)
        loop = asyncio.get_running_loop()
        pongs = [await loop.run_in_executor(None, seen.get, True, PATIENCE) for _ in range(3)]
        connection.close()
        assert await connection.read_message() is None
        return pongs

    assert asyncio.run(main()) == [b"are you there?", b"", b""]


def test_the_fields_of_an_accepted_websocket_reach_the_client(run, server):
    class Greets(WebSocketHandler):
        def prepare(self):
            self.set_header("X-Greeting", "hello")
            self.set_cookie("session", "1")

    port = run([("/", Greets)]).port
    head = (
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += client.recv(65536)
    fields = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert fields[0].startswith(b"http/1.1 101")
    assert (b"x-greeting: hello" in fields) == (server != "granian")
    assert (b"set-cookie: session=1; path=/" in fields) == (server != "granian")
    assert sum(line.startswith(b"sec-websocket-accept:") for line in fields) == 1
