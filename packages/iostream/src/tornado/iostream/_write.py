"""Bytes on their way out."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast, overload

from ._classic import call_back
from ._errors import StreamBufferFullError, StreamClosedError
from ._file import FileSlice
from ._lifecycle import WRITE, Lifecycle, app_log, gen_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Buffer: TypeAlias = "bytes | bytearray | memoryview"

#: Writes below this size are joined in the queue.
_SMALL = 2048
#: How large a joined piece may become.
_JOINED = 65536
#: Buffers per system call; the least that POSIX lets a system have is 16, Linux and macOS have 1024.
VECTOR = 64


class _Ending(Enum):
    """What happens once the queue has run empty."""

    CLOSE = "close"
    HALF_CLOSE = "half-close"


class Writer(Lifecycle):
    """The write side of a stream.

    A write is tried at once. Only what the descriptor does not take is queued, and then the loop
    is asked to say when there is room. ``_held`` is true while a write must not be tried at once:
    earlier bytes wait, or the stream is still connecting.
    """

    max_write_buffer_size: int | None
    #: More waiting bytes than this pause the protocol; this few resume it.
    write_high_mark: int = 65536
    write_low_mark: int = 16384
    #: Whether the write side can be closed alone, see `write_eof`.
    can_write_eof: bool = False

    _queue: deque[Any] | None = None
    _total_write_index: int = 0
    _total_write_done_index: int = 0
    _write_waiters: deque[tuple[int, asyncio.Future[None]]] | None = None
    _protocol_paused: bool = False
    _ending: _Ending | None = None

    def __init__(self) -> None:
        super().__init__()
        self._held = False
        self._sent: asyncio.Future[None] | None = None

    def write_to_fd(self, data: memoryview) -> int:
        """Try to write to the descriptor.

        :returns: how many bytes it took, at least 1.
        :raises BlockingIOError: if it would block.
        """
        raise NotImplementedError

    # The interface.

    @property
    def write_buffer_size(self) -> int:
        """How many written bytes wait to be sent."""
        return self._total_write_index - self._total_write_done_index

    @property
    def bytes_drained(self) -> int:
        """How many bytes have left the write buffer: while it grows, the peer reads.

        Bytes that the descriptor took at once never were in the buffer and are not counted.

        .. versionadded:: 1.0
        """
        return self._total_write_done_index

    def writing(self) -> bool:
        """Return true while written bytes wait to be sent."""
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

    @overload
    def write(self, data: Buffer) -> asyncio.Future[None]: ...
    @overload
    def write(self, data: Buffer, callback: Callable[[], Any]) -> None: ...

    def write(
        self, data: Buffer, callback: Callable[[], Any] | None = None
    ) -> asyncio.Future[None] | None:
        """Write, and say when all of it is with the operating system.

        A mutable buffer must not change until then. Cancelling the Future stops waiting; the bytes
        are sent nevertheless, because half a message would be worse.

        :param callback: classic: called without arguments when all is sent; the call returns None.
        :returns: a Future that resolves to None. Nobody needs to await it; whoever does not await
            any should set ``max_write_buffer_size``.
        :raises StreamClosedError: if the stream is closed already; the Future raises it if the
            stream closes first.
        :raises StreamBufferFullError: if more than ``max_write_buffer_size`` bytes would wait.
        """
        waiting = self.write_nowait(data)
        if callback is not None:
            call_back(self, self._written(), callback, bare=True)
            return None
        if waiting or self._closed:
            return self._written()
        return self._sent or self._make_sent()

    def _make_sent(self) -> asyncio.Future[None]:
        """Make the Future for all writes that are sent at once: nothing can happen to it."""
        self._sent = asyncio.Future(loop=self._loop or self._get_loop())
        self._sent.set_result(None)
        return self._sent

    def sendfile_nowait(self, file: IO[bytes], offset: int, count: int) -> int:
        """Write a part of a file, in order with other writes; see `sendfile`.

        :returns: how many bytes now wait in the buffer, those of the file included.
        """
        self._check_writable()
        if offset < 0 or count < 0:
            raise ValueError(f"offset and count must not be negative: {offset}, {count}")
        if count:
            self._append(FileSlice(file, offset, count), count)
        return self._push_out()

    def sendfile(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Write ``count`` bytes of a regular file from ``offset`` on, in order with other writes.

        The kernel copies from file to socket where it can (``os.sendfile``: sockets without TLS).
        Otherwise the file is read in pieces of 64 KiB as the peer takes them. The file's position
        neither matters nor moves, and the file must stay open until the Future is done. These bytes
        take no memory, so ``max_write_buffer_size`` does not refuse them. A file that turns out to
        be shorter closes the stream, since the peer was promised more.

        :returns: a Future like that of `write`.
        :raises StreamClosedError: if the stream is closed already.
        """
        self.sendfile_nowait(file, offset, count)
        return self._written()

    def close_when_written(self) -> None:
        """Close the stream as soon as everything that is written is sent; take no more writes."""
        self._finish_writing(_Ending.CLOSE)

    def write_eof(self) -> None:
        """Close the write side once everything that is written is sent; reading goes on.

        :raises OSError: if this kind of descriptor has no separate write side.
        """
        if not self.can_write_eof:
            raise OSError(f"a {type(self).__name__} has no separate write side to close")
        self._finish_writing(_Ending.HALF_CLOSE)

    # Ways in.

    def _write_all(self, buffers: tuple[Buffer, ...]) -> int:
        self._check_writable()
        pieces = [_as_bytes(data) for data in buffers]
        self._reserve(sum(map(len, pieces)))
        for piece in pieces:
            self._enqueue(piece)
        return self._push_out()

    def _check_writable(self) -> None:
        self._check_closed()
        if self._ending is not None:
            raise StreamClosedError(real_error=EOFError("the write side is closed already"))

    def _reserve(self, count: int) -> None:
        limit = self.max_write_buffer_size
        waiting = self.write_buffer_size
        if limit is not None and waiting + count > limit:
            raise StreamBufferFullError(
                f"Reached maximum write buffer size: {waiting} bytes wait, {count} more exceed {limit}"
            )

    def _enqueue(self, data: bytes | memoryview) -> None:
        size = len(data)
        if not size:
            return
        if size < _SMALL and self._queue:
            # Tiny writes to a slow peer are joined: one object each would cost more than the bytes.
            tail = self._queue[-1]
            if type(tail) is bytearray and len(tail) < _JOINED:
                tail += data
                self._total_write_index += size
                return
            self._append(bytearray(data), size)
        else:
            self._append(data, size)

    def _append(self, item: bytes | bytearray | memoryview | FileSlice, size: int) -> None:
        if self._queue is None:
            self._queue = deque()
        self._held = True
        self._queue.append(item)
        self._total_write_index += size

    @property
    def _write_buffer(self) -> deque[Any] | None:
        """The queue. Some applications append to it themselves (and add to the index) for speed.

        They take None for the sign that the stream is closed.
        """
        if self._closed:
            return None
        if self._queue is None:
            self._queue = deque()
        self._held = True
        return self._queue

    def _push_out(self) -> int:
        """Send what the descriptor takes now, unless the loop is already asked for room."""
        if self._queue and not self._interest & WRITE and self._can_send():
            self._flush()
        return self._wait_for_room()

    def _wait_for_room(self) -> int:
        """Ask the loop to say when there is room for what waits.

        :returns: how many bytes wait.
        """
        if self._queue and self._can_send():
            self._watch_output()
        waiting = self._total_write_index - self._total_write_done_index
        if waiting > self.write_high_mark and not self._protocol_paused:
            self._pause_protocol()
        return waiting

    def _can_send(self) -> bool:
        """Say whether the stream has come to where bytes may go out."""
        return True

    # Ways out.

    def _on_writable(self) -> None:
        if not self._can_send():
            self._get_ready()
            return
        self._flush()
        if not self._queue:
            self._ignore_output()

    def _get_ready(self) -> None:
        """Go on with what must happen before the first byte may go out."""

    def _flush(self) -> None:
        """Send from the queue by one system call: others wait for the loop too."""
        queue = self._queue
        if not queue:
            return
        try:
            self._total_write_done_index += self._transmit(queue)
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, EOFError) as error:
            self._write_failed(error)
            return
        if not queue:
            self._queue = None
            self._held = self._ending is not None
        self._settle_writes()
        # Whoever heard of it may have written more, or closed the stream.
        if self._ending is not None and not self._queue and not self._closed:
            self._end_writing()

    def _transmit(self, queue: deque[Any]) -> int:
        """Send from the head of the queue, and remove what is sent."""
        if type(queue[0]) is FileSlice:
            load_slice(queue)
        with memoryview(queue[0]) as view:
            sent = self.write_to_fd(view)
        if not sent:
            raise BlockingIOError
        drop_sent(queue, sent)
        return sent

    def _write_failed(self, error: Exception) -> None:
        if self.error is not None:
            return  # found once more while the input is saved
        # The frames of a traceback would keep the buffers that were to be written.
        self.error = error.with_traceback(None)
        if not self._is_peer_gone(error):
            gen_log.warning("Write error on %s: %s", self.fileno(), error)
        self._save_input()
        self.close(exc_info=error)

    def _save_input(self) -> None:
        """Take what the peer said before it stopped listening."""

    # The end of writing.

    def _finish_writing(self, ending: _Ending) -> None:
        if self._closed:
            return
        self._ending = ending
        self._held = True
        if not self._queue and self._can_send():
            self._end_writing()

    def _end_writing(self) -> None:
        if self._ending is _Ending.CLOSE:
            self.close()
        else:
            self._shut_down_writing()

    def _shut_down_writing(self) -> None:
        """Close the write side of a descriptor that has one."""

    # Who waits for writes.

    def _written(self) -> asyncio.Future[None]:
        """Return a Future for everything written up to now."""
        future: asyncio.Future[None] = asyncio.Future(loop=self._get_loop())
        if self._closed:
            self._fail_all([future])
        elif self._total_write_index == self._total_write_done_index:
            future.set_result(None)
        else:
            if self._write_waiters is None:
                self._write_waiters = deque()
            self._write_waiters.append((self._total_write_index, future))
        return future

    def _settle_writes(self) -> None:
        done = self._total_write_done_index
        waiters = self._write_waiters
        while waiters and waiters[0][0] <= done:
            future = waiters.popleft()[1]
            if not future.done():
                future.set_result(None)
        if self._protocol_paused and self.write_buffer_size <= self.write_low_mark:
            self._resume_protocol()

    def _pause_protocol(self) -> None:
        if self._protocol is not None:
            self._protocol_paused = True
            self._tell_protocol(self._protocol.pause_writing)

    def _resume_protocol(self) -> None:
        self._protocol_paused = False
        if self._protocol is not None:
            self._tell_protocol(self._protocol.resume_writing)

    def _tell_protocol(self, method: Callable[..., Any], *arguments: object) -> Any:
        try:
            return method(*arguments)
        except Exception as error:  # noqa: BLE001 - reported once, and the connection ends
            self._protocol_failed(error)
            return None

    def _protocol_failed(self, error: Exception) -> None:
        app_log.error(
            "Uncaught exception, closing connection: protocol of %r", self, exc_info=error
        )
        self.close(exc_info=error)

    def _finish_operations(self) -> None:
        super()._finish_operations()
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.clear()  # views of the caller's buffers, which cannot be resized while they live
        self._held = True
        self._total_write_done_index = self._total_write_index
        waiters, self._write_waiters = self._write_waiters, None
        self._fail_all([future for _, future in waiters or ()])


def load_slice(queue: deque[Any]) -> None:
    """Read the next piece of the file at the head of the queue to a place before it."""
    head: FileSlice = queue.popleft()
    data = head.read(_JOINED)
    if head.count:
        queue.appendleft(head)
    queue.appendleft(data)


def drop_sent(queue: deque[Any], count: int) -> None:
    """Remove ``count`` bytes from the head of the queue."""
    while count:
        head = queue[0]
        size = len(head)
        if size <= count:
            queue.popleft()
            count -= size
        else:
            queue[0] = memoryview(head)[count:]
            return


def leading_buffers(queue: deque[Any]) -> list[Any]:
    """Return the buffers at the head of the queue that one system call may take."""
    buffers = []
    for item in islice(queue, VECTOR):
        if type(item) is FileSlice:
            break
        buffers.append(item)
    return buffers


def _as_bytes(data: object) -> bytes | memoryview:
    """Return something whose ``len`` is its number of bytes and which nobody else appends to."""
    if type(data) is bytes:
        return data
    if isinstance(data, str):
        raise TypeError(f"a stream carries bytes, not str: encode it first: {data[:40]!r}")
    view = memoryview(cast("Buffer", data))
    if not view.c_contiguous:
        return bytes(view)
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")
