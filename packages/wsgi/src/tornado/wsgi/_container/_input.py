"""``wsgi.input`` of a body that arrives while the application runs."""

from __future__ import annotations

import io
import threading
from collections import deque
from typing import TYPE_CHECKING

from ._errors import ClientDisconnectedError
from ._waiting import wait_for_loop

if TYPE_CHECKING:
    import asyncio

    from _typeshed import WriteableBuffer


class BodyQueue(io.RawIOBase):
    """The pieces of a body between the loop, which adds them, and the thread that reads them.

    It is bounded: the loop gets a future with a piece that is too much, and reads nothing more from
    the client before that is done.

    :param limit: how many bytes may wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._limit = limit
        self._changed = threading.Condition(threading.Lock())
        self._pieces: deque[memoryview | bytes] = deque()
        self._is_complete = False
        self._lost: str | None = None
        self._has_room: asyncio.Future[None] | None = None
        #: How many bytes wait.
        self.size = 0
        #: The application has asked for a piece.
        self.was_read = False

    # The loop's side.

    def add(self, piece: bytes) -> asyncio.Future[None] | None:
        """Add a piece.

        :returns: a future that is done when there is room for another one; None if there is.
        """
        with self._changed:
            self._pieces.append(piece)
            self.size += len(piece)
            self._changed.notify()
            if self.size < self._limit:
                return None
        self._has_room = self._loop.create_future()
        return self._has_room

    def complete(self) -> None:
        """Add the end of the body."""
        with self._changed:
            self._is_complete = True
            self._changed.notify()

    def lose(self, reason: str) -> None:
        """Let reads fail from now on: what lacks of the body will not come."""
        with self._changed:
            if not self._is_complete:
                self._lost = reason
            self._changed.notify()
        self._resume()

    def _resume(self) -> None:
        if self._has_room is not None and not self._has_room.done():
            self._has_room.set_result(None)

    def take_all(self) -> bytes:
        """Return all that waits; for a body that is complete before anybody reads."""
        pieces, self._pieces = self._pieces, deque()
        return b"".join(pieces)

    # The thread's side.

    def readable(self) -> bool:
        """Tell that this is a stream for reading."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read what there is, and wait if there is nothing.

        :returns: the number of bytes; 0 at the end of the body.
        :raises ClientDisconnectedError: the rest of the body will not come.
        """
        self.was_read = True
        target = memoryview(buffer).cast("B")
        with self._changed:
            self._wait_for_piece()
            if not self._pieces:
                return 0
            piece = self._pieces.popleft()
            count = min(len(piece), len(target))
            target[:count] = piece[:count]
            if count < len(piece):
                self._pieces.appendleft(memoryview(piece)[count:])
            was_full = self.size >= self._limit
            self.size -= count
            is_due = was_full and self.size < self._limit
        if is_due:
            self._tell_loop()
        return count

    def _wait_for_piece(self) -> None:
        while not (self._pieces or self._is_complete):
            if self._lost is not None:
                raise ClientDisconnectedError(self._lost)
            if threading.get_ident() == self._loop_thread:
                raise RuntimeError(
                    "the executor runs WSGI applications on the thread of the loop, where nothing can"
                    " be waited for: use a ThreadPoolExecutor"
                )
            wait_for_loop(self._changed, self._loop)

    def _tell_loop(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resume)
        except RuntimeError as error:
            raise ClientDisconnectedError("the server has ended") from error
