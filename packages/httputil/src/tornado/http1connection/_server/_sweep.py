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
    from collections.abc import Callable

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


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Let the call not come."""


class Clock(Protocol):
    """What a sweep needs of the loop; tests have a clock of their own, and turn it."""

    def time(self) -> float:
        """Return the time in seconds, from any beginning."""

    def call_later(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call a function after a delay in seconds."""


class HasDeadline(Protocol):
    """A connection as the sweep sees it."""

    deadline: float

    def deadline_passed(self) -> None:
        """Act on the deadline: close, or set another one."""


class Sweep:
    """The deadlines of the connections of one loop.

    :param clock: what tells the time and calls back, the loop itself by default.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock | None = None) -> None:
        self._clock: Clock = loop if clock is None else clock
        self._connections: set[HasDeadline] = set()
        self._timer: Timer | None = None
        self._tick = LONGEST_TICK
        #: The clock's time at the last sweep, in seconds: at most one tick late.
        self.now = self._clock.time()
        #: A future that is done, for writes that went out at once.
        self.done: asyncio.Future[None] = loop.create_future()
        self.done.set_result(None)

    def add(self, connection: HasDeadline, shortest_timeout: float) -> None:
        """Watch a connection until it is discarded."""
        self._connections.add(connection)
        tick = max(shortest_timeout / _TICKS_PER_TIMEOUT, _SHORTEST_TICK)
        if self._timer is None:
            self._restart(min(tick, LONGEST_TICK))
        elif tick < self._tick:
            self._timer.cancel()
            self._restart(tick)

    def _restart(self, tick: float) -> None:
        self._tick = tick
        self.now = self._clock.time()
        self._timer = self._clock.call_later(tick, self._run)

    def discard(self, connection: HasDeadline) -> None:
        """Stop watching a connection."""
        self._connections.discard(connection)
        if not self._connections and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._tick = LONGEST_TICK

    def after(self, timeout: float) -> float:
        """Return a deadline that is at least `timeout` seconds away."""
        return self.now + self._tick + timeout

    def _run(self) -> None:
        now = self.now = self._clock.time()
        passed = [each for each in self._connections if each.deadline <= now]
        for connection in passed:
            connection.deadline = NEVER
            try:
                connection.deadline_passed()
            except Exception:  # noqa: BLE001 - one connection's error must not end the sweep
                app_log.exception("Uncaught exception at a deadline of %r", connection)
        if self._timer is not None:
            self._timer = self._clock.call_later(self._tick, self._run)


def sweep_of(loop: asyncio.AbstractEventLoop) -> Sweep:
    """Return the sweep of a loop, made on first use.

    It is kept on the loop itself: the two refer to each other, and go together.
    """
    # Not by the loop's __dict__: once that is asked for, every attribute of the loop costs more.
    sweep: Sweep | None = getattr(loop, _ATTRIBUTE, None)
    if sweep is None:
        sweep = use_sweep(loop, Sweep(loop))
    return sweep


def use_sweep(loop: asyncio.AbstractEventLoop, sweep: Sweep) -> Sweep:
    """Let the connections that a loop will serve use a sweep, for example one with another clock."""
    setattr(loop, _ATTRIBUTE, sweep)
    return sweep
