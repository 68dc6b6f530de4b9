"""A server that ends while its applications are still at work."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tornado.asgi import ASGIContainer

PATIENCE = 30


class Working:
    """An application that goes on after its response until it is let go."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.go_on = threading.Event()
        self.end = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/waits-first":
            await asyncio.sleep(0)
        try:
            if scope["path"] != "/silent":
                await send({"type": "http.response.start", "status": 200})
                await send({"type": "http.response.body", "body": b"ok"})
            self.has_begun.set()
            while not self.go_on.is_set():  # noqa: ASYNC110 - the event is of another thread
                await asyncio.sleep(0.01)
            self.end = "done"
        except asyncio.CancelledError:
            self.end = "cancelled"
            raise


def drain(server: Any, timeout: float) -> Any:
    return asyncio.run_coroutine_threadsafe(server.server.drain(timeout, grace=0), server.loop)


@pytest.mark.parametrize("path", ["/", "/waits-first"])
@pytest.mark.parametrize("fields", ["", "Connection: close\r\n"])
def test_a_drained_server_waits_for_what_follows_a_response(
    serve: Any, path: str, fields: str
) -> None:
    application = Working()
    server = serve(ASGIContainer(application, lifespan="off"))
    assert server.get(path, fields).body == b"ok"
    assert application.has_begun.wait(PATIENCE)
    drained = drain(server, PATIENCE)
    with pytest.raises(TimeoutError):
        drained.result(0.2)
    application.go_on.set()
    drained.result(PATIENCE)
    assert application.end == "done"


@pytest.mark.parametrize("path", ["/", "/waits-first"])
def test_a_response_that_ends_during_the_drain_does_not_end_its_work(serve: Any, path: str) -> None:
    """Its connection is closed with the response, and the application goes on."""
    answered, application = threading.Event(), Working()

    async def late(scope: Any, receive: Any, send: Any) -> None:
        answered.set()
        while not server.server._is_draining:  # noqa: ASYNC110 - as long as a user would wait
            await asyncio.sleep(0.01)
        await application(scope, receive, send)

    server = serve(ASGIContainer(late, lifespan="off"))
    client = server.connect()
    client.send(f"GET {path} HTTP/1.1\r\nHost: e\r\n\r\n".encode())
    assert answered.wait(PATIENCE)
    drained = drain(server, PATIENCE)
    assert client.read_response().body == b"ok"
    with pytest.raises(TimeoutError):
        drained.result(0.2)
    application.go_on.set()
    drained.result(PATIENCE)
    assert application.end == "done"


def test_what_is_not_done_at_the_deadline_is_cancelled(serve: Any) -> None:
    application = Working()
    server = serve(ASGIContainer(application, lifespan="off"))
    assert server.get().body == b"ok"
    assert application.has_begun.wait(PATIENCE)
    drain(server, 0.1).result(PATIENCE)
    assert application.end == "cancelled"


@pytest.mark.expected_errors(".*the application has not sent a whole response")
def test_an_application_that_never_answers_ends_with_the_deadline(serve: Any, caplog: Any) -> None:
    application = Working()
    server = serve(ASGIContainer(application, lifespan="off"))
    client = server.connect()
    client.send(b"GET /silent HTTP/1.1\r\nHost: e\r\n\r\n")
    assert application.has_begun.wait(PATIENCE)
    assert drain(server, 0.1).result(PATIENCE) == 1
    assert client.read_until_close() == b""
    assert application.end == "cancelled"
