"""How a stream over a socket sends: by as few calls as possible."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, cast

from ._base import BaseIOStream, fast_path
from ._unsent._write_batch import batch_of
from ._unsent._write_queue import VECTOR, FileSlice, drop_sent, leading_buffers, load_slice

if TYPE_CHECKING:
    import socket as sockets
    from collections import deque
    from collections.abc import Iterable
    from contextvars import Context

    from ._unsent._write_batch import WriteBatch
    from ._unsent._write_queue import Buffer

_BYTES = {bytes}


class SocketWriter(BaseIOStream):
    """The part of a stream over a socket that sends."""

    _socket: sockets.socket

    @property
    def socket(self) -> sockets.socket:
        """The socket; None once the stream is closed.

        The caller may send on it or close it, so what is kept is sent first.
        """
        if getattr(self, "_kept", None) is not None:  # a subclass may ask before our __init__()
            self._send_kept()
        return self._socket

    @socket.setter
    def socket(self, socket: sockets.socket) -> None:
        self._socket = socket

    def write_to_fd(self, data: memoryview) -> int:
        """Send what the socket takes."""
        return self._socket.send(data)

    @fast_path
    def write_nowait(self, data: Buffer) -> int:
        """Write without waiting and without a Future; see `BaseIOStream.write_nowait`."""
        if self._held or self.max_write_buffer_size is not None or type(data) is not bytes:
            return self._write_all((data,))
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._write_failed(error)
            return 0
        if sent == len(data):
            return 0
        self._append(memoryview(data)[sent:], len(data) - sent)
        return self._wait_until_writable()

    @fast_path
    def write_soon(self, data: bytes) -> int:
        """Write together with other streams, or at once; see `BaseIOStream.write_soon`."""
        batch = self._batch or self._join_batch()
        left = batch.left = batch.left - 1
        if left < 0 and batch.take(self, data):
            return 0
        # From here on as write_nowait(): a call of it would cost each answer of a server.
        if self._held or self.max_write_buffer_size is not None or type(data) is not bytes:
            return self._write_all((data,))
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._write_failed(error)
            return 0
        if sent == len(data):
            return 0
        self._append(memoryview(data)[sent:], len(data) - sent)
        return self._wait_until_writable()

    def _join_batch(self) -> WriteBatch:
        self._batch = batch_of(self._get_loop())
        return self._batch

    def _send_kept(self, context: Context | None = None) -> None:
        data, self._kept = self._kept, None
        if data is None:
            return
        self._held = False
        try:
            sent = self._socket.send(data)
        except OSError:
            sent = 0
        if sent != len(data):
            self._append(memoryview(data)[sent:], len(data) - sent)
            self._leave_queued(context)

    @fast_path
    def writelines_nowait(self, buffers: Iterable[Buffer]) -> int:
        """Write several buffers by one system call; see `BaseIOStream.writelines_nowait`."""
        pieces = tuple(buffers)
        if (
            self._held
            or self.max_write_buffer_size is not None
            or len(pieces) > VECTOR
            or set(map(type, pieces)) != _BYTES
        ):
            return self._write_all(pieces)
        try:
            sent = self._socket.sendmsg(cast("tuple[bytes, ...]", pieces))
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._write_failed(error)
            return 0
        for piece in pieces:
            size = len(piece)
            if sent >= size:
                sent -= size
            else:
                self._append(memoryview(piece)[sent:], size - sent)
                sent = 0
        return self._wait_until_writable() if self._queue else 0

    @fast_path
    def _transmit(self, queue: deque[Any]) -> int:
        head = queue[0]
        if type(head) is FileSlice:
            return self._transmit_file(queue, head)
        if len(queue) == 1:
            sent = self._socket.send(head)
        else:
            sent = self._socket.sendmsg(leading_buffers(queue))
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
