"""In what a handler runs, and what is left of a request after its end."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import HTTPError, RequestHandler, asynchronous, stream_request_body

MakeSite = Callable[..., Any]

PATIENCE = 20.0


class Plain(RequestHandler):
    ended_in: asyncio.Task[Any] | None

    def get(self) -> None:
        self.write("plain")

    def on_finish(self) -> None:
        type(self).ended_in = asyncio.current_task()


def test_a_handler_that_does_not_wait_needs_no_task(site: MakeSite) -> None:
    assert site([("/", Plain)]).fetch("/").text == "plain"
    assert Plain.ended_in is None


def test_middleware_runs_in_a_task(site: MakeSite) -> None:
    async def limited(handler: RequestHandler, proceed: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            await proceed()

    assert site([("/", Plain)], middleware=[limited]).fetch("/").text == "plain"
    assert Plain.ended_in is not None


@stream_request_body
class Fragile(RequestHandler):
    def initialize(self) -> None:
        self.calls = 0

    def data_received(self, chunk: bytes) -> None:
        pass

    def post(self) -> None:
        self.calls += 1
        if self.calls == 1:
            raise KeyError("once")
        self.write(f"call {self.calls}")


def test_middleware_may_let_a_handler_try_again(site: MakeSite) -> None:
    async def trying_twice(handler: RequestHandler, proceed: Any) -> None:
        try:
            await proceed()
        except KeyError:
            await proceed()

    running = site([("/", Fragile)], middleware=[trying_twice])
    assert running.fetch("/", "POST", b"body").text == "call 2"


def seen_task(seen: list[asyncio.Task[Any]]) -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    seen.append(task)
    return task


@pytest.mark.parametrize("is_own", [True, False], ids=["the task", "another one"])
def test_only_the_task_of_a_request_that_was_cancelled_itself_ends_so(
    site: MakeSite, caplog: pytest.LogCaptureFixture, is_own: bool
) -> None:
    tasks: list[asyncio.Task[Any]] = []

    class Waiting(RequestHandler):
        async def get(self) -> None:
            own = seen_task(tasks)
            other = asyncio.ensure_future(asyncio.sleep(PATIENCE))
            (own if is_own else other).cancel()
            await other

    running = site([("/", Waiting)])
    assert running.fetch("/").status == 500
    assert tasks[0].done()
    assert tasks[0].cancelled() is is_own
    assert len(caplog.records) == (0 if is_own else 1)


def test_a_cancellation_after_the_answer_changes_nothing(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    tasks: list[asyncio.Task[Any]] = []

    class Late(RequestHandler):
        async def get(self) -> None:
            self.finish("answered")
            seen_task(tasks).cancel()
            await asyncio.sleep(PATIENCE)

    running = site([("/", Late)])
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    with contextlib.closing(connection), caplog.at_level(logging.DEBUG, "tornado.application"):
        for _ in range(2):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"answered"
            assert connection.sock is not None
        running.take_a_turn()
    assert [task.cancelled() for task in tasks] == [True, True]
    assert caplog.records == []


def test_a_connection_goes_on_after_prepare_has_refused_a_body(site: MakeSite) -> None:
    @stream_request_body
    class Refusing(RequestHandler):
        async def prepare(self) -> None:
            await asyncio.sleep(0.001)
            raise HTTPError(403)

        def data_received(self, chunk: bytes) -> None:
            raise AssertionError("not reached")

    running = site([("/", Refusing), ("/plain", Plain)])
    with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
            b"GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        received = b""
        while piece := client.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 403 ")
    assert received.endswith(b"plain")


def test_a_failure_while_the_body_comes_is_one_line_of_the_access_log(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    @stream_request_body
    class Failing(RequestHandler):
        def data_received(self, chunk: bytes) -> None:
            raise KeyError("chunk")

        def post(self) -> None:
            raise AssertionError("not reached")

    logged: list[int] = []
    running = site(
        [("/", Failing)], log_function=lambda handler: logged.append(handler.get_status())
    )
    assert running.fetch("/", "POST", b"body").status == 500
    assert running.fetch("/nothing").status == 404
    assert logged == [500, 404]
    assert len(caplog.records) == 1


class Unanswerable(RequestHandler):
    """Fails, and its error page as well, so that its connection is closed."""

    def initialize(self, events: list[str]) -> None:
        self.events = events

    def get(self) -> None:
        raise KeyError("in get")

    def set_default_headers(self) -> None:
        if hasattr(self, "path_args"):  # for the error page
            raise KeyError("in the error page")

    def on_connection_close(self) -> None:
        self.events.append("closed by the client")

    def on_finish(self) -> None:
        self.events.append("finished")


def test_a_request_that_cannot_be_answered_is_logged_and_over(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    logged: list[int] = []
    events: list[str] = []
    running = site(
        [("/", Unanswerable, {"events": events})],
        log_function=lambda handler: logged.append(handler.get_status()),
    )
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        running.fetch("/")
    assert running.fetch("/nothing").status == 404
    assert logged == [500, 404]
    assert events == []
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("Uncaught exception GET / (127.0.0.1)")
    assert second == "Uncaught exception while an error was answered GET / (127.0.0.1)"


def test_the_status_that_was_sent_is_the_one_in_the_log(site: MakeSite) -> None:
    @stream_request_body
    class Begun(RequestHandler):
        async def prepare(self) -> None:
            self.set_status(202)
            await self.flush()

        def data_received(self, chunk: bytes) -> None:
            raise AssertionError("not reached")

    logged: list[int] = []
    running = site([("/", Begun)], log_function=lambda handler: logged.append(handler.get_status()))
    with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 202 ")
    end = time.monotonic() + PATIENCE
    while not logged and time.monotonic() < end:
        running.take_a_turn()
    assert logged == [202]


class Stopped(BaseException):
    """No Exception: it is not for handlers."""


def test_what_is_no_exception_is_not_answered(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    error = Stopped()

    class Stopping(RequestHandler):
        async def prepare(self) -> None:
            await asyncio.sleep(0.001)

        @asynchronous
        def get(self) -> None:
            raise error

    running = site([("/", Stopping)])
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", running.port)) as client:
        client.request("GET", "/")
        end = time.monotonic() + PATIENCE
        while not caplog.records and time.monotonic() < end:
            running.take_a_turn()
    (record,) = caplog.records
    assert record.getMessage() == "Uncaught exception in a request"
    assert record.exc_info is not None
    assert record.exc_info[1] is error
