"""Deadlines for many connections at the price of one timer.

A timer per connection would be set and cancelled with every request. Instead each connection has a
``deadline``, a plain number, and one sweep per loop compares all of them from time to time. It runs
only while there are connections, and the shorter the shortest timeout, the more often. The clock
that deadlines are counted from is read by the sweep as well, so that setting one is an addition.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

app_log = logging.getLogger("tornado.application")

#: The longest time between two sweeps, in seconds.
LONGEST_TICK = 1.0

#: A sweep comes at least this often within the shortest timeout.
_TICKS_PER_TIMEOUT = 8

_ATTRIBUTE = "_tornado_http1_sweep"

#: A timeout that no sweep is made more frequent for.
LONGEST_TIMEOUT = LONGEST_TICK * _TICKS_PER_TIMEOUT

#: The shortest time between two sweeps, in seconds, however short a timeout is.
_SHORTEST_TICK = 0.005

#: The deadline of a connection that waits for nothing.
NEVER = math.inf


class Swept(Protocol):
    """A connection as the sweep sees it."""

    deadline: float

    def deadline_passed(self) -> None:
        """Act on the deadline: close, or set another one."""


class Sweep:
    """The deadlines of the connections of one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._connections: set[Swept] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._tick = LONGEST_TICK
        #: The loop's time at the last sweep, in seconds: at most one tick behind.
        self.now = loop.time()
        #: A future that is done, for writes that went out at once.
        self.done: asyncio.Future[None] = loop.create_future()
        self.done.set_result(None)

    def add(self, connection: Swept, shortest_timeout: float) -> None:
        """Watch a connection until it is discarded."""
        self._connections.add(connection)
        tick = max(shortest_timeout / _TICKS_PER_TIMEOUT, _SHORTEST_TICK)
        if self._timer is None:
            self._tick = min(tick, LONGEST_TICK)
            self.now = self._loop.time()
            self._timer = self._loop.call_later(self._tick, self._run)
        elif tick < self._tick:
            self._tick = tick
            self._timer.cancel()
            self.now = self._loop.time()
            self._timer = self._loop.call_later(tick, self._run)

    def discard(self, connection: Swept) -> None:
        """Stop watching a connection."""
        self._connections.discard(connection)
        if not self._connections and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._tick = LONGEST_TICK

    def after(self, timeout: float) -> float:
        """Give the deadline that is at least `timeout` seconds away."""
        return self.now + self._tick + timeout

    def _run(self) -> None:
        now = self.now = self._loop.time()
        passed = [each for each in self._connections if each.deadline <= now]
        for connection in passed:
            connection.deadline = NEVER
            try:
                connection.deadline_passed()
            except Exception:  # noqa: BLE001 - one connection's error must not end the sweep
                app_log.exception("Uncaught exception at a deadline of %r", connection)
        if self._timer is not None:
            self._timer = self._loop.call_later(self._tick, self._run)


def sweep_of(loop: asyncio.AbstractEventLoop) -> Sweep:
    """Give the sweep of a loop, made on first use.

    It is kept on the loop itself: the two refer to each other, and go together.
    """
    # Not by the loop's __dict__: once that is asked for, every attribute of the loop costs more.
    sweep: Sweep | None = getattr(loop, _ATTRIBUTE, None)
    if sweep is None:
        sweep = Sweep(loop)
        setattr(loop, _ATTRIBUTE, sweep)
    return sweep
