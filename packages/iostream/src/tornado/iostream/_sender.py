"""From the queue to the descriptor: what a stream sends, and when."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any

from ._lifecycle import WRITE, Lifecycle, gen_log
from ._unsent._write_queue import JOINED, SMALL, FileSlice, drop_sent, load_slice

if TYPE_CHECKING:
    import asyncio
    from contextvars import Context

    from ._unsent._write_batch import WriteBatch


class Ending(Enum):
    """What happens once the queue is empty."""

    CLOSE = "close"
    HALF_CLOSE = "half-close"


class Sender(Lifecycle):
    """The part of a stream that sends.

    A write is tried at once. Only what the descriptor does not take is queued, and then the loop
    watches until it takes more. ``_held`` is true while a write must not be tried at once, because
    earlier bytes wait or the stream is still connecting.

    A small write may be kept until the end of the turn of the loop, see `WriteBatch`. These bytes
    are in no queue, and count nowhere: whatever depends on them calls `_send_kept` first.
    """

    #: More waiting bytes than this pause the protocol; this few resume it.
    write_high_mark: int = 65536
    write_low_mark: int = 16384

    _queue: deque[Any] | None = None
    _total_write_index: int = 0
    _total_write_done_index: int = 0
    #: The futures of writes, each with the total at which its write is sent.
    _write_waiters: deque[tuple[int, asyncio.Future[None]]] | None = None
    _protocol_paused: bool = False
    _ending: Ending | None = None

    def __init__(self) -> None:
        super().__init__()
        self._held = False
        self._kept: bytes | None = None
        self._batch: WriteBatch | None = None
        self._done_write: asyncio.Future[None] | None = None

    def write_to_fd(self, data: memoryview) -> int:
        """Try to write to the descriptor.

        :returns: how many bytes it took, at least 1.
        :raises BlockingIOError: if it would block.
        """
        raise NotImplementedError

    # The queue.

    def _enqueue(self, data: bytes | memoryview) -> None:
        size = len(data)
        if not size:
            return
        if size < SMALL and self._queue:
            # Tiny writes to a slow peer are joined: an object for each would cost more than the bytes.
            tail = self._queue[-1]
            if type(tail) is bytearray and len(tail) < JOINED:
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
        """The queue, to which some applications append themselves (and add to the index) for speed.

        None tells them that the stream is closed.
        """
        if self._closed:
            return None
        self._send_kept()
        if self._queue is None:
            self._queue = deque()
        self._held = True
        return self._queue

    # What is kept until the end of the turn.

    def _send_kept(self, context: Context | None = None) -> None:
        """Send what is kept for the end of the turn.

        Nothing fails here and nobody is called: what does not leave is queued, and the loop, which
        watches the descriptor then, meets the error again.

        :param context: where it watches, by default the current one.
        """
        data, self._kept = self._kept, None
        if data is None:
            return
        self._held = False
        self._append(data, len(data))
        if self._queue:
            with suppress(OSError):
                self._total_write_done_index += self._transmit(self._queue)
        self._leave_queued(context)

    def _leave_queued(self, context: Context | None) -> None:
        """Watch until the descriptor takes what is left of what was kept."""
        if not self._queue:
            self._queue = None
            self._held = False
            return
        try:
            if context is None:
                self._watch_output()
            else:
                context.run(self._watch_output)
        except (OSError, ValueError) as error:  # somebody has closed the descriptor
            gen_log.warning("Write error on %s: %s", self.fileno(), error)
            self._get_loop().call_soon(self.close, error)

    def _send_last(self) -> None:
        """Send what is kept, or lose it: the stream is about to close."""
        data, self._kept = self._kept, None
        if data is not None:
            with suppress(OSError), memoryview(data) as view:
                self.write_to_fd(view)

    # From the queue to the descriptor.

    def _push_out(self) -> int:
        """Send what the descriptor takes now, unless the loop already watches for that."""
        if self._queue and not self._interest & WRITE and self._can_send():
            self._flush()
        return self._wait_until_writable()

    def _wait_until_writable(self) -> int:
        """Let the loop watch until the descriptor takes the bytes that wait.

        :returns: how many bytes wait.
        """
        if self._queue and self._can_send():
            self._watch_output()
        waiting = self._total_write_index - self._total_write_done_index
        if waiting > self.write_high_mark and not self._protocol_paused:
            self._pause_protocol()
        return waiting

    def _can_send(self) -> bool:
        """Return true once the stream is connected, with TLS if that is to come."""
        return True

    def _on_writable(self) -> None:
        if not self._can_send():
            self._advance_opening()
            return
        self._flush()
        if not self._queue:
            self._ignore_output()

    def _advance_opening(self) -> None:
        """Continue to connect; called when the descriptor becomes writable before `_can_send`."""

    def _flush(self) -> None:
        """Send from the queue by one system call, so that other streams get their turn."""
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
        self._resolve_writes()
        # The callbacks may have written more, or closed the stream.
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
            return  # the same error, met again while the input is saved
        # The frames of a traceback would keep the buffers that were to be written.
        self.error = error.with_traceback(None)
        if not self._is_peer_gone(error):
            gen_log.warning("Write error on %s: %s", self.fileno(), error)
        self._save_input()
        self.close(exc_info=error)

    def _save_input(self) -> None:
        """Receive what the peer sent before it stopped reading."""

    def _end_writing(self) -> None:
        if self._ending is Ending.CLOSE:
            self.close()
        else:
            self._shut_down_writing()

    def _shut_down_writing(self) -> None:
        """Close the write side of a descriptor that has one."""

    # After bytes are sent.

    def _resolve_writes(self) -> None:
        done = self._total_write_done_index
        waiters = self._write_waiters
        while waiters and waiters[0][0] <= done:
            future = waiters.popleft()[1]
            if not future.done():
                future.set_result(None)
        if self._protocol_paused and self._total_write_index - done <= self.write_low_mark:
            self._resume_protocol()

    def _pause_protocol(self) -> None:
        if self._protocol is not None:
            self._protocol_paused = True
            self._tell_protocol(self._protocol.pause_writing)

    def _resume_protocol(self) -> None:
        self._protocol_paused = False
        if self._protocol is not None:
            self._tell_protocol(self._protocol.resume_writing)

    def _finish_operations(self) -> None:
        super()._finish_operations()
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.clear()  # views of the caller's buffers, which cannot be resized while they live
        self._held = True
        self._total_write_done_index = self._total_write_index
        waiters, self._write_waiters = self._write_waiters, None
        self._fail_all([future for _, future in waiters or ()])
