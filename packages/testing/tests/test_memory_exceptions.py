"""Exceptions of handlers reach the test that has sent the request."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError
from tornado.testing import MemoryClient
from tornado.web import Application, HTTPError, RequestHandler


class Echo(RequestHandler):
    def get(self) -> None:
        self.write("answered")


class Fails(RequestHandler):
    def get(self) -> None:
        raise LookupError("no such thing")


class FailsLate(RequestHandler):
    async def get(self) -> None:
        self.write("half of")
        await self.flush()
        raise LookupError("after the head")


@pytest.fixture
def app() -> Application:
    return Application([("/echo", Echo), ("/fails", Fails), ("/fails-late", FailsLate)])


@pytest.mark.expected_errors(
    "Uncaught exception", "500", "Cannot send error response after headers written"
)
def test_what_a_handler_does_not_catch_reaches_the_test(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        with pytest.raises(LookupError, match="no such thing") as caught:
            await client.get("/fails")
        assert caught.traceback[-1].name == "get"
        with pytest.raises(LookupError, match="after the head"):
            await client.get("/fails-late")
        quiet = MemoryClient(app, raise_app_exceptions=False)
        assert (await quiet.get("/fails")).code == 500

    loop.run_sync(main)


@pytest.mark.expected_errors("Uncaught exception", "500")
def test_an_exception_goes_to_the_request_that_met_it(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        results = await asyncio.gather(
            *[client.get(path) for path in ("/echo", "/fails", "/echo")], return_exceptions=True
        )
        assert [type(each).__name__ for each in results] == [
            "MemoryResponse",
            "LookupError",
            "MemoryResponse",
        ]

    loop.run_sync(main)


def _disable_logging(logger: logging.Logger) -> None:
    logging.disable(logging.CRITICAL)


def _disable_logger(logger: logging.Logger) -> None:
    logger.disabled = True


def _raise_level(logger: logging.Logger) -> None:
    logger.setLevel(logging.CRITICAL + 1)


def _drop_records(logger: logging.Logger) -> None:
    logger.addFilter(_drop)


def _drop(record: logging.LogRecord) -> bool:
    return False


@pytest.mark.parametrize(
    "silence", [_disable_logging, _disable_logger, _raise_level, _drop_records]
)
def test_an_exception_is_raised_where_the_log_is_silent_and_stays_out_of_it(
    loop: Any, app: Application, caplog: Any, silence: Any
) -> None:
    logger = logging.getLogger("tornado.application")

    async def main() -> None:
        client = MemoryClient(app)
        failed, answered = await asyncio.gather(
            client.get("/fails"), client.get("/echo"), return_exceptions=True
        )
        assert isinstance(failed, LookupError)
        assert answered.code == 200

    silence(logger)
    try:
        loop.run_sync(main)
        assert logger.disabled is (silence is _disable_logger)
        assert logger.isEnabledFor(logging.ERROR) is (silence is _drop_records)
    finally:
        logging.disable(logging.NOTSET)
        logger.disabled = False
        logger.setLevel(logging.NOTSET)
        logger.removeFilter(_drop)
    assert not [each for each in caplog.records if each.name == "tornado.application"]


class KeepsSilent(RequestHandler):
    def initialize(self, early: bool = False) -> None:
        if early:
            raise LookupError("early")

    def get(self) -> None:
        raise LookupError("late")

    def post(self) -> None:
        raise HTTPError(500, "an answer, not a fault")

    def log_exception(self, *exc_info: Any) -> None:
        pass


def test_an_exception_is_raised_where_the_handler_keeps_silent_about_it(
    loop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = Application([("/", KeepsSilent), ("/early", KeepsSilent, {"early": True})])
    client = MemoryClient(app)

    for path, message in (("/", "late"), ("/early", "early")):
        with pytest.raises(LookupError, match=message):
            loop.run_sync(partial(client.get, path))

    async def stream() -> None:
        async with client.stream("/"):
            pass

    with pytest.raises(LookupError, match="late"):
        loop.run_sync(stream)
    assert loop.run_sync(lambda: client.post("/")).code == 500
    client.raise_app_exceptions = False
    assert loop.run_sync(lambda: client.get("/")).code == 500
    assert not [
        each for each in caplog.records if each.exc_info and "late" in str(each.exc_info[1])
    ]


@pytest.mark.expected_errors(
    "Uncaught exception", "500", "Cannot send error response after headers written"
)
def test_a_stream_raises_what_its_handler_does(loop: Any) -> None:
    app = Application([("/fails", Fails), ("/late", FailsLate)])

    async def read(stream: Any) -> None:
        async with stream as response:
            assert response.code == 200
            async for _ in response:
                pass

    async def main() -> None:
        client = MemoryClient(app)
        with pytest.raises(LookupError, match="no such thing"):
            async with client.stream("/fails"):
                raise RuntimeError("the block is not entered")
        with pytest.raises(LookupError, match="after the head"):
            await read(client.stream("/late"))
        async with MemoryClient(app, raise_app_exceptions=False).stream("/fails") as response:
            assert response.code == 500
        async with client.stream("/nothing") as response:
            assert response.code == 404
        with pytest.raises(HTTPClientError, match="404"):
            async with client.stream("/nothing", raise_error=True):
                pass

    loop.run_sync(main)
