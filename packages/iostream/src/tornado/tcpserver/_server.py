"""The server, which makes streams of accepted connections."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.ioloop import IOLoop, takes_loop
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import (
    add_accept_handler,
    bind_sockets,
)
from tornado.netutil._tls import wrap_accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tornado.iostream import SSLIOStream

    from ._idle import IdleWatch
    from ._limits import ConnectionLimits
    from ._tls_settings import TLSSettings

app_log = logging.getLogger("tornado.application")


class _ChosenLoop:
    """The attribute with the loop of a server: the one that it was given, or the current one.

    An attribute of the same name in a subclass may have another meaning.
    """

    def __get__(self, server: TCPServer | None, owner: type[TCPServer]) -> Any:
        return self if server is None else server._chosen_loop or IOLoop.current()


class TCPServer:
    """A server that accepts connections and calls `handle_stream` for each of them.

    Ways to start: `listen` for one process; `bind` and `start` to fork several; `add_sockets` for
    sockets made elsewhere, for example by `.bind_sockets` before `.fork_processes`.

    :param ssl_options: an `ssl.SSLContext`, or a dict for `.ssl_options_to_context` with at least
        ``certfile``, to serve TLS. The files are read at once.
    :param max_buffer_size: bytes a stream buffers for one read; see `.BaseIOStream`.
    :param read_chunk_size: bytes a stream receives at once.
    :param max_connections: connections that may be open at the same time; more are closed at once.
    :param max_connections_per_address: connections that one address may have open.
    :param idle_timeout: seconds after which a connection without traffic is closed.
    :param handshake_timeout: seconds that a TLS handshake may take.
    :param io_loop: classic, and the first argument there: another loop of this thread to serve on.

    .. versionadded:: 1.0
       The limits and timeouts, and again ``io_loop``, also as an attribute.
    """

    io_loop: ClassVar[Any] = _ChosenLoop()

    @takes_loop(before="ssl_options", none_before=(dict, ssl.SSLContext))
    def __init__(
        self,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
        *,
        max_connections: int | None = None,
        max_connections_per_address: int | None = None,
        idle_timeout: float | None = None,
        handshake_timeout: float | None = 60.0,
        io_loop: IOLoop | None = None,
    ) -> None:
        self._chosen_loop = io_loop
        self.ssl_options = ssl_options
        self._tls: TLSSettings | None = None
        if ssl_options is not None:
            self._read_tls_settings(ssl_options)
        self.max_buffer_size = max_buffer_size
        self.read_chunk_size = read_chunk_size
        self.handshake_timeout = handshake_timeout
        self._limits: ConnectionLimits | None = None
        if max_connections is not None or max_connections_per_address is not None:
            from ._limits import ConnectionLimits

            self._limits = ConnectionLimits(max_connections, max_connections_per_address)
        self._idle: IdleWatch | None = None
        if idle_timeout is not None:
            from ._idle import IdleWatch

            self._idle = IdleWatch(idle_timeout)
        self._sockets: dict[int, socket.socket] = {}
        self._stop_accepting: dict[int, Callable[[], None]] = {}
        self._pending_sockets: list[socket.socket] = []
        self._running: set[Any] = set()
        self._started = False
        self._stopped = False

    # Listening.

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
        """Open the port now and accept from `start` on; arguments of `.bind_sockets`.

        Classic: ``reuse_port`` was at the place of ``flags``, and is still recognized there.
        """
        if isinstance(flags, bool):
            reuse_port, flags = flags, None
        opened = bind_sockets(port, address, family, backlog, flags, reuse_port)
        accept_or_keep = self.add_sockets if self._started else self._pending_sockets.extend
        accept_or_keep(opened)

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
            self._stop_accepting[sock.fileno()] = add_accept_handler(
                sock, self.accept_connection, io_loop=self._chosen_loop
            )

    def add_socket(self, socket: socket.socket) -> None:
        """Accept on one listening socket."""
        self.add_sockets([socket])

    def listening_sockets(self) -> list[socket.socket]:
        """Return the sockets on which the server accepts, for example to ask for their ports.

        .. versionadded:: 1.0
        """
        return list(self._sockets.values())

    def stop(self) -> None:
        """Accept no more and close the listening sockets. Open connections stay open."""
        if self._stopped:
            return
        self._stopped = True
        for descriptor, sock in self._sockets.items():
            self._stop_accepting.pop(descriptor)()
            sock.close()
        for sock in self._pending_sockets:
            sock.close()
        self._sockets.clear()
        self._pending_sockets.clear()
        if self._tls is not None:
            self._tls.handshakes.log_total()

    # Connections.

    def handle_stream(self, stream: IOStream, address: Any) -> Any:
        """Called with the stream of each connection. Override to serve it, as a method or a coroutine.

        An exception, or a result that cannot be awaited, is logged and closes the stream. With TLS,
        the handshake may not be done yet; `.SSLIOStream.wait_for_handshake` waits for it.

        :param stream: the new connection, which this method has to close.
        :param address: the peer's address, as ``socket.accept`` gives it.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define handle_stream(stream, address)"
        )

    def admit(self, address: Any) -> bool:
        """Called with the address of a connection to decide whether it is accepted.

        Override to refuse addresses. Call the inherited method last, because it counts the
        connection.

        .. versionadded:: 1.0
        """
        return self._limits is None or self._limits.admit(address)

    def accept_connection(self, connection: socket.socket, address: Any) -> None:
        """Called when a listening socket has given a connection: admit it and handle its stream.

        Override to read from the socket itself before there is a stream, as a header of the PROXY
        protocol is read, and call this one afterwards.

        :param connection: the socket, which is the server's to close.
        :param address: the peer's address, as ``socket.accept`` gives it.

        .. versionadded:: 1.0
        """
        if not self.admit(address):
            connection.close()
            return
        try:
            stream = self._make_stream(connection, address)
        except BaseException:
            self._forget(None, address)
            raise
        if stream is None:
            self._forget(None, address)
            connection.close()
            return
        if self._limits is not None or self._idle is not None:
            stream._owner = _OpenConnection(self, address)
            if self._idle is not None:
                self._idle.add(stream, asyncio.get_running_loop())
        if connection.family != socket.AF_UNIX:
            # Otherwise an answer in two writes would wait for the delayed ACK of the peer.
            stream.set_nodelay(True)
        try:
            result = self.handle_stream(stream, address)
            if result is not None:
                from tornado.gen import convert_yielded

                self._follow(stream, convert_yielded(result))
        except Exception as error:  # noqa: BLE001 - one connection's error must not end the server
            self._handler_failed(stream, error)

    def accept_waiting(self) -> None:
        """Accept the connections that wait for this server in the system's queue, all at once.

        Closing a listening socket resets them, so a server that wants to lose none calls this
        before `stop`.

        .. versionadded:: 1.0
        """
        for listener in self.listening_sockets():
            with suppress(OSError):  # BlockingIOError: the queue is empty
                while True:
                    self.accept_connection(*listener.accept())

    def _make_stream(self, connection: socket.socket, address: Any) -> IOStream | None:
        if self.ssl_options is not None:
            return self._make_secure_stream(connection, address, self.ssl_options)
        plain: type[IOStream] = IOStream
        if self._idle is not None:
            from ._idle import WatchedIOStream

            plain = WatchedIOStream
        return plain(
            connection, max_buffer_size=self.max_buffer_size, read_chunk_size=self.read_chunk_size
        )

    def _read_tls_settings(self, ssl_options: dict[str, Any] | ssl.SSLContext) -> TLSSettings:
        from ._tls_settings import TLSSettings

        if self._tls is None or self._tls.options is not ssl_options:
            self._tls = TLSSettings(ssl_options)
        return self._tls

    def _make_secure_stream(
        self,
        connection: socket.socket,
        address: Any,
        ssl_options: dict[str, Any] | ssl.SSLContext,
    ) -> SSLIOStream | None:
        """Return a stream before its handshake, or None if the client has left already."""
        if self._idle is None:
            from tornado.iostream import SSLIOStream as Secure
        else:
            from ._idle import WatchedSSLIOStream as Secure
        settings = self._read_tls_settings(ssl_options)
        try:
            wrapped = wrap_accepted(connection, settings.context)
        except OSError as error:  # reset by the client, for example a port scanner
            settings.handshakes.add_failure(address, error)
            return None
        stream = Secure(
            wrapped, max_buffer_size=self.max_buffer_size, read_chunk_size=self.read_chunk_size
        )
        stream._report_failure_to(partial(settings.handshakes.add_failure, address))
        if self.handshake_timeout is not None:
            stream.limit_handshake(self.handshake_timeout)
        return stream

    def _forget(self, stream: IOStream | None, address: Any) -> None:
        """Stop counting and watching a connection."""
        if self._limits is not None:
            self._limits.release(address)
        if self._idle is not None and stream is not None:
            self._idle.discard(stream)

    def _follow(self, stream: IOStream, future: Any) -> None:
        """Keep a reference to the future of a handler, and log its error."""
        self._running.add(future)

        def on_done(future: Any) -> None:
            self._running.discard(future)
            if future.cancelled():
                stream.close()
                return
            error = future.exception()
            if error is not None:
                self._handler_failed(stream, error, "Exception in callback of a connection")

        IOLoop.current().add_future(future, on_done)

    def _handler_failed(
        self, stream: IOStream, error: BaseException, message: str = "Error in connection callback"
    ) -> None:
        if stream.closed() and (isinstance(error, StreamClosedError) or error is stream.error):
            return  # the peer has left while the handler read or wrote, the usual end
        app_log.error(message, exc_info=error)
        stream.close(exc_info=error)


class _OpenConnection:
    """The entry of an open connection in the limits and the idle watch of its server."""

    __slots__ = ("address", "server")

    def __init__(self, server: TCPServer, address: Any) -> None:
        self.server = server
        self.address = address

    def stream_closed(self, stream: Any) -> None:
        self.server._forget(stream, self.address)

    def stream_replaced(self, old: Any, new: Any) -> None:
        if self.server._idle is not None:
            self.server._idle.discard(old)
            self.server._idle.add(new, asyncio.get_running_loop())
