"""A site on a thread of its own, and a client on a plain socket."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPServer
from tornado.websocket.protocol import (
    Connection,
    DeflateSettings,
    Event,
    PeerError,
    check_response,
    new_key,
    request_headers,
)


class Peer:
    """A websocket client on a socket, with a deadline on everything."""

    def __init__(
        self,
        port: int,
        path: str = "/",
        *,
        headers: dict[str, str] | None = None,
        subprotocols: tuple[str, ...] = (),
        deflate: DeflateSettings | None = None,
        receive_buffer: int | None = None,
    ) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        key = new_key()
        fields = {
            "Host": f"127.0.0.1:{port}",
            **request_headers(key, subprotocols=subprotocols, deflate=deflate),
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                break
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        status_line, *lines_received = head.decode("latin-1").split("\r\n")
        self.status = int(status_line.split()[1])
        self.fields = HTTPHeaders(line.split(": ", 1) for line in lines_received)
        self.body = rest
        self._events: deque[Event] = deque()
        if self.status == 101:
            self.subprotocol, self.agreement = check_response(
                self.status,
                self.fields,
                key=key,
                subprotocols=subprotocols,
                deflate=deflate,
            )
            self.connection = Connection(is_client=True, agreement=self.agreement)
            self._take(rest)

    def _take(self, data: bytes) -> None:
        try:
            self._events += self.connection.receive(data, 1_000_000)
        except PeerError as error:
            raise AssertionError(f"the server broke the protocol: {error}") from error

    def send(self, *messages: str | bytes) -> None:
        """Send messages, all in one piece."""
        make = self.connection.send_text, self.connection.send_binary
        self.send_raw(b"".join(make[isinstance(each, bytes)](each) for each in messages))

    def send_raw(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> Event | None:
        """Return what comes next, None at the end of the connection."""
        while not self._events:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._take(data)
        return self._events.popleft()

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Send a close frame."""
        self.send_raw(self.connection.close(code, reason))

    def drop(self) -> None:
        """End the connection without a close frame."""
        self.socket.close()


@asynccontextmanager
async def serve(application: Any, listener: Any) -> AsyncIterator[HTTPServer]:
    """Serve on our own server."""
    server = HTTPServer(application)
    server.add_sockets([listener])
    yield server
    server.stop()
    await server.close_all_connections()


class Site:
    """A running application.

    :param serving: `serve`, or what does the same with another server.
    """

    def __init__(self, application: Application, serving: Any = serve) -> None:
        self.application = application
        self._serving = serving
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("the site did not start")
        self._peers: list[Peer] = []

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        (listener,) = bind_sockets(0, "127.0.0.1")
        self.port: int = listener.getsockname()[1]
        async with self._serving(self.application, listener) as self.server:
            self._started.set()
            await self._stop.wait()

    def connect(self, path: str = "/", **options: Any) -> Peer:
        """Connect a client."""
        self._peers.append(Peer(self.port, path, **options))
        return self._peers[-1]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on the loop of the site and return its result."""
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(function(*arguments))
            except BaseException as error:  # the caller gets it
                future.set_exception(error)

        self.loop.call_soon_threadsafe(run)
        return future.result(10)

    def close(self) -> None:
        for peer in self._peers:
            peer.drop()
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


MakeSite = Callable[..., Site]


@pytest.fixture
def site(pytestconfig: pytest.Config) -> Iterator[MakeSite]:
    """Run applications: ``site(handler, **settings)``, or with a list of routes.

    The plugin ``other_server`` of packages/asgi/tests runs them on a server of another project.
    """
    other = pytestconfig.pluginmanager.get_plugin("other_server")
    serving = serve if other is None else other.serving(pytestconfig)
    running: list[Site] = []

    def start(handlers: Any, **settings: Any) -> Site:
        routes = handlers if isinstance(handlers, list) else [("/", handlers)]
        running.append(Site(Application(routes, **settings), serving))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(autouse=True)
def quiet_access_log() -> None:
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
