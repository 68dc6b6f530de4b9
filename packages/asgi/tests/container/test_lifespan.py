"""The start and the end of applications in our server."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest

from tornado.asgi import ASGIContainer
from tornado.httpserver import HTTPServer
from tornado.web import Application, FallbackHandler

PATIENCE = 30


class Living:
    """An application that takes its lifespan, and notes what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.states: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        self.states.append(scope["state"])
        scope["state"]["own"] = 1
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": scope["state"]["answer"]})

    async def live(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            self.events.append(message["type"])
            if message["type"] == "lifespan.startup":
                await asyncio.sleep(0.01)
                scope["state"]["answer"] = b"state"
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def test_an_application_is_told_of_its_start_and_its_end(serve: Any) -> None:
    application = Living()
    server = serve(ASGIContainer(application, lifespan="on"))
    assert server.get().body == b"state"
    assert server.get().body == b"state"
    assert application.events == ["lifespan.startup"]
    server.close()
    assert application.events == ["lifespan.startup", "lifespan.shutdown"]


def test_each_request_has_a_copy_of_the_state(serve: Any) -> None:
    application = Living()
    server = serve(ASGIContainer(application))
    server.get()
    server.get()
    first, second = application.states
    assert first is not second
    assert "own" in first


@pytest.mark.parametrize("way", ["route", "fallback"])
def test_the_server_of_a_mounted_application_starts_and_ends_it(serve: Any, way: str) -> None:
    application = Living()
    container = ASGIContainer(application, root_path="/api")
    routes: dict[str, Any] = {
        "route": ("/api/.*", container),
        "fallback": ("/api/.*", FallbackHandler, {"fallback": container}),
    }
    server = serve(Application([routes[way]]))
    assert server.get("/api/").body == b"state"
    server.close()
    assert application.events == ["lifespan.startup", "lifespan.shutdown"]


def test_an_application_that_raises_on_lifespan_is_served_without_it(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is known, not {scope['type']}")
        assert "state" not in scope
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"served"})

    assert serve(ASGIContainer(application)).get().body == b"served"


def test_an_application_that_ends_at_once_on_lifespan_is_served_without_it(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"served"})

    assert serve(ASGIContainer(application)).get().body == b"served"


#: Programs whose application cannot start, and what they say before they end.
FAILURES = {
    "it says so": (
        "auto",
        'await send({"type": "lifespan.startup.failed", "message": "no database"})',
        "the application says: no database",
    ),
    "without a message": (
        "auto",
        'await send({"type": "lifespan.startup.failed"})',
        "the application says: no reason given",
    ),
    "it has to take the lifespan": (
        "on",
        'raise KeyError("lifespan?")',
        "the application does not take the scope lifespan",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_server_whose_application_cannot_start_ends_with_a_clear_error(name: str) -> None:
    mode, step, message = FAILURES[name]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    program = f"""
        import asyncio
        from tornado.asgi import ASGIContainer
        from tornado.httpserver import HTTPServer

        async def application(scope, receive, send):
            await receive()
            {step}

        async def main():
            HTTPServer(ASGIContainer(application, lifespan={mode!r})).listen({port}, "127.0.0.1")
            await asyncio.Event().wait()

        asyncio.run(main())
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1
    assert message in ended.stderr


def test_a_loop_that_ends_tells_the_application(caplog: Any) -> None:
    """As after Ctrl-C: nobody stops the server."""
    application = Living()

    async def main() -> None:
        server = HTTPServer(ASGIContainer(application))
        server.add_socket(socket.create_server(("127.0.0.1", 0)))
        while "lifespan.startup" not in application.events:  # noqa: ASYNC110 - as a user would see it
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert application.events == ["lifespan.startup", "lifespan.shutdown"]


def test_a_failed_end_is_logged(serve: Any, caplog: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        started.set()
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "disk full"})
        raise OSError("disk full")

    started = threading.Event()
    server = serve(ASGIContainer(application))
    assert started.wait(PATIENCE)
    server.close()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "the application did not end well: disk full"
    ]


def test_an_exception_after_the_start_is_logged_and_requests_are_served(
    serve: Any, caplog: Any
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            raise KeyError("later")
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"served"})

    server = serve(ASGIContainer(application))
    assert server.get().body == b"served"
    server.close()
    assert "exception in the lifespan of the application" in caplog.text


def test_a_lifespan_that_fails_while_the_server_serves_is_logged_at_once(
    serve: Any, caplog: Any
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"served"})
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.failed", "message": "a worker is dead"})
        failed.set()
        raise OSError("a worker is dead")

    failed = threading.Event()
    server = serve(ASGIContainer(application))
    assert failed.wait(PATIENCE)
    told = "the lifespan of the application has failed: a worker is dead"
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == [told]
    assert server.connect().get().body == b"served"
    server.close()
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == [told]
