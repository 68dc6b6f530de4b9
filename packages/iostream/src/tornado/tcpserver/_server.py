"""The server: listening sockets in, streams out."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Any

from tornado.iostream import IOStream
from tornado.netutil import add_accept_handler, bind_sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

app_log = logging.getLogger("tornado.application")


class TCPServer:
    """Accept TCP connections and call `handle_stream` for each.

    Ways to start: `listen` for one process; `bind` and `start` to fork several; `add_sockets` for
    sockets made elsewhere, for example by `.bind_sockets` before `.fork_processes`.

    :param ssl_options: an `ssl.SSLContext`, or a dict of its ingredients, to serve TLS.
    :param max_buffer_size: bytes a stream buffers for one read; see `.BaseIOStream`.
    :param read_chunk_size: bytes a stream receives at once.
    """

    def __init__(
        self,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
    ) -> None:
        self.ssl_options = ssl_options
        self.max_buffer_size = max_buffer_size
        self.read_chunk_size = read_chunk_size
        self._sockets: dict[int, socket.socket] = {}
        self._stop_accepting: dict[int, Callable[[], None]] = {}
        self._pending_sockets: list[socket.socket] = []
        self._handlers: set[asyncio.Future[Any]] = set()
        self._started = False
        self._stopped = False

    def listen(
        self,
        port: int,
        address: str | None = None,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = 128,
        flags: int | None = None,
        reuse_port: bool = False,
    ) -> None:
        """Listen on a port and accept at once, on the current loop; arguments of `.bind_sockets`.

        May be called several times, for several ports.
        """
        self.add_sockets(bind_sockets(port, address, family, backlog, flags, reuse_port))

    def bind(
        self,
        port: int,
        address: str | None = None,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        backlog: int = 128,
        flags: int | None = None,
        reuse_port: bool = False,
    ) -> None:
        """Open the port now and accept from `start` on; arguments of `.bind_sockets`."""
        sockets = bind_sockets(port, address, family, backlog, flags, reuse_port)
        if self._started:
            self.add_sockets(sockets)
        else:
            self._pending_sockets.extend(sockets)

    def start(self, num_processes: int | None = 1, max_restarts: int | None = None) -> None:
        """Accept on the ports of `bind`, in this process or in forked ones.

        :param num_processes: 1 does not fork; None or 0 forks one process per processor.
        :param max_restarts: passed to `.fork_processes`.
        """
        if self._started:
            raise RuntimeError("the server is started already")
        self._started = True
        if num_processes != 1:
            from tornado.process import fork_processes

            fork_processes(num_processes, max_restarts)
        sockets, self._pending_sockets = self._pending_sockets, []
        self.add_sockets(sockets)

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Accept on listening sockets, which belong to the server from now on."""
        for sock in sockets:
            self._sockets[sock.fileno()] = sock
            self._stop_accepting[sock.fileno()] = add_accept_handler(sock, self._accept)

    def add_socket(self, socket: socket.socket) -> None:
        """Accept on one listening socket."""
        self.add_sockets([socket])

    def stop(self) -> None:
        """Accept no more and close the listening sockets. Open connections go on."""
        if self._stopped:
            return
        self._stopped = True
        for descriptor, sock in self._sockets.items():
            self._stop_accepting.pop(descriptor)()
            sock.close()
        self._sockets.clear()

    def handle_stream(self, stream: IOStream, address: Any) -> Any:
        """Serve a connection. To be overridden, with a plain method or a coroutine.

        An exception is logged and closes the stream.

        :param stream: the new connection; it is the handler's to close.
        :param address: the peer's address, as ``socket.accept`` gives it.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define handle_stream(stream, address)"
        )

    # From a connection to a stream.

    def _accept(self, connection: socket.socket, address: Any) -> None:
        stream = self._make_stream(connection)
        if connection.family != socket.AF_UNIX:
            # Whoever answers in two writes would otherwise wait for the peer's delayed ACK.
            stream.set_nodelay(True)
        try:
            result = self.handle_stream(stream, address)
        except Exception:  # noqa: BLE001 - one connection's error must not end the server
            self._handler_failed(stream)
            return
        if result is not None:
            self._follow(stream, result)

    def _make_stream(self, connection: socket.socket) -> IOStream:
        return IOStream(
            connection, max_buffer_size=self.max_buffer_size, read_chunk_size=self.read_chunk_size
        )

    def _follow(self, stream: IOStream, result: Any) -> None:
        """Run a coroutine handler, and hear of its errors."""
        future = asyncio.ensure_future(result)
        self._handlers.add(future)

        def finished(future: asyncio.Future[Any]) -> None:
            self._handlers.discard(future)
            if future.cancelled():
                stream.close()
            elif future.exception() is not None:
                self._handler_failed(stream, future.exception())

        future.add_done_callback(finished)

    def _handler_failed(self, stream: IOStream, error: BaseException | None = None) -> None:
        app_log.error("error in connection callback", exc_info=error or True)
        stream.close()
