"""Waiting for a notification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.concurrent._wait_queue import Waiter, WaitQueue

if TYPE_CHECKING:
    import datetime
    from asyncio import Future


class Condition:
    """A notification that coroutines wait for.

    Unlike :class:`threading.Condition` it needs no lock, because no other code runs between two
    awaits.
    """

    def __init__(self) -> None:
        self._queue = WaitQueue(_expire)

    def wait(self, timeout: float | datetime.timedelta | None = None) -> Future[bool]:
        """Wait for a notification. The result is True, or False after the timeout.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        """
        return self._queue.add(timeout, self._pass_on)

    def notify(self, n: int = 1) -> None:
        """Wake the first ``n`` waiters.

        If one of them is cancelled before it has run, the next one is woken instead.
        """
        for _ in range(min(n, len(self._queue))):
            self._queue.wake_first(True)

    def notify_all(self) -> None:
        """Wake all waiters."""
        self.notify(len(self._queue))

    def _pass_on(self, notified: Any) -> None:
        if notified:
            self.notify()

    def __repr__(self) -> str:
        waiting = f" waiters[{len(self._queue)}]" if self._queue else ""
        return f"<{type(self).__name__}{waiting}>"

    @property
    def _waiters(self) -> WaitQueue:
        """The waiters, under the name that upstream has for them."""
        return self._queue


def _expire(waiter: Waiter) -> None:
    waiter.set_result(False)
