"""The access log: one line for each request, at a level that depends on its status."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tornado.iostream import StreamClosedError
from tornado.web import (
    Application,
    ErrorHandler,
    HTTPError,
    RequestHandler,
    removeslash,
    stream_request_body,
)

MakeSite = Callable[..., Any]


class Page(RequestHandler):
    def get(self, status: str) -> None:
        self.set_status(int(status))


@pytest.fixture
def access_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "tornado.access")
    return caplog


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    records = [record for record in caplog.records if record.name == "tornado.access"]
    return [(record.levelno, record.getMessage()) for record in records]


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (200, logging.INFO),
        (302, logging.INFO),
        (399, logging.INFO),
        (400, logging.WARNING),
        (499, logging.WARNING),
        (500, logging.ERROR),
        (599, logging.ERROR),
    ],
)
def test_the_status_decides_the_level(
    site: MakeSite, access_log: pytest.LogCaptureFixture, status: int, level: int
) -> None:
    site([("/(.*)", Page)]).fetch(f"/{status}?q=1")
    ((found, line),) = lines(access_log)
    assert found == level
    assert re.fullmatch(rf"{status} GET /{status}\?q=1 \(127\.0\.0\.1\) \d+\.\d\dms", line)


def test_a_quiet_logger_is_not_written_to(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    access_log.set_level(logging.ERROR, "tornado.access")
    running = site([("/(.*)", Page)])
    for status in (200, 404, 500):
        running.fetch(f"/{status}")
    assert [level for level, _ in lines(access_log)] == [logging.ERROR]


def test_log_request_can_be_overridden(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []

    class Quiet(Application):
        def log_request(self, handler: RequestHandler) -> None:
            seen.append((handler.get_status(), handler.request.path, type(handler)))
            if handler.request.path != "/200":
                super().log_request(handler)

    error = ("/error", ErrorHandler, {"status_code": 503})
    running = site(Quiet([error, ("/([0-9]+)", Page)]))
    for path in ("/200", "/201", "/error", "/nothing"):
        running.fetch(path)
    assert seen == [
        (200, "/200", Page),
        (201, "/201", Page),
        (503, "/error", ErrorHandler),
        (404, "/nothing", ErrorHandler),
    ]
    assert [line.split(" (")[0] for _, line in lines(access_log)] == [
        "201 GET /201",
        "503 GET /error",
        "404 GET /nothing",
    ]


def test_the_log_function_is_called_by_log_request(
    site: MakeSite, access_log: pytest.LogCaptureFixture
) -> None:
    order: list[str] = []

    class Ordered(Application):
        def log_request(self, handler: RequestHandler) -> None:
            order.append("log_request")
            super().log_request(handler)

    application = Ordered([("/(.*)", Page)], log_function=lambda handler: order.append("function"))
    site(application).fetch("/200")
    assert order == ["log_request", "function"]
    assert lines(access_log) == []


def test_the_answer_has_left_when_its_log_fails(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Application):
        def log_request(self, handler: RequestHandler) -> None:
            raise ValueError("in the log")

    assert site(Broken([("/(.*)", Page)])).fetch("/202").status == 202
    assert "in the log" in caplog.text


def test_the_line_names_the_module_and_the_method_of_the_handler(
    site: MakeSite, access_log: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    class Wrapped(Page):
        @removeslash
        def get(self) -> None:
            raise HTTPError(403, "not here")

    (tmp_path / "a.txt").write_text("")
    running = site([("/(2[0-9]+)", Page), ("/wrapped", Wrapped)], static_path=str(tmp_path))
    for path in ("/200", "/wrapped", "/static/a.txt", "/nothing"):
        running.fetch(path)
    code = [Page.get.__code__, Wrapped.get.__wrapped__.__code__]  # type: ignore[attr-defined]  # decorated
    here = [(Path(__file__).stem, each.co_firstlineno, "get") for each in code]
    own, wrapped, *of_the_framework = [
        (record.module, record.lineno, record.funcName)
        for record in access_log.records
        if record.name == "tornado.access"
    ]
    assert [own, wrapped] == here
    assert of_the_framework == [("web", 0, "get")] * 2
    (warning,) = [each for each in access_log.records if each.name == "tornado.general"]
    assert (warning.module, warning.lineno, warning.funcName) == here[1]


PROGRAM = """
import asyncio, atexit, urllib.request
from tornado import log, web

log.enable_pretty_logging()

class Hello(web.RequestHandler):
    def get(self):
        self.write("hello")

async def main():
    server = web.Application([("/", Hello)]).listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/")
    server.stop()
    await server.close_all_connections()

asyncio.run(main())
"""


#: No thread can be started at the exit; one that already runs continues.
IN_THREAD = """
import queue, threading
asked, loop_of_thread = queue.Queue(), loop

async def in_thread(function, url):
    done = asyncio.Event()
    asked.put((function, url, done))
    await done.wait()

def answer():
    function, url, done = asked.get()
    function(url).read()
    loop_of_thread.call_soon_threadsafe(done.set)

threading.Thread(target=answer, daemon=True).start()
"""


@pytest.mark.parametrize("way", ["file", "at the end of a file", "typed in"])
def test_a_program_is_named_by_its_file(tmp_path: Path, way: str) -> None:
    program = tmp_path / "my_site.py"
    text = PROGRAM
    if way == "at the end of a file":
        run = "loop.run_until_complete(loop.create_task(main()))"
        text = text.replace("asyncio.run(main())", f"loop = asyncio.new_event_loop()\n{run}")
        text = text.replace("await asyncio.to_thread", "await in_thread")
        text = text.replace(run, f"atexit.register(lambda: {run})\n{IN_THREAD}")
    program.write_text(text)
    command = [sys.executable, "-c", text] if way == "typed in" else [sys.executable, program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    name = "<string>" if way == "typed in" else "my_site"
    expected = rf"\[I \d+ [\d:]+ {name}:8\] 200 GET / \(127.0.0.1\) .*ms\n"
    assert re.fullmatch(expected, done.stderr)


@stream_request_body
class Upload(RequestHandler):
    def data_received(self, chunk: bytes) -> None:
        pass

    def post(self) -> None:
        raise AssertionError("not reached")


class Form(RequestHandler):
    def post(self) -> None:
        raise AssertionError("not reached")


class Waiting(RequestHandler):
    async def get(self) -> None:
        self.closed = asyncio.Event()
        self.write("begun")
        await self.flush()
        await self.closed.wait()
        self.write("more")
        await self.flush()
        raise AssertionError("not reached")

    def on_connection_close(self) -> None:
        self.closed.set()


class Flood(RequestHandler):
    async def get(self) -> None:
        while True:
            self.write(b"x" * 1_000_000)
            await self.flush()


class File(RequestHandler):
    async def get(self) -> None:
        await self.send_file(self.settings["large_file"])


@pytest.mark.parametrize("cancel", [False, True], ids=["waits", "is cancelled"])
@pytest.mark.parametrize("resets", [False, True], ids=["closes", "resets"])
@pytest.mark.parametrize(
    ("path", "body"),
    [("upload", b"abc"), ("form", b"abc"), ("waiting", b""), ("flood", b""), ("file", b"")],
)
def test_a_client_that_leaves_is_one_line(
    site: MakeSite,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    path: str,
    body: bytes,
    resets: bool,
    cancel: bool,
) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 30)
    caplog.set_level(logging.INFO)
    logging.getLogger("tornado.access").setLevel(logging.INFO)
    routes = [(f"/{each.__name__.lower()}", each) for each in (Upload, Form, Waiting, Flood, File)]
    large = str(tmp_path / "large")
    running = site(routes, cancel_on_disconnect=cancel, large_file=large)
    method = "POST" if body else "GET"
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        length = "Content-Length: 1000\r\n" if body else ""
        client.sendall(f"{method} /{path} HTTP/1.1\r\nHost: x\r\n{length}\r\n".encode() + body)
        if body:
            running.take_a_turn()
            running.take_a_turn()
        else:
            client.recv(10)
        if resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end = time.monotonic() + 10
    while not caplog.records and time.monotonic() < end:
        running.take_a_turn()
    for _ in range(3):
        running.take_a_turn()
    assert [(record.levelname, record.module) for record in caplog.records] == [
        ("INFO", Path(__file__).stem)
    ]
    assert f"{method} /{path} " in caplog.text


def test_the_stream_of_somebody_else_is_not_the_clients(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    class Proxy(RequestHandler):
        async def get(self) -> None:
            raise StreamClosedError

    assert site([("/", Proxy)]).fetch("/").status == 500
    assert "StreamClosedError" in caplog.text


@pytest.mark.parametrize("path", ["/upload", "/form"])
def test_half_a_body_is_refused_if_the_client_reads_the_answer(site: MakeSite, path: str) -> None:
    running = site([("/upload", Upload), ("/form", Form)])
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".encode())
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
