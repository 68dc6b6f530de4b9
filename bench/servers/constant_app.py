"""A bare ASGI callable whose messages never change: the least that ASGI asks of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settings import Settings, read_settings
from uvicorn_run import run

if TYPE_CHECKING:
    from asgi_app import App, Receive, Send

_BODY = {"type": "http.response.body", "body": b"Hello, world"}
_FIELDS = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"12")]
_OWN = (b"x-request-kind", b"page")


def make_app(settings: Settings) -> App:
    fields = {"hello": _FIELDS, "own-field": [*_FIELDS, _OWN]}[settings.case]
    start = {"type": "http.response.start", "status": 200, "headers": fields}

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        await send(start)
        await send(_BODY)

    return answer


if __name__ == "__main__":
    settings = read_settings()
    run(make_app(settings), settings)
