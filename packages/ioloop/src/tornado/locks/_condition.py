"""Waiting for a word from somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.concurrent._waiting import Line, Waiter

if TYPE_CHECKING:
    import datetime
    from asyncio import Future


class Condition:
    """Coroutines wait until somebody notifies them.

    It needs no lock, unlike :class:`threading.Condition`: between two awaits nobody else runs.
    """

    def __init__(self) -> None:
        self._line = Line(_expire)

    def wait(self, timeout: float | datetime.timedelta | None = None) -> Future[bool]:
        """Wait for a notification. The result is true, or false after the timeout.

        :param timeout: a deadline like :meth:`.IOLoop.time` gives or a timedelta from now. 0
            means now or never, None for ever.
        """
        return self._line.join(timeout, self._pass_on)

    def notify(self, n: int = 1) -> None:
        """Wake the first ``n`` that wait.

        If one of them is cancelled before it could run, the next one is woken in its place.
        """
        for _ in range(min(n, len(self._line))):
            self._line.serve(True)

    def notify_all(self) -> None:
        """Wake all that wait."""
        self.notify(len(self._line))

    def _pass_on(self, notified: Any) -> None:
        if notified:
            self.notify()

    def __repr__(self) -> str:
        waiting = f" waiters[{len(self._line)}]" if self._line else ""
        return f"<{type(self).__name__}{waiting}>"

    @property
    def _waiters(self) -> Line:
        """Those who wait, under the name that upstream has for them."""
        return self._line


def _expire(waiter: Waiter) -> None:
    waiter.set_result(False)
