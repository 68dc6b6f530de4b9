"""Something that has happened, or has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.concurrent._future import finished_future
from tornado.concurrent._waiting import Line

if TYPE_CHECKING:
    import datetime
    from asyncio import Future


class Event:
    """A flag. Coroutines wait until somebody sets it.

    Once it is set nobody has to wait, until it is cleared.
    """

    def __init__(self) -> None:
        self._set = False
        self._line = Line()

    def is_set(self) -> bool:
        """Tell whether the flag is set."""
        return self._set

    def set(self) -> None:
        """Set the flag, and let all go on who wait for it."""
        self._set = True
        while self._line.serve(None):
            pass

    def clear(self) -> None:
        """Unset the flag. Who comes from now on waits."""
        self._set = False

    def wait(self, timeout: float | datetime.timedelta | None = None) -> Future[None]:
        """Wait until the flag is set.

        :param timeout: a deadline like :meth:`.IOLoop.time` gives or a timedelta from now. 0
            means now or never, None for ever.
        :raises TimeoutError: if it is not set by then.
        """
        if not self._set:
            return self._line.join(timeout)
        return finished_future(None)

    def __repr__(self) -> str:
        state = "set" if self._set else "clear"
        return f"<{type(self).__name__} {state}>"

    @property
    def _waiters(self) -> Line:
        """Those who wait, under the name that upstream has for them."""
        return self._line
