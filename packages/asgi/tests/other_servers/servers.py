"""The servers of other projects, each of them for real, in the thread and the loop of the caller.

So a test can look into the application that it has started. Each function serves an application of ASGI on
a listening socket: it is an asynchronous context manager, and the server accepts while its body runs.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: Seconds within which a server starts and ends on the slowest machine.
PATIENCE = 30

#: Seconds after which a server that does not end is cancelled.
LONGEST_END = 5

#: Seconds that a server waits for its connections at its end; tests leave some of them open.
GRACE = 0.2


@asynccontextmanager
async def uvicorn(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serve by uvicorn, with httptools and websockets."""
    from uvicorn import Config, Server

    settings: dict[str, Any] = {"timeout_graceful_shutdown": GRACE, "access_log": False}
    config = Config(application, log_config=None, log_level="critical", lifespan="on", **settings)
    server = Server(config)
    # What `Server.serve` does, without its handlers of signals, and without its last tick.
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        ticking.cancel()
        await _end_uvicorn(server, listener)


async def _end_uvicorn(server: Any, listener: socket.socket) -> None:
    """End the server; it raises while a websocket is closing already, and is asked once more then."""
    from websockets.exceptions import InvalidState

    while True:
        try:
            await server.shutdown([listener])
        except InvalidState:
            await asyncio.sleep(0.01)
        else:
            return


@asynccontextmanager
async def hypercorn(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serve by hypercorn."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.graceful_timeout = GRACE
    config.loglevel = "CRITICAL"
    stop, started = asyncio.Event(), asyncio.Event()

    async def wait_for_stop() -> None:
        started.set()
        await stop.wait()

    task = asyncio.create_task(serve(application, config, shutdown_trigger=wait_for_stop))
    await _until(lambda: started.is_set() or task.done())
    listener.close()
    try:
        _check(task)
        yield
    finally:
        stop.set()
        await _ended(task)


@asynccontextmanager
async def granian(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serve by granian's embedded server, whose threads call the loop."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    port = listener.getsockname()[1]
    listener.close()  # it opens its own, and takes no other
    server = Server(
        application, port=port, interface=Interfaces.ASGI, log_enabled=False, blocking_threads=1
    )
    server.workers_kill_timeout = 1
    task = asyncio.create_task(server.serve())
    await _until(lambda: task.done() or _accepts(port))
    try:
        _check(task)
        yield
    finally:
        server.stop()
        await _ended(task)


@asynccontextmanager
async def gunicorn(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serve by the ASGI worker of gunicorn, without the process that would watch it."""
    from gunicorn.config import Config
    from gunicorn.glogging import Logger
    from gunicorn.workers.gasgi import ASGIWorker

    class Listener:
        """What a worker gets for each address."""

        sock = listener

    config = Config()
    config.set("graceful_timeout", 0)
    config.set("loglevel", "critical")
    config.set(
        "limit_request_line", 0
    )  # the limits of handlers are tested, not those of the server
    config.set("limit_request_field_size", 0)
    worker = ASGIWorker(0, os.getppid(), [Listener()], None, 30, config, Logger(config))
    worker.loop = asyncio.get_running_loop()
    worker.asgi = application
    task = asyncio.create_task(worker._serve())
    await _until(lambda: bool(worker.servers) or task.done())
    try:
        _check(task)
        yield
    finally:
        worker.alive = False
        task.cancel()  # wakes it up: it looks once in a second
        await _ended(task)
        worker.tmp.close()


SERVERS = {each.__name__: each for each in (uvicorn, hypercorn, granian, gunicorn)}


async def _until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - servers have no event for it
            await asyncio.sleep(0.005)


def _check(task: asyncio.Task[Any]) -> None:
    """Raise what a server has raised instead of starting."""
    if task.done():
        task.result()
        raise RuntimeError("the server has ended instead of starting")


async def _ended(task: asyncio.Task[Any]) -> None:
    """Wait for the end of a server; one that waits for its requests is cancelled."""
    done, _ = await asyncio.wait([task], timeout=LONGEST_END)
    if not done:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return
    with suppress(asyncio.CancelledError):
        task.result()


def _accepts(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False
