"""A site on a thread of its own, and a client of the standard library."""

from __future__ import annotations

import asyncio
import http.client
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest

from tornado.httputil import HTTPServerConnectionDelegate
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPServer


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    reason: str

    @property
    def text(self) -> str:
        return self.body.decode()


@asynccontextmanager
async def serve(application: Any, listener: Any, **options: Any) -> AsyncIterator[HTTPServer]:
    """Serve on our own server."""
    server = HTTPServer(application, **options)
    server.add_sockets([listener])
    yield server
    server.stop()
    await server.close_all_connections()


class Site:
    """A running application, or another router.

    :param serving: `serve`, or what does the same with another server.
    """

    def __init__(
        self, application: HTTPServerConnectionDelegate, serving: Any = serve, **options: Any
    ) -> None:
        self.application = application
        self._serving = serving
        self._options = options
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("the site did not start")

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        (listener,) = bind_sockets(0, "127.0.0.1")
        self.port: int = listener.getsockname()[1]
        async with self._serving(self.application, listener, **self._options):
            self._started.set()
            await self._stop.wait()

    def fetch(
        self,
        path: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read(), response.reason)
        finally:
            connection.close()
            self.take_a_turn()

    def take_a_turn(self) -> None:
        """Wait for the loop: a response can arrive before the handler has returned."""
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.loop).result(10)

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


MakeSite = Callable[..., Site]


@pytest.fixture
def site(pytestconfig: pytest.Config) -> Iterator[MakeSite]:
    """Run applications: ``site([(pattern, handler), ...], **settings)``, or a router.

    The plugin ``other_server`` of packages/asgi/tests runs them on a server of another project.
    """
    other = pytestconfig.pluginmanager.get_plugin("other_server")
    serving = serve if other is None else other.serving(pytestconfig)
    running: list[Site] = []

    def start(handlers: Any = None, **settings: Any) -> Site:
        options = settings.pop("server_options", {})
        is_made = isinstance(handlers, HTTPServerConnectionDelegate)
        application = handlers if is_made else Application(handlers, **settings)
        running.append(Site(application, serving, **options))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(autouse=True)
def quiet_access_log() -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
