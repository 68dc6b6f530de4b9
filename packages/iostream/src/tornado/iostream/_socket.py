"""Streams over sockets."""

from __future__ import annotations

import asyncio
import errno
import os
import socket as sockets
from typing import TYPE_CHECKING, Any, Self, overload

from ._base import fast_path
from ._classic import call_back
from ._read_requests import ReadInto
from ._socket_writer import SocketWriter

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ._ssl import SSLIOStream


#: How many chunks to receive from a peer that does not read any more; it may send for ever.
_SAVED_CHUNKS = 16
_INTERNET = frozenset({sockets.AF_INET, sockets.AF_INET6})


class IOStream(SocketWriter):
    """A stream over a TCP or Unix socket.

    :param socket: a stream socket, connected or not (see `connect`). It becomes non-blocking and
        belongs to the stream from now on; `socket` is None once the stream is closed.
    :param args: the arguments of `BaseIOStream`.
    """

    can_write_eof = True
    #: What `start_tls` makes of a stream of this kind; None stands for SSLIOStream.
    _tls_type: type[SSLIOStream] | None = None
    _connect_future: asyncio.Future[Any] | None = None

    def __init__(self, socket: sockets.socket, *args: Any, **kwargs: Any) -> None:
        self._socket = socket
        socket.setblocking(False)
        super().__init__(*args, **kwargs)

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self.socket.fileno()

    def close_fd(self) -> None:
        """Close the socket."""
        self._socket.close()
        self._socket = None  # type: ignore[assignment]  # documented: no socket once closed

    def get_fd_error(self) -> Exception | None:
        """Return the socket's pending error (``SO_ERROR``), or None."""
        number = self._socket.getsockopt(sockets.SOL_SOCKET, sockets.SO_ERROR)
        return OSError(number, os.strerror(number)) if number else None

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receive into ``buf``."""
        try:
            return self._socket.recv_into(buf)
        except BlockingIOError:
            return None

    def set_nodelay(self, value: bool) -> None:
        """Switch Nagle's algorithm off (true) or on (false). Unix sockets have none."""
        if not self._closed and self._socket.family in _INTERNET:
            try:
                self._socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1 if value else 0)
            except OSError as error:
                # A socket whose peer has reset the connection refuses the option on some systems.
                if error.errno != errno.EINVAL:
                    raise

    # Connecting.

    @overload
    def connect(self, address: Any, server_hostname: str | None = None) -> asyncio.Future[Self]: ...
    @overload
    def connect(
        self,
        address: Any,
        server_hostname: Callable[[], Any],
        classic_hostname: str | None = None,
    ) -> None: ...
    @overload
    def connect(
        self, address: Any, server_hostname: None, classic_hostname: str | None
    ) -> asyncio.Future[Self]: ...
    @overload
    def connect(
        self,
        address: Any,
        server_hostname: str | None = None,
        *,
        callback: Callable[[], Any],
    ) -> None: ...

    def connect(
        self,
        address: Any,
        server_hostname: str | Callable[[], Any] | None = None,
        classic_hostname: str | None = None,
        *,
        callback: Callable[[], Any] | None = None,
    ) -> asyncio.Future[Self] | None:
        """Connect the socket to ``address`` without blocking.

        Writes are accepted at once and sent when the connection is established. The address should be
        numeric: a name is resolved by the operating system and blocks; see `.TCPClient`.

        :param address: what ``socket.connect`` takes.
        :param server_hostname: the name to verify, for TLS streams. Classic: the callback.
        :param classic_hostname: ``server_hostname``, at its place after the callback.
        :param callback: classic: called without arguments once connected; the call returns None.
        :returns: a Future of this stream; it raises `StreamClosedError` with the system's error as
            ``real_error`` if the connection fails.
        """
        if callable(server_hostname):
            server_hostname, callback = None, server_hostname
        future = self._connect(address, server_hostname or classic_hostname)
        if callback is None:
            return future
        call_back(self, future, callback, bare=True)
        return None

    def _connect(self, address: Any, server_hostname: str | None) -> asyncio.Future[Self]:
        """Start to connect. The name is for TLS streams."""
        self._check_closed()
        future: asyncio.Future[Self] = asyncio.Future(loop=self._get_loop())
        self._connect_future = future
        self._held = True
        try:
            self._socket.connect(address)
        except BlockingIOError:
            pass  # in progress: the socket becomes writable when it has succeeded or failed
        except OSError as error:
            self.close(exc_info=error)
            return future
        self._watch_output()
        return future

    def _can_send(self) -> bool:
        return self._connect_future is None

    def _advance_opening(self) -> None:
        error = self.get_fd_error()
        if error is not None:
            self.close(exc_info=error)
        else:
            self._on_connected()

    def _on_connected(self) -> None:
        future, self._connect_future = self._connect_future, None
        self._ignore_output()
        self._held = bool(self._queue) or self._ending is not None
        if future is not None and not future.done():
            future.set_result(self)
        self._push_out()
        if self._ending is not None and not self._queue and not self._closed:
            self._end_writing()

    def _finish_operations(self) -> None:
        super()._finish_operations()
        future, self._connect_future = self._connect_future, None
        self._fail_all([] if future is None else [future])

    # TLS.

    def start_tls(
        self,
        server_side: bool,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        server_hostname: str | None = None,
    ) -> asyncio.Future[SSLIOStream]:
        """Continue over TLS on the same connection. This stream must not be used any more.

        :param server_side: true if this is the server's end of the TLS connection.
        :param ssl_options: an `ssl.SSLContext`, or a dict as for `.ssl_options_to_context`; by
            default a client verifies the server by the system's authorities.
        :param server_hostname: the name that the server's certificate must carry.
        :returns: a Future of the new stream, done when the handshake is; it raises what ended it.
            Cancelling it closes the connection.
        :raises ValueError: if a read or write is pending, or if bytes came before TLS began: they
            would seem to come from the verified peer, but anybody may have sent them.
        """
        from ._upgrade import upgrade

        self._check_closed()
        return upgrade(self, server_side, ssl_options, server_hostname)

    # The fast paths, for a plain socket.

    @fast_path
    def _on_readable(self) -> None:
        protocol, future = self._protocol, self._future
        if (
            protocol is None
            and (future is None or type(self._request) is ReadInto)
            and not self._is_input_wanted(future)
        ):
            return
        try:
            data = self._socket.recv(self.read_chunk_size)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._read_failed(error)
            return
        if not data:
            self._end_input()
        elif protocol is None:
            self._feed(future, data)
        else:
            try:
                protocol.data_received(data)
            except Exception as error:  # noqa: BLE001 - reported once, and the connection ends
                self._protocol_failed(error)

    @fast_path
    def _receive(self) -> bytes | None:
        try:
            return self._socket.recv(self.read_chunk_size)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            self._read_failed(error)
            return None

    def _save_input(self) -> None:
        for _ in range(_SAVED_CHUNKS):
            data = None if self._closed else self._receive()
            if not data:
                return
            if self._protocol is not None:
                self._tell_protocol(self._protocol.data_received, data)
            else:
                self._buffer_input(data)

    def _shut_down_writing(self) -> None:
        try:
            self._socket.shutdown(sockets.SHUT_WR)
        except OSError as error:
            self._write_failed(error)
