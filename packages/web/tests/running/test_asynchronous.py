"""Handlers that answer from callbacks, and other classic forms."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado import gen
from tornado.ioloop import IOLoop
from tornado.web import (
    Application,
    FallbackHandler,
    HTTPError,
    RequestHandler,
    asynchronous,
)

MakeSite = Callable[..., Any]


def test_the_request_stays_open_until_finish(site: MakeSite) -> None:
    class Handler(RequestHandler):
        @asynchronous
        def get(self) -> None:
            IOLoop.current().add_callback(self.answer, "late")

        def answer(self, word: str) -> None:
            self.write(word)
            self.finish()

    class AtOnce(RequestHandler):
        @asynchronous
        def get(self) -> None:
            self.write("Hello, world")
            self.finish()

    running = site([("/", Handler), ("/once", AtOnce)])
    assert running.fetch("/").body == b"late"
    assert running.fetch("/once").body == b"Hello, world"


def test_an_awaitable_ends_the_request(site: MakeSite) -> None:
    class Generator(RequestHandler):
        @asynchronous
        @gen.coroutine
        def get(self) -> Any:
            yield gen.sleep(0.001)
            self.write("generated")

    class Engine(RequestHandler):
        @asynchronous
        @gen.engine
        def get(self) -> Any:
            yield gen.Task(IOLoop.current().add_callback)
            self.finish("engine")

    class Native(RequestHandler):
        @asynchronous
        async def get(self) -> None:
            await asyncio.sleep(0)
            self.finish("native")

    running = site([("/g", Generator), ("/e", Engine), ("/n", Native)])
    assert running.fetch("/g").body == b"generated"
    assert running.fetch("/e").body == b"engine"
    assert running.fetch("/n").body == b"native"


@pytest.mark.parametrize(
    "way", ["add_callback", "call_later", "call_soon", "nested", "future", "at once", "engine"]
)
def test_an_exception_in_a_callback_answers_its_own_request(
    site: MakeSite, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    class Handler(RequestHandler):
        @asynchronous
        def get(self) -> None:
            loop = IOLoop.current()
            if way == "add_callback":
                loop.add_callback(self.fail)
            elif way == "call_later":
                loop.call_later(0.001, self.fail)
            elif way == "call_soon":
                asyncio.get_running_loop().call_soon(self.fail)
            elif way == "nested":
                loop.add_callback(lambda: loop.add_callback(self.fail))
            elif way == "future":
                future: asyncio.Future[None] = asyncio.Future()
                loop.add_future(future, lambda _: self.fail())
                future.set_result(None)
            elif way == "engine":
                self.run_engine()
            else:
                self.fail()

        @gen.engine
        def run_engine(self) -> Any:
            yield gen.Task(IOLoop.current().add_callback)
            self.fail()

        def fail(self) -> None:
            raise HTTPError(503, "of %s", self.get_argument("name"))

    running = site([("/", Handler)])
    names = ["a", "b", "c"]
    answers: dict[str, int] = {}

    def fetch(name: str) -> None:
        answers[name] = running.fetch(f"/?name={name}").status

    threads = [threading.Thread(target=fetch, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == dict.fromkeys(names, 503)
    messages = sorted(record.getMessage().rpartition(" ")[2] for record in caplog.records)
    assert messages == names


def test_a_callback_may_fail_after_the_answer(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Handler(RequestHandler):
        @asynchronous
        def get(self) -> None:
            self.finish("answered")
            IOLoop.current().add_callback(lambda: 1 / 0)

    running = site([("/", Handler)])
    assert running.fetch("/").body == b"answered"
    running.fetch("/other")
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1
    assert "GET /" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_async_callback_answers_for_callbacks_from_elsewhere(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere: list[Any] = []

    class Handler(RequestHandler):
        @asynchronous
        def get(self) -> None:
            elsewhere.append(self.async_callback(self.answer, "a", word="b"))
            assert self.async_callback(None) is None

        def answer(self, first: str, second: str, word: str) -> None:
            if second == "fail":
                raise HTTPError(409)
            self.finish(first + second + word)

    running = site([("/", Handler)])
    for second, status, body in (("x", 200, b"axb"), ("fail", 409, None)):
        answers: list[Any] = []
        thread = threading.Thread(target=lambda: answers.append(running.fetch("/")))  # noqa: B023 - joined below
        thread.start()
        while not elsewhere:
            time.sleep(0.005)
        running.loop.call_soon_threadsafe(elsewhere.pop(), second)
        thread.join(10)
        assert answers[0].status == status
        assert body in (None, answers[0].body)


def test_flush_takes_a_callback(site: MakeSite) -> None:
    class Handler(RequestHandler):
        @asynchronous
        def get(self) -> None:
            self.write("one ")
            assert self.flush(callback=self.go_on) is None  # type: ignore[func-returns-value]  # that it is None

        def go_on(self) -> None:
            self.write("two")
            self.finish()

    assert site([("/", Handler)]).fetch("/").body == b"one two"


def test_the_classic_order_of_arguments(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(self.settings["word"])

    application = Application([("/", Handler)], "", None, False, word="classic")
    assert site(application).fetch("/").body == b"classic"
    application.add_handlers("other.example", [("/", Handler)])
    assert Application([], "", None, True, debug=True).settings["autoreload"] is False


def test_an_application_can_be_called(site: MakeSite) -> None:
    class Inner(RequestHandler):
        def get(self) -> None:
            self.write("inner")

        async def post(self) -> None:
            await asyncio.sleep(0)
            self.write("got " + self.get_argument("a"))

    inner = Application([("/x", Inner)])
    running = site([("/.*", FallbackHandler, {"fallback": inner})])
    assert running.fetch("/x").body == b"inner"
    assert (
        running.fetch(
            "/x", "POST", "a=1", {"Content-Type": "application/x-www-form-urlencoded"}
        ).body
        == b"got 1"
    )
    assert running.fetch("/y").status == 404


def test_listen_takes_the_options_of_the_server() -> None:
    class Address(RequestHandler):
        def get(self) -> None:
            self.write(f"{self.request.remote_ip} {self.request.protocol}")

    async def serve() -> bytes:
        application = Application([("/", Address)])
        server = application.listen(0, "127.0.0.1", xheaders=True)
        port = next(iter(server._sockets.values())).getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Real-Ip: 192.0.2.7\r\nX-Scheme: https\r\n"
            b"Connection: close\r\n\r\n"
        )
        answer = await reader.read()
        writer.close()
        server.stop()
        await server.close_all_connections()
        return answer

    assert asyncio.run(serve()).endswith(b"192.0.2.7 https")


def test_detach_hands_the_stream_over(site: MakeSite) -> None:
    class Switching(RequestHandler):
        async def get(self) -> None:
            stream = self.detach()
            await stream.write(b"other protocol\r\n")
            line = await stream.read_until(b"\n")
            await stream.write(line.upper())
            stream.close()

    running = site([("/", Switching)])
    client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nhello\n")
    received = b""
    while piece := client.recv(1000):
        received += piece
    client.close()
    assert received == b"other protocol\r\nHELLO\n"
