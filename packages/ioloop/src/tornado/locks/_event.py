"""Waiting until something has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.concurrent._future import finished_future
from tornado.concurrent._wait_queue import WaitQueue

if TYPE_CHECKING:
    import datetime
    from asyncio import Future


class Event:
    """A flag that coroutines wait for.

    While it is set, nobody has to wait.
    """

    def __init__(self) -> None:
        self._set = False
        self._queue = WaitQueue()

    def is_set(self) -> bool:
        """Tell whether the flag is set."""
        return self._set

    def set(self) -> None:
        """Set the flag and wake all waiters."""
        self._set = True
        while self._queue.wake_first(None):
            pass

    def clear(self) -> None:
        """Clear the flag. Coroutines have to wait for it again from now on."""
        self._set = False

    def wait(self, timeout: float | datetime.timedelta | None = None) -> Future[None]:
        """Wait until the flag is set.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if it is not set by then.
        """
        if not self._set:
            return self._queue.add(timeout)
        return finished_future(None)

    def __repr__(self) -> str:
        state = "set" if self._set else "clear"
        return f"<{type(self).__name__} {state}>"

    @property
    def _waiters(self) -> WaitQueue:
        """The waiters, under the name that upstream has for them."""
        return self._queue
