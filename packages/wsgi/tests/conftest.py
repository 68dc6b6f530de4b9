"""A WSGI application in our server on a thread of its own, and plain clients."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.wsgi import WSGIContainer

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 30.0


class Site:
    """A server on a thread of its own."""

    def __init__(self, application: Any, **options: Any) -> None:
        [listener] = bind_sockets(0, "127.0.0.1")
        self.port: int = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(application, listener, options)), daemon=True
        )
        self._ready = threading.Event()
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise RuntimeError("the server does not start")

    async def _serve(self, application: Any, listener: socket.socket, options: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        server = HTTPServer(application, **options)
        server.add_sockets([listener])
        self._ready.set()
        await self._end.wait()
        server.stop()
        await server.close_all_connections()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def fetch(
        self, path: str = "/", method: str = "GET", body: Any = None, headers: Any = None
    ) -> tuple[int, Any, bytes]:
        """Make a request on a connection of its own; return status, header fields and body."""
        client = self.client()
        try:
            client.request(method, path, body, headers or {})
            response = client.getresponse()
            return response.status, response.headers, response.read()
        finally:
            client.close()

    def exchange(self, data: bytes) -> bytes:
        """Send bytes, and return all that comes before the end of the connection."""
        with self.connect() as client:
            client.sendall(data)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Return a function that serves an application of ours for the length of a test."""
    sites: list[Site] = []

    def start(application: Any, **options: Any) -> Site:
        sites.append(Site(application, **options))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Return a function that waits until another one returns true."""

    def wait(condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait


@pytest.fixture
def threads() -> Iterator[Executor]:
    """Return an executor with more threads than a test has requests at a time."""
    with ThreadPoolExecutor(40) as executor:
        yield executor


@pytest.fixture(params=["threads", "loop"])
def contain(request: Any, serve: Any, threads: Executor) -> Callable[..., Site]:
    """Return a function that serves a WSGI application: on threads, and on the loop's own."""
    executor = threads if request.param == "threads" else None

    def start(application: Any, **options: Any) -> Site:
        return serve(WSGIContainer(application, executor=executor), **options)

    return start
