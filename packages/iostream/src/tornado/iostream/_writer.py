"""The methods by which programs write to a stream."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import IO, TYPE_CHECKING, Any, overload

from ._classic import call_back
from ._errors import StreamBufferFullError, StreamClosedError
from ._sender import Ending, Sender
from ._unsent._write_queue import FileSlice, as_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._unsent._write_queue import Buffer


class Writer(Sender):
    """The part of a stream that programs write to."""

    max_write_buffer_size: int | None
    #: Whether the write side can be closed alone, see `write_eof`.
    can_write_eof: bool = False

    @property
    def write_buffer_size(self) -> int:
        """How many written bytes wait to be sent."""
        if self._kept is not None:
            self._send_kept()
        return self._total_write_index - self._total_write_done_index

    @property
    def bytes_drained(self) -> int:
        """How many bytes have left the write buffer: while it grows, the peer reads.

        Bytes that the descriptor took at once never were in the buffer and are not counted.

        .. versionadded:: 1.0
        """
        if self._kept is not None:
            self._send_kept()
        return self._total_write_done_index

    def writing(self) -> bool:
        """Return true while written bytes wait to be sent."""
        if self._kept is not None:
            self._send_kept()
        return self._total_write_index != self._total_write_done_index

    def write_nowait(self, data: Buffer) -> int:
        """Write without waiting and without a Future.

        A mutable buffer must not change until it is sent.

        :returns: how many bytes now wait in the buffer; 0 if everything is sent.
        :raises StreamClosedError: if the stream is closed already. If this very write finds the
            connection broken, the stream closes and the protocol's ``connection_lost`` says so.
        :raises StreamBufferFullError: if more than ``max_write_buffer_size`` bytes would wait.
        """
        return self._write_all((data,))

    def writelines_nowait(self, buffers: Iterable[Buffer]) -> int:
        """Write several buffers, by one system call where the descriptor can do that.

        :returns: how many bytes now wait in the buffer.
        """
        return self._write_all(tuple(buffers))

    def write_soon(self, data: bytes) -> int:
        """Write at the end of this turn of the loop, if many streams write in it, or else at once.

        A peer that waits on the same machine is woken up once then, and not by each write. Only
        small writes wait. They leave in order with the others and before the stream is closed; a
        stream that has ``max_write_buffer_size``, or that waits for its peer already, writes at once.
        What follows in the same callback delays them: call `send_now` before long work or `os.execv`,
        and before using a socket that was taken from the stream earlier.

        :returns: how many bytes now wait in the buffer; 0 if everything is sent or will be.
        :raises StreamClosedError: as `write_nowait`.
        :raises StreamBufferFullError: as `write_nowait`.

        .. versionadded:: 1.0
        """
        return self.write_nowait(data)

    def send_now(self) -> None:
        """Send what `write_soon` keeps for the end of this turn, for example before long work.

        .. versionadded:: 1.0
        """
        if self._kept is not None:
            self._send_kept()

    @overload
    def write(self, data: Buffer) -> asyncio.Future[None]: ...
    @overload
    def write(self, data: Buffer, callback: Callable[[], Any]) -> None: ...

    def write(
        self, data: Buffer, callback: Callable[[], Any] | None = None
    ) -> asyncio.Future[None] | None:
        """Write, and return a Future that is done when the operating system has taken all of it.

        A mutable buffer must not change until then. Cancelling the Future stops waiting; the bytes
        are still sent, because half a message would be worse.

        :param callback: classic: called without arguments when all is sent; the call returns None.
        :returns: a Future that resolves to None. It need not be awaited; programs that never await
            one should set ``max_write_buffer_size``.
        :raises StreamClosedError: if the stream is closed already; the Future raises it if the
            stream closes first.
        :raises StreamBufferFullError: if more than ``max_write_buffer_size`` bytes would wait.
        """
        waiting = self.write_nowait(data)
        if callback is not None:
            call_back(self, self._future_of_writes(), callback, bare=True)
            return None
        if waiting or self._closed:
            return self._future_of_writes()
        return self._done_write or self._make_done_write()

    def sendfile_nowait(self, file: IO[bytes], offset: int, count: int) -> int:
        """Write a part of a file, in order with other writes; see `sendfile`.

        :returns: how many bytes now wait in the buffer, those of the file included.
        """
        self._check_can_write()
        self._send_kept()
        if offset < 0 or count < 0:
            raise ValueError(f"offset and count must not be negative: {offset}, {count}")
        if count:
            self._append(FileSlice(file, offset, count), count)
        return self._push_out()

    def sendfile(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Write ``count`` bytes of a regular file from ``offset`` on, in order with other writes.

        The kernel copies from file to socket where it can (``os.sendfile``: sockets without TLS).
        Otherwise the file is read in pieces of 64 KiB as the peer takes them. The file's position
        is neither used nor changed, and the file must stay open until the Future is done. These
        bytes take no memory, so ``max_write_buffer_size`` does not refuse them. A file that turns out to
        be shorter closes the stream, since the peer was promised more.

        :returns: a Future like that of `write`.
        :raises StreamClosedError: if the stream is closed already.
        """
        self.sendfile_nowait(file, offset, count)
        return self._future_of_writes()

    def close_when_written(self) -> None:
        """Close the stream as soon as everything that is written is sent. No more writes are accepted."""
        self._finish_writing(Ending.CLOSE)

    def write_eof(self) -> None:
        """Close the write side once everything that is written is sent. The read side stays open.

        :raises OSError: if this kind of descriptor has no separate write side.
        """
        if not self.can_write_eof:
            raise OSError(f"a {type(self).__name__} has no separate write side to close")
        self._finish_writing(Ending.HALF_CLOSE)

    # How they work.

    def _write_all(self, buffers: tuple[Buffer, ...]) -> int:
        self._check_can_write()
        if self._kept is not None:
            self._send_kept()
        pieces = [as_bytes(data) for data in buffers]
        self._check_write_limit(sum(map(len, pieces)))
        for piece in pieces:
            self._enqueue(piece)
        return self._push_out()

    def _check_can_write(self) -> None:
        self._check_closed()
        if self._ending is not None:
            raise StreamClosedError(real_error=EOFError("the write side is closed already"))

    def _check_write_limit(self, count: int) -> None:
        limit = self.max_write_buffer_size
        waiting = self.write_buffer_size
        if limit is not None and waiting + count > limit:
            raise StreamBufferFullError(
                f"Reached maximum write buffer size: {waiting} bytes wait, {count} more exceed {limit}"
            )

    def _make_done_write(self) -> asyncio.Future[None]:
        """Return the Future that all writes share which are sent at once."""
        self._done_write = asyncio.Future(loop=self._loop or self._get_loop())
        self._done_write.set_result(None)
        return self._done_write

    def _future_of_writes(self) -> asyncio.Future[None]:
        """Return a Future for everything written up to now."""
        future: asyncio.Future[None] = asyncio.Future(loop=self._get_loop())
        self._send_kept()
        if self._closed:
            self._fail_all([future])
        elif self._total_write_index == self._total_write_done_index:
            future.set_result(None)
        else:
            if self._write_waiters is None:
                self._write_waiters = deque()
            self._write_waiters.append((self._total_write_index, future))
        return future

    def _finish_writing(self, ending: Ending) -> None:
        if self._closed:
            return
        self._send_kept()
        self._ending = ending
        self._held = True
        if not self._queue and self._can_send():
            self._end_writing()
