"""Connections within the process, from a client to an application."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from tornado.httpserver import HTTPServer, Lifespans
from tornado.iostream import MemoryIOStream

if TYPE_CHECKING:
    from collections.abc import Callable

app_log = logging.getLogger("tornado.application")

#: Rounds of the loop in which the server's end of a connection notices that the client has closed.
_TURNS_TO_CLOSE = 5


class ClientStream(MemoryIOStream):
    """The client's end of a connection."""

    #: Whether the client has asked for TLS.
    is_secure = False

    def start_tls(
        self, server_side: bool, ssl_options: Any = None, server_hostname: str | None = None
    ) -> asyncio.Future[ClientStream]:
        """Mark the connection as one over TLS. Nothing is encrypted within a process."""
        self.is_secure = True
        future: asyncio.Future[ClientStream] = asyncio.get_running_loop().create_future()
        future.set_result(self)
        return future


class Application:
    """The application under test, served without a listening socket.

    :param callback: an application, another delegate, or a function of a request.
    :param remote_ip: the address that requests seem to come from.
    :param options: more arguments of :class:`tornado.httpserver.HTTPServer`.
    """

    def __init__(self, callback: Any, remote_ip: str, options: dict[str, Any]) -> None:
        self._callback = callback
        self._remote_ip = remote_ip
        self._options = options
        self._servers: dict[str, HTTPServer] = {}
        self._streams: WeakSet[MemoryIOStream] = WeakSet()
        self._lifespans: Lifespans | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting: set[asyncio.Task[None]] = set()

    @property
    def is_started(self) -> bool:
        """True while the application has still to be shut down."""
        return self._lifespans is not None

    async def start(self) -> None:
        """Call the startup hooks of the application, unless that is done already.

        :raises Exception: if one of them fails.
        """
        if self._start_nowait():
            return
        lifespans = Lifespans(self._callback, self._close_connections)
        await lifespans.enter()
        self._lifespans, self._loop = lifespans, asyncio.get_running_loop()

    def _start_nowait(self) -> bool:
        if self._loop is not None and self._loop.is_closed():
            self._lifespans = self._loop = None  # the application ended with its loop
        if self._lifespans is not None:
            return True
        lifespans = Lifespans(self._callback)
        # Without hooks nothing is noted, so that a client need not be closed.
        return lifespans.enter_nowait() and lifespans.leave_nowait()

    def accept(self, stream: MemoryIOStream, is_secure: bool) -> None:
        """Serve a connection after the application has started."""
        self._streams.add(stream)
        if self._start_nowait():
            self.serve(stream, is_secure)
            return
        task = asyncio.get_running_loop().create_task(self._start_and_serve(stream, is_secure))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start_and_serve(self, stream: MemoryIOStream, is_secure: bool) -> None:
        try:
            await self.start()
        except Exception as error:  # noqa: BLE001 - nobody waits for this task
            app_log.error("the application did not start: %r", error, exc_info=error)
            stream.close()
            return
        self.serve(stream, is_secure)

    def serve(self, stream: MemoryIOStream, is_secure: bool) -> None:
        """Serve a connection to an application that has started."""
        self._streams.add(stream)
        protocol = "https" if is_secure else "http"
        server = self._servers.get(protocol)
        if server is None:
            options = {"protocol": protocol, **self._options}
            server = self._servers[protocol] = HTTPServer(self._callback, **options)
        server.handle_stream(stream, (self._remote_ip, 0))  # type: ignore[arg-type]  # all of a stream but its socket

    @property
    def has_open_connections(self) -> bool:
        """True while a connection is open."""
        return any(not stream.closed() for stream in self._streams)

    async def close(self) -> None:
        """Close the connections that are still open, and end the application."""
        await self._close_connections()
        for stream in self._streams:  # those that are not the server's any more
            stream.close()
        lifespans, self._lifespans, self._loop = self._lifespans, None, None
        if lifespans is not None:
            await lifespans.leave()

    async def _close_connections(self) -> None:
        for server in self._servers.values():
            await server.close_all_connections()


class MemoryTransport:
    """The replacement of a client's `tornado.tcpclient.TCPClient`: every host is in this process.

    :param accept: called with the server's end of a new connection, and whether it is over TLS.
    """

    def __init__(self, accept: Callable[[MemoryIOStream, bool], None]) -> None:
        self._accept = accept
        self._streams: list[MemoryIOStream] = []

    def open(self, max_buffer_size: int | None = None) -> ClientStream:
        """Return the client's end of a new connection; the server gets its end in the next round of the loop."""
        near, far = ClientStream.pair(max_buffer_size=max_buffer_size)
        self._streams.append(far)
        asyncio.get_running_loop().call_soon(self._connect, near, far)
        return near

    async def connect(
        self, host: str, port: int, *, max_buffer_size: int | None = None, **_: Any
    ) -> ClientStream:
        """Connect, as a :class:`tornado.tcpclient.TCPClient` does."""
        return self.open(max_buffer_size)

    def close(self) -> None:
        """Do nothing: there is no resolver to close."""

    def _connect(self, near: ClientStream, far: MemoryIOStream) -> None:
        self._accept(far, near.is_secure)

    def owns(self, stream: object) -> bool:
        """Tell whether a stream is the server's end of one of these connections."""
        return any(stream is each for each in self._streams)

    async def wait_closed(self) -> None:
        """Wait until the server has noticed that the client has closed its connections."""
        for _ in range(_TURNS_TO_CLOSE):
            if all(stream.closed() for stream in self._streams):
                return
            await asyncio.sleep(0)
