"""One ASGI application on one server, on uvloop: ``asgi_servers.py SERVER APPLICATION``.

It prints its port. The applications are the same objects for both servers.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def raw(scope: Any, receive: Receive, send: Send) -> None:
    """Answer as the ASGI application of the other cases does."""
    body = b"Hello, world"
    fields = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def posted(scope: Any, receive: Receive, send: Send) -> None:
    """Answer with the length of a body."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message["body"])
        more = message["more_body"]
    body = b"%d" % size
    fields = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def make_fastapi() -> Any:
    """Return FastAPI with one function."""
    from fastapi import FastAPI

    api = FastAPI()

    @api.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return api


async def serve_by_tornado(application: Any, listener: socket.socket) -> None:
    """Serve in our container."""
    from tornado.asgi import ASGIContainer
    from tornado.httpserver import HTTPServer

    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    listener.setblocking(False)
    HTTPServer(ASGIContainer(application)).add_socket(listener)
    await asyncio.Event().wait()


async def serve_by_uvicorn(application: Any, listener: socket.socket) -> None:
    """Serve by uvicorn with httptools."""
    import uvicorn

    config = uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=300,
    )
    await uvicorn.Server(config).serve([listener])


def main() -> None:
    """Serve until the program is ended."""
    _, server, name = sys.argv
    application = make_fastapi() if name == "fastapi" else {"raw": raw, "post": posted}[name]
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    serve = {"tornado": serve_by_tornado, "uvicorn": serve_by_uvicorn}[server]
    uvloop.run(serve(application, listener))


if __name__ == "__main__":
    main()
