"""ASGI applications in our server."""

from __future__ import annotations

from typing import Any

from tornado.asgi import ASGIContainer


async def hello(scope: Any, receive: Any, send: Any) -> None:
    fields = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": b"Hello"})


def test_hello_is_served_on_a_connection_that_stays_open(serve: Any) -> None:
    client = serve(ASGIContainer(hello)).connect()
    for _ in range(3):
        answer = client.get()
        assert (answer.status, answer.body) == (200, b"Hello")
