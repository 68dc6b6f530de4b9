"""Failures of handlers: the request ends, and the log has one record about it."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
from collections.abc import Callable
from typing import Any

import pytest

from tornado import gen
from tornado.ioloop import IOLoop
from tornado.web import (
    HTTPError,
    RequestHandler,
    asynchronous,
    observe_exceptions,
    stream_request_body,
)

MakeSite = Callable[..., Any]

CLOSED = "closed"


class Broken(Exception):
    """The failure of every handler here."""


class Sync(RequestHandler):
    def get(self) -> None:
        raise Broken


class Coroutine(RequestHandler):
    async def get(self) -> None:
        await asyncio.sleep(0.001)
        raise Broken


class Generator(RequestHandler):
    @gen.coroutine
    def get(self) -> Any:
        yield gen.sleep(0.001)
        raise Broken


class InCallback(RequestHandler):
    @asynchronous
    def get(self) -> None:
        IOLoop.current().add_callback(self.fail)

    def fail(self) -> None:
        raise Broken


class InEngine(RequestHandler):
    @asynchronous
    @gen.engine
    def get(self) -> Any:
        yield gen.Task(IOLoop.current().add_callback)
        raise Broken


class InPrepare(RequestHandler):
    def prepare(self) -> None:
        raise Broken

    def get(self) -> None:
        self.write("not reached")


class LateInPrepare(RequestHandler):
    async def prepare(self) -> None:
        await asyncio.sleep(0.001)
        raise Broken


class InOnFinish(RequestHandler):
    def get(self) -> None:
        self.write("answered")

    def on_finish(self) -> None:
        raise Broken


class InWriteError(RequestHandler):
    def get(self) -> None:
        raise HTTPError(404)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        raise Broken


class InGetErrorHtml(RequestHandler):
    def get(self) -> None:
        raise HTTPError(404)

    def get_error_html(self, status_code: int, **kwargs: Any) -> str:
        raise Broken


class InHeadHook(RequestHandler):
    def get(self) -> None:
        self.before_head(self.fail)

    def fail(self, handler: RequestHandler) -> None:
        raise Broken


class BehindFlush(RequestHandler):
    async def get(self) -> None:
        self.write("some")
        await self.flush()
        raise Broken


class BehindFinish(RequestHandler):
    def get(self) -> None:
        self.finish("answered")
        raise Broken


class Cancelled(RequestHandler):
    async def get(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(1)


class CancelledByItself(RequestHandler):
    async def get(self) -> None:
        raise asyncio.CancelledError


class AwaitsCancelled(RequestHandler):
    async def get(self) -> None:
        task = asyncio.create_task(asyncio.sleep(1))
        asyncio.get_running_loop().call_soon(task.cancel)
        await task


class AwaitsCancelledBehindFlush(AwaitsCancelled):
    async def get(self) -> None:
        await self.flush()
        await super().get()


class InDefaultHeaders(RequestHandler):
    failed = False

    def get(self) -> None:
        raise HTTPError(404)

    def set_default_headers(self) -> None:
        if hasattr(self, "path_args"):  # for the error page
            raise Broken


class InComputeEtag(RequestHandler):
    def get(self) -> None:
        self.write("x")

    def compute_etag(self) -> str | None:
        raise Broken


class LateAfterFinish(RequestHandler):
    async def get(self) -> None:
        self.finish("answered")
        await asyncio.sleep(0.001)
        raise Broken


class TooLong(RequestHandler):
    async def get(self) -> None:
        self.set_header("Content-Length", 2)
        self.write("more than that")
        await self.flush()


class InInitialize(RequestHandler):
    def initialize(self) -> None:
        raise Broken

    def get(self) -> None:
        self.write("not reached")


@stream_request_body
class InInitializeOfAStream(InInitialize):
    pass


@stream_request_body
class InDataReceived(RequestHandler):
    def data_received(self, chunk: bytes) -> None:
        raise Broken

    def get(self) -> None:
        self.write("not reached")


def wait_for_records(running: Any, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(100):
        if caplog.records:
            return
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), running.loop).result(10)


@pytest.mark.parametrize(
    ("handler", "ending"),
    [
        (Sync, 500),
        (Coroutine, 500),
        (Generator, 500),
        (InCallback, 500),
        (InEngine, 500),
        (InPrepare, 500),
        (LateInPrepare, 500),
        (InOnFinish, 200),
        (InWriteError, 404),
        (InGetErrorHtml, 404),
        (InHeadHook, 500),
        (BehindFlush, CLOSED),
        (BehindFinish, 200),
        (Cancelled, 500),
        (CancelledByItself, 500),
        (AwaitsCancelled, 500),
        (AwaitsCancelledBehindFlush, CLOSED),
        (InDefaultHeaders, CLOSED),
        (InComputeEtag, 500),
        (LateAfterFinish, 200),
        (TooLong, CLOSED),
        (InDataReceived, 500),
        (InInitialize, 500),
        (InInitializeOfAStream, 500),
    ],
)
def test_every_failure_ends_its_request_and_is_logged_once(
    site: MakeSite, caplog: pytest.LogCaptureFixture, handler: Any, ending: int | str
) -> None:
    running = site([("/case", handler)])
    body = b"x" if handler is InDataReceived else None
    with caplog.at_level(logging.DEBUG, "tornado"):
        try:
            found: int | str = running.fetch("/case?x=1", "GET", body).status
        except (http.client.HTTPException, ConnectionError):
            found = CLOSED
        running.fetch("/nothing")  # the loop is alive, and has run its callbacks
        wait_for_records(running, caplog)
    assert found == ending
    records = [record for record in caplog.records if record.name != "tornado.access"]
    if ending == CLOSED and len(records) == 2:  # another record tells why there is no error page
        assert records.pop().getMessage().startswith("Cannot send error response after headers")
    assert len(records) == 1, [record.getMessage() for record in records]
    assert "GET /case?x=1 (127.0.0.1)" in records[0].getMessage()
    # A cancelled task is not a failure.
    assert (records[0].exc_info is None) == (handler is Cancelled)
    assert running.fetch("/nothing").status == 404


class Refuses(RequestHandler):
    def get(self) -> None:
        raise HTTPError(409, "an answer")


@pytest.mark.expected_errors("Uncaught exception")
def test_exceptions_can_be_observed_and_those_that_are_answers_are_not(site: MakeSite) -> None:
    seen = []
    running = site([("/sync", Sync), ("/async", Coroutine), ("/refuses", Refuses)])

    with observe_exceptions(lambda handler, error: seen.append((type(handler), type(error)))):
        statuses = [running.fetch(path).status for path in ("/sync", "/async", "/refuses")]
    assert running.fetch("/sync").status == 500

    assert statuses == [500, 500, 409]
    assert seen == [(Sync, Broken), (Coroutine, Broken)]


class Stopped(BaseException):
    """No Exception, so that a handler does not answer it, as those of some test runners are."""


class Stops(RequestHandler):
    async def get(self) -> None:
        await asyncio.sleep(0.001)
        raise Stopped("in the middle of it")


def test_what_ends_the_task_of_a_request_is_logged(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    running = site([("/stops", Stops)])
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", running.port)) as client:
        client.request("GET", "/stops")
        wait_for_records(running, caplog)
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert record.levelname == "ERROR"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], Stopped)


class FailsToAnswer(RequestHandler):
    def get(self) -> None:
        self.finish("answered")
        raise Broken

    def _handle_request_exception(self, error: BaseException) -> None:
        raise Broken


def test_a_failure_after_the_answer_is_not_a_second_one_in_the_access_log(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    logged: list[int] = []
    running = site(
        [("/", FailsToAnswer)], log_function=lambda handler: logged.append(handler.get_status())
    )
    assert running.fetch("/").text == "answered"
    wait_for_records(running, caplog)
    assert caplog.records[0].getMessage().startswith("Uncaught exception while an error was")
    assert running.fetch("/nothing").status == 404
    assert logged == [200, 404]
