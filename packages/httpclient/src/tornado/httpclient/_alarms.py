"""One timer for all fetches that have the same time to end in.

A timer for each fetch would be made, sorted in and cancelled again, although hardly any fetch runs
into it. Fetches with the same limit reach it in the order in which they began, so the timer of the
first one serves for all of them: when it goes off, it is set to the first one that is left.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from ._deadlines import Deadlines

#: How many limits have an alarm. Whoever computes a new one for each fetch gets plain timers.
MOST = 16

#: The loop's clock has a resolution, and timers within it run early; in seconds.
RESOLUTION = 0.001


class Alarm:
    """The fetches with one limit, in the order in which they have to end."""

    def __init__(self, alarms: Alarms, limit: float) -> None:
        self._alarms = alarms
        self._limit = limit
        self._deadlines: dict[Deadlines, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def set(self, fetch: Deadlines, deadline: float) -> None:
        """Wake the fetch at its deadline, which is no earlier than those that were set before."""
        self._deadlines[fetch] = deadline
        if self._timer is None:
            self._start(deadline)

    def unset(self, fetch: Deadlines) -> None:
        """Let the fetch alone; the timer stays for the next one."""
        self._deadlines.pop(fetch, None)

    def cancel(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self, when: float) -> None:
        # What is woken belongs to many callers: none of their contexts is the right one.
        self._timer = self._alarms.loop.call_at(when, self._ring, context=contextvars.Context())

    def _ring(self) -> None:
        now = self._alarms.loop.time() + RESOLUTION
        passed = []
        for fetch, deadline in self._deadlines.items():
            if deadline > now:
                self._start(deadline)
                break
            passed.append(fetch)
        else:
            self._timer = None
            del self._alarms[self._limit]
        for fetch in passed:
            if self._deadlines.pop(fetch, None) is not None:
                fetch.check_time()


class Alarms(dict[float, Alarm]):
    """The alarms of a client, by their limits in seconds; each goes when it has nothing to do."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def make(self, limit: float) -> Alarm | None:
        """Make the alarm for a limit that has none; return None if there are too many limits."""
        if len(self) >= MOST:
            return None
        alarm = self[limit] = Alarm(self, limit)
        return alarm

    def cancel(self) -> None:
        """Wake nobody any more."""
        for alarm in self.values():
            alarm.cancel()
        self.clear()
