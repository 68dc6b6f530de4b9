"""Small writes of many streams that leave together at the end of a turn of the loop.

A `send` that wakes its peer up costs several times as much as one to a peer that is at work. A
server that sends each answer as soon as it is made wakes a peer on the same machine for most of
them. If the answers of one turn leave one after the other at its end, the first one wakes the peer
up, and the others find it awake.

Theory of operation. There is one batch per loop. It is closed at first: each write is sent at once.
Every `_SAMPLE` writes it counts those of one turn, by a callback that comes in the next turn. If they
are many and the turn was short, it opens. While it is open, a write is kept in its stream, and the
callback sends all that are kept. It closes after some turns in a row with few writes, so a program
with one connection at a time pays for one callback in `_SAMPLE` writes and waits for nothing. It closes
after one turn that took long: what is kept must not wait for slow callbacks.

Whatever a program does with a stream that depends on kept bytes sends them first. What a program does
with a socket that it took from the stream before does not, and neither does `os.execv`. A forked
process has none of the bytes that its parent keeps.
"""

from __future__ import annotations

import logging
import os
import weakref
from contextvars import Context, copy_context
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from .._writer import Writer

app_log = logging.getLogger("tornado.application")

_ATTRIBUTE = "_tornado_write_batch"

#: How many writes are sent at once between two samples of a turn.
_SAMPLE = 256
#: How many writes of a turn make it worth while to send them together.
_MANY = 4
#: After so many turns in a row with fewer than that, the batch closes.
_MISSES = 8
#: How many seconds a turn may take.
_LONG = 0.005
#: So many writes do not wait for the end of the turn.
_MOST = 32
#: How many bytes may be kept for a stream; a larger write is sent at once.
LARGEST = 16384

_Kept = tuple["Writer", Context]

#: All of the process, for `_forget_in_child`.
_batches: weakref.WeakSet[WriteBatch] = weakref.WeakSet()


class WriteBatch:
    """The writes of one turn of a loop.

    :param loop: the loop; its ``call_soon`` calls in the next turn.
    """

    __slots__ = (
        "__weakref__",
        "_began",
        "_is_open",
        "_is_scheduled",
        "_kept",
        "_loop",
        "_misses",
        "left",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._kept: list[_Kept] = []
        self._is_open = False
        self._is_scheduled = False
        self._misses = 0
        self._began = 0.0
        #: How many writes may be sent at once before `take` has to be asked.
        self.left = _SAMPLE
        # A program may end without another turn of the loop.
        weakref.finalize(loop, _send_last, self._kept)
        _batches.add(self)

    def take(self, stream: Writer, data: bytes) -> bool:
        """Keep a write for the end of the turn.

        :returns: false if it has to be sent now.
        """
        if not self._is_scheduled:
            self._schedule()
        if not self._is_open or type(data) is not bytes:  # the stream checks and keeps others
            return False
        before = stream._kept
        if before is None:
            if (
                stream._held
                or stream.max_write_buffer_size is not None
                or not 0 < len(data) <= LARGEST
            ):
                return False
            stream._held = True
            stream._kept = data
        elif len(before) + len(data) > LARGEST:
            return False
        else:
            stream._kept = before + data
        # The loop may have to watch the stream for what does not leave at once: in its own context.
        self._kept.append((stream, copy_context()))
        if len(self._kept) >= _MOST:
            self._send()
        return True

    def _schedule(self) -> None:
        self._is_scheduled = True
        self._began = monotonic()
        self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        """Send what is kept, and decide about the turns to come."""
        self._is_scheduled = False
        writes, self.left = -self.left, 0
        self._send()
        is_long = monotonic() - self._began > _LONG
        if writes >= _MANY and not is_long:
            self._is_open = True
            self._misses = 0
            return
        self._misses += 1
        if is_long or not self._is_open or self._misses >= _MISSES:
            self._is_open = False
            self._misses = 0
            self.left = _SAMPLE

    def _send(self) -> None:
        kept = iter(self._kept.copy())
        self._kept.clear()
        for stream, context in kept:
            if stream._kept is None:
                continue
            try:
                stream._send_kept(context)
            except Exception as error:  # noqa: BLE001 - logged; the other streams have their turn
                _close_failed(stream, error)
            except BaseException:  # an interrupt: the others leave in the next turn
                self._kept.extend(kept)
                self._schedule()
                raise

    def forget(self) -> None:
        """Drop what is kept, and begin anew: in a forked process, whose parent sends it."""
        for stream, _ in self._kept:
            if stream._kept is not None:
                stream._kept = None
                stream._held = False
        self._kept.clear()
        self._is_open = self._is_scheduled = False
        self._misses = 0
        self.left = _SAMPLE


def _close_failed(stream: Writer, error: Exception) -> None:
    app_log.error("Uncaught exception, closing connection: sending on a stream", exc_info=error)
    try:
        stream.close(exc_info=error)
    except Exception:  # noqa: BLE001 - logged; the other streams have their turn
        app_log.exception("Uncaught exception: closing a stream")


def _send_last(kept: list[_Kept]) -> None:
    """Send what is kept when the loop is gone, or the program ends."""
    for stream, _ in kept:
        try:
            stream._send_last()
        except Exception:  # noqa: BLE001 - logged; the other streams have their turn
            app_log.exception("Uncaught exception: sending on a stream")
    kept.clear()


def _forget_in_child() -> None:
    for batch in _batches:
        batch.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def batch_of(loop: asyncio.AbstractEventLoop) -> WriteBatch:
    """Return the batch of a loop, made on first use and kept on the loop."""
    batch: WriteBatch | None = getattr(loop, _ATTRIBUTE, None)
    if batch is None:
        batch = WriteBatch(loop)
        setattr(loop, _ATTRIBUTE, batch)
    return batch
