"""What Quart documents, in our server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import quart as library  # pytest would look into its request if that were a global
from quart import Quart, abort

from tornado.asgi import ASGIContainer

PATIENCE = 30


@pytest.fixture
def quart() -> Quart:
    return Quart(__name__)


def test_quart_answers_streams_and_takes_forms(serve: Any, quart: Quart) -> None:
    @quart.get("/stream")
    async def stream() -> AsyncIterator[bytes]:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(5):
                yield b"%d " % number
                await asyncio.sleep(0)

        return pieces()

    @quart.post("/form")
    async def form() -> str:
        return f"hello {(await library.request.form)['name']}"

    @quart.get("/refused")
    async def refused() -> None:
        abort(403)

    client = serve(ASGIContainer(quart)).connect()
    assert client.get("/stream").body == b"0 1 2 3 4 "
    client.send(
        b"POST /form HTTP/1.1\r\nHost: e\r\nContent-Length: 8\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname=ann"
    )
    assert client.read_response().body == b"hello ann"
    assert client.get("/refused").status == 403


def test_quart_starts_and_ends(serve: Any, quart: Quart) -> None:
    events = []
    quart.before_serving(lambda: events.append("start"))
    quart.after_serving(lambda: events.append("end"))

    @quart.get("/")
    async def page() -> str:
        return "page"

    server = serve(ASGIContainer(quart, lifespan="on"))
    assert server.get().body == b"page"
    server.close()
    assert events == ["start", "end"]


def test_a_websocket_of_quart(serve: Any, connect: Any, quart: Quart) -> None:
    left = threading.Event()

    @quart.websocket("/ws")
    async def echo() -> None:
        try:
            while True:
                await library.websocket.send(f"you said {await library.websocket.receive()}")
        finally:
            left.set()

    @quart.websocket("/refused")
    async def refused() -> None:
        abort(401)

    server = serve(ASGIContainer(quart))
    peer = connect(server.connect(), "/ws")
    peer.send("hello")
    assert peer.receive() == "you said hello"
    peer.client.close()
    assert left.wait(PATIENCE)
    assert connect(server.connect(), "/refused").status == 401
