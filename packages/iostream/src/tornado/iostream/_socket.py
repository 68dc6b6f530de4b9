"""Streams over sockets."""

from __future__ import annotations

import asyncio
import errno
import os
import socket as sockets
from typing import TYPE_CHECKING, Any

from ._base import BaseIOStream
from ._errors import StreamClosedError
from ._file import FileSlice
from ._lifecycle import gen_log
from ._write import drop_sent, leading_buffers, load_slice

if TYPE_CHECKING:
    from collections import deque

    from ._write import Buffer


_INTERNET = frozenset({sockets.AF_INET, sockets.AF_INET6})


class IOStream(BaseIOStream):
    """A stream over a TCP or Unix socket.

    :param socket: a stream socket, connected or not (see `connect`). It is made non-blocking, and
        it belongs to the stream from now on; `socket` is None once the stream is closed.
    :param args: the arguments of `BaseIOStream`.
    """

    socket: sockets.socket
    _connect_future: asyncio.Future[IOStream] | None = None

    def __init__(self, socket: sockets.socket, *args: Any, **kwargs: Any) -> None:
        self.socket = socket
        socket.setblocking(False)
        if args or kwargs:
            super().__init__(*args, **kwargs)

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self.socket.fileno()

    def close_fd(self) -> None:
        """Close the socket."""
        self.socket.close()
        self.socket = None  # type: ignore[assignment] # documented: no socket once closed

    def get_fd_error(self) -> Exception | None:
        """Return the socket's pending error (``SO_ERROR``), or None."""
        number = self.socket.getsockopt(sockets.SOL_SOCKET, sockets.SO_ERROR)
        return OSError(number, os.strerror(number)) if number else None

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receive into ``buf``."""
        try:
            return self.socket.recv_into(buf)
        except BlockingIOError:
            return None

    def write_to_fd(self, data: memoryview) -> int:
        """Send what the socket takes."""
        return self.socket.send(data)

    def set_nodelay(self, value: bool) -> None:
        """Switch Nagle's algorithm off (true) or on (false). Unix sockets have none."""
        if not self._closed and self.socket.family in _INTERNET:
            try:
                self.socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1 if value else 0)
            except OSError as error:
                # A socket whose peer has reset the connection refuses the option on some systems.
                if error.errno != errno.EINVAL:
                    raise

    # Connecting.

    def connect(self, address: Any, server_hostname: str | None = None) -> asyncio.Future[IOStream]:
        """Connect the socket to ``address`` without blocking.

        Writes are accepted at once and go out when the connection stands. The address should be
        numeric: a name is resolved by the operating system and blocks; see `.TCPClient`.

        :param address: what ``socket.connect`` takes.
        :param server_hostname: the name to verify, for TLS streams.
        :returns: a Future of this stream; it raises `StreamClosedError` with the system's error as
            ``real_error`` if the connection fails.
        """
        self._check_closed()
        future: asyncio.Future[IOStream] = self._get_loop().create_future()
        self._connect_future = future
        self._held = True
        try:
            self.socket.connect(address)
        except BlockingIOError:
            pass  # in progress: the socket becomes writable when that is decided
        except OSError as error:
            self._connect_failed(error)
            return future
        self._watch_output()
        return future

    def _connect_failed(self, error: Exception) -> None:
        gen_log.warning("connect error on fd %s: %s", self.fileno(), error)
        self.close(exc_info=error)

    def _can_send(self) -> bool:
        return self._connect_future is None

    def _get_ready(self) -> None:
        error = self.get_fd_error()
        if error is not None:
            self._connect_failed(error)
        else:
            self._connected()

    def _connected(self) -> None:
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
        if future is not None and not future.done():
            future.set_exception(StreamClosedError(real_error=self.error))
            future.exception()

    # The short ways, for a plain socket.

    def _on_readable(self) -> None:
        protocol, request = self._protocol, self._request
        if protocol is None and request is None and not self._wants_idle_input():
            self._ignore_input()
            return
        try:
            data = self.socket.recv(self.read_chunk_size)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._read_failed(error)
            return
        if not data:
            self._end_input()
        elif protocol is None:
            self._feed(request, data)
        else:
            try:
                protocol.data_received(data)
            except Exception as error:  # noqa: BLE001 - reported once, and the connection ends
                self._protocol_failed(error)

    def _receive(self) -> bytes | None:
        try:
            return self.socket.recv(self.read_chunk_size)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            self._read_failed(error)
            return None

    def write_nowait(self, data: Buffer) -> int:
        """Write without waiting and without a Future; see `BaseIOStream.write_nowait`."""
        if self._held or self.max_write_buffer_size is not None or type(data) is not bytes:
            return self._write_all((data,))
        try:
            sent = self.socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._write_failed(error)
            return 0
        if sent == len(data):
            return 0
        self._append(memoryview(data)[sent:], len(data) - sent)
        return self._wait_for_room()

    def write(self, data: Buffer) -> asyncio.Future[None]:
        """Write, and say when all of it is sent; see `BaseIOStream.write`."""
        if self.write_nowait(data) or self._closed:
            return self._written()
        future: asyncio.Future[None] = asyncio.Future(loop=self._loop or self._get_loop())
        future.set_result(None)
        return future

    def _transmit(self, queue: deque[Any]) -> int:
        head = queue[0]
        if type(head) is FileSlice:
            return self._transmit_file(queue, head)
        if len(queue) == 1:
            sent = self.socket.send(head)
        else:
            sent = self.socket.sendmsg(leading_buffers(queue))
        drop_sent(queue, sent)
        return sent

    def _transmit_file(self, queue: deque[Any], head: FileSlice) -> int:
        try:
            sent = head.send(self.fileno())
        except (BlockingIOError, InterruptedError):
            raise
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
                raise
            load_slice(queue)  # not a kind of file that the kernel sends: read it instead
            return self._transmit(queue)
        if not head.count:
            queue.popleft()
        return sent

    def _shut_down_writing(self) -> None:
        try:
            self.socket.shutdown(sockets.SHUT_WR)
        except OSError as error:
            self._write_failed(error)
