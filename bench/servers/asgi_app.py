"""A bare ASGI callable: what a framework on uvicorn cannot be below."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from settings import Settings, read_settings
from uvicorn_run import run

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


async def answer(send: Send, body: bytes, kind: bytes = b"text/html; charset=utf-8") -> None:
    fields = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def hello(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, b"Hello, world")


async def own_field(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    body = b"Hello, world"
    fields = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-kind", b"page"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def order(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    order = json.loads(body)
    receipt = {"accepted": len(order["lines"]), "order": order}
    await answer(send, json.dumps(receipt, separators=(",", ":")).encode(), b"application/json")


async def stream(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message["body"])
        more = message["more_body"]
    await answer(send, b"%d" % count)


def make_app(settings: Settings) -> App:
    text = settings.large.encode()

    async def large(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await answer(send, text)

    apps = {"hello": hello, "own-field": own_field, "json": order, "large": large, "stream": stream}
    return apps[settings.case]


if __name__ == "__main__":
    settings = read_settings()
    run(make_app(settings), settings)
