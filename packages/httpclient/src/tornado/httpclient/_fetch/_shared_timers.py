"""One timer for all fetches that may take equally long.

A timer for each fetch would be made, sorted in and cancelled again, although hardly any fetch runs
into it. Fetches with the same limit reach it in the order in which they began, so the timer of the
first one serves all of them: when it fires, it is set to the first one that is left.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from ._deadlines import Deadlines

#: How many limits have a shared timer. A program that computes a new limit for each fetch gets plain
#: timers.
MAX_TIMERS = 16

#: The loop's clock has a resolution, and timers within it run early; in seconds.
RESOLUTION = 0.001


class SharedTimer:
    """The timer of all fetches with one limit, in the order of their deadlines.

    :param limit: in seconds.
    """

    def __init__(self, timers: SharedTimers, limit: float) -> None:
        self._timers = timers
        self._limit = limit
        self._deadlines: dict[Deadlines, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, fetch: Deadlines, deadline: float) -> None:
        """Check the fetch at its deadline, which is no earlier than those added before."""
        self._deadlines[fetch] = deadline
        if self._timer is None:
            self._start(deadline)

    def discard(self, fetch: Deadlines) -> None:
        """Forget a fetch; the timer keeps running for the next one."""
        self._deadlines.pop(fetch, None)

    def cancel(self) -> None:
        """Check no fetch any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self, when: float) -> None:
        # The fetches belong to many callers: none of their contexts is the right one.
        self._timer = self._timers.loop.call_at(when, self._fire, context=contextvars.Context())

    def _fire(self) -> None:
        now = self._timers.loop.time() + RESOLUTION
        passed = []
        for fetch, deadline in self._deadlines.items():
            if deadline > now:
                self._start(deadline)
                break
            passed.append(fetch)
        else:
            self._timer = None
            del self._timers[self._limit]
        for fetch in passed:
            if self._deadlines.pop(fetch, None) is not None:
                fetch.check_time()


class SharedTimers(dict[float, SharedTimer]):
    """The shared timers of a client, by their limits in seconds.

    A timer without fetches is removed when it fires.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def make(self, limit: float) -> SharedTimer | None:
        """Make the timer for a limit that has none; return None if there are too many limits."""
        if len(self) >= MAX_TIMERS:
            return None
        timer = self[limit] = SharedTimer(self, limit)
        return timer

    def cancel(self) -> None:
        """Check no fetch any more."""
        for timer in self.values():
            timer.cancel()
        self.clear()
