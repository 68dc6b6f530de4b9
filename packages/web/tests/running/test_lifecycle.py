"""The methods that are called for a request, their order, and how a request ends."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado import gen
from tornado.web import Application, Finish, HTTPError, RequestHandler

MakeSite = Callable[..., Any]


def test_the_methods_are_called_in_the_documented_order(site: MakeSite) -> None:
    calls: list[str] = []

    class Handler(RequestHandler):
        def initialize(self, word: str) -> None:
            calls.append(f"initialize {word}")

        def prepare(self) -> None:
            calls.append("prepare")

        def get(self, number: str) -> None:
            calls.append(f"get {number}")
            self.write("ok")

        def on_finish(self) -> None:
            calls.append("on_finish")

    assert site([(r"/([0-9]+)", Handler, {"word": "hello"})]).fetch("/12").body == b"ok"
    assert calls == ["initialize hello", "prepare", "get 12", "on_finish"]


def test_prepare_may_finish_the_request(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def prepare(self) -> None:
            self.finish("done")

        def get(self) -> None:
            raise AssertionError("not reached")

    assert site([("/", Handler)]).fetch("/").body == b"done"


def test_methods_may_be_coroutines_of_either_kind(site: MakeSite) -> None:
    class Native(RequestHandler):
        async def prepare(self) -> None:
            await asyncio.sleep(0.001)
            self.word = "hello"

        async def get(self) -> None:
            async with asyncio.timeout(5):
                await asyncio.sleep(0.001)
            self.write(self.word)

    class Generator(RequestHandler):
        @gen.coroutine
        def get(self) -> Any:
            yield gen.sleep(0.001)
            self.write("generated")

    class AtOnce(RequestHandler):
        async def get(self) -> None:
            self.write(str(asyncio.current_task() is not None))

    running = site([("/n", Native), ("/g", Generator), ("/o", AtOnce)])
    assert running.fetch("/n").body == b"hello"
    assert running.fetch("/g").body == b"generated"
    assert running.fetch("/o").body == b"True"


def test_groups_of_the_path_become_arguments(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self, *args: Any, **kwargs: Any) -> None:
            self.write({"args": args, "kwargs": kwargs})

    running = site([(r"/p/([^/]*)/(x)?", Handler), (r"/n/(?P<name>.*)", Handler)])
    assert running.fetch("/p/a%20b%2Fc/").text == '{"args": ["a b/c", null], "kwargs": {}}'
    assert running.fetch("/n/%C3%A9").text == '{"args": [], "kwargs": {"name": "\\u00e9"}}'
    assert running.fetch("/n/%FF").status == 400


def test_each_request_has_a_context_of_its_own(site: MakeSite) -> None:
    word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="clean")

    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(word.get())
            word.set("dirty")

    running = site([("/", Handler)])
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    for _ in range(2):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"clean"
    connection.close()


@pytest.mark.parametrize(
    ("error", "status", "logged"),
    [
        (HTTPError(403), 403, ""),
        (HTTPError(418, "no %s here", "coffee"), 418, "no coffee here"),
        (HTTPError(400, "100% wrong"), 400, "100% wrong"),
        (ValueError("broken"), 500, "Uncaught exception GET /"),
    ],
)
@pytest.mark.parametrize("where", ["prepare", "get", "late"])
def test_an_exception_ends_the_request_with_its_status(
    site: MakeSite,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    logged: str,
    where: str,
) -> None:
    class Handler(RequestHandler):
        def prepare(self) -> None:
            self.write("never seen")
            if where == "prepare":
                raise error

        async def get(self) -> None:
            if where == "late":
                await asyncio.sleep(0.001)
            raise error

    with caplog.at_level(logging.INFO):
        answer = site([("/", Handler)]).fetch("/")
    assert answer.status == status
    assert b"never seen" not in answer.body
    records = [record for record in caplog.records if record.name != "tornado.access"]
    assert len(records) == (1 if logged else 0)
    assert logged in "".join(record.getMessage() for record in records)


def test_finish_as_an_exception_ends_the_request_as_it_is(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.set_status(202)
            self.write("half ")
            raise Finish("whole")

    answer = site([("/", Handler)]).fetch("/")
    assert (answer.status, answer.body) == (202, b"half whole")


@pytest.mark.expected_errors(
    "Uncaught exception", "Cannot send error response after headers written"
)
def test_an_exception_after_flush_closes_the_connection(site: MakeSite) -> None:
    class Handler(RequestHandler):
        async def get(self) -> None:
            self.write("some")
            await self.flush()
            raise ValueError("broken")

    import http.client

    with pytest.raises(http.client.IncompleteRead):
        site([("/", Handler)]).fetch("/")


@pytest.mark.expected_errors("Uncaught exception")
def test_a_broken_error_page_still_answers(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(404)

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            raise ValueError("broken as well")

    answer = site([("/", Handler)]).fetch("/")
    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.expected_errors("Uncaught exception")
def test_tracebacks_are_shown_in_debug_mode_only(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            raise ValueError("a secret")

    assert b"a secret" not in site([("/", Handler)]).fetch("/").body
    assert b"a secret" in site([("/", Handler)], serve_traceback=True).fetch("/").body


def test_a_client_that_leaves_is_noticed(site: MakeSite) -> None:
    closed: list[bool] = []

    class Handler(RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(30)

        def on_connection_close(self) -> None:
            closed.append(True)

    running = site([("/", Handler)])
    import socket

    client = socket.create_connection(("127.0.0.1", running.port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.1)
    client.close()
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == [True]


def test_methods_that_are_not_defined_are_405(site: MakeSite) -> None:
    running = site([("/", RequestHandler)])
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"):
        assert running.fetch("/", method).status == 405


def test_what_no_route_matches_is_404(site: MakeSite) -> None:
    class Custom(RequestHandler):
        def prepare(self) -> None:
            self.set_status(410)
            self.finish("gone")

    assert site([]).fetch("/x").status == 404
    assert site([], default_handler_class=Custom).fetch("/x").status == 410


@pytest.mark.parametrize("cancel", [False, True])
def test_an_error_when_the_client_leaves_is_logged_with_its_request(
    site: MakeSite, caplog: pytest.LogCaptureFixture, cancel: bool
) -> None:
    began, ended = threading.Event(), threading.Event()

    class Handler(RequestHandler):
        async def get(self) -> None:
            self.left = asyncio.Event()
            began.set()
            try:
                await self.left.wait()
            finally:
                ended.set()

        def on_connection_close(self) -> None:
            self.left.set()
            raise ValueError("from within")

    running = site([("/", Handler)], cancel_on_disconnect=cancel)
    with socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(b"GET /?x=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert began.wait(10)
    assert ended.wait(10)
    running.fetch("/nothing")
    records = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.name for record in records] == ["tornado.application"]
    assert "GET /?x=1 (127.0.0.1)" in records[0].getMessage()
    assert records[0].exc_info is not None


def test_the_log_function_replaces_the_access_log(site: MakeSite) -> None:
    seen: list[int] = []

    class Handler(RequestHandler):
        def get(self) -> None:
            self.write("ok")

    application = Application([("/", Handler)], log_function=lambda h: seen.append(h.get_status()))
    running = site(application)
    running.fetch("/")
    running.fetch("/nothing")
    assert seen == [200, 404]


@pytest.mark.parametrize("patched", ["prepare", "on_finish", "_execute", "log_exception"])
def test_methods_can_be_wrapped_from_outside(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch, patched: str
) -> None:
    calls: list[str] = []
    original = getattr(RequestHandler, patched)
    if patched == "_execute":

        async def execute(self: Any, *args: Any, **kwargs: Any) -> None:
            await asyncio.sleep(0)
            calls.append(patched)
            await original(self, *args, **kwargs)

        replacement: Any = execute
    else:

        def plain(self: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append(patched)
            return original(self, *args, **kwargs)

        replacement = plain
    monkeypatch.setattr(RequestHandler, patched, replacement)

    class Handler(RequestHandler):
        def get(self) -> None:
            raise HTTPError(403)

    assert site([("/", Handler)]).fetch("/").status == 403
    assert calls == [patched]


def test_a_handler_that_finishes_as_the_client_leaves_is_not_called(site: MakeSite) -> None:
    calls: list[str] = []

    class Handler(RequestHandler):
        async def get(self) -> None:
            connection: Any = self.request.connection
            connection.stream.close()  # its callback is called in the next iteration of the loop
            self.finish("too late")

        def on_connection_close(self) -> None:
            calls.append("on_connection_close")

        def on_finish(self) -> None:
            calls.append("on_finish")
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, loop.call_soon, settled.set)

    settled = threading.Event()
    running = site([("/", Handler)])
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(1000) == b""
    assert settled.wait(10)
    assert calls == ["on_finish"]
