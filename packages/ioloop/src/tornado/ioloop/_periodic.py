"""Callbacks that are called again and again."""

from __future__ import annotations

import asyncio
import math
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from ._chosen import takes_loop
from ._loop import IOLoop

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Awaitable, Callable


class PeriodicCallback:
    """Call a function at regular intervals on the loop.

    The calls keep to multiples of the interval from the start on, they do not drift. A call that
    takes longer than the interval makes the loop leave out the calls that it missed, and a
    coroutine function is never called while its last call is still going on. The system's clock
    does not matter.

    :param callback: a function or coroutine function without arguments. Its exceptions are logged
        and do not end the series; a result that is not awaitable is ignored.
    :param callback_time: the interval in milliseconds, or a timedelta.
    :param jitter: how much of the interval varies at random, to keep many processes apart: 0.1
        means an interval between 95 % and 105 % each time.
    :param io_loop: classic: another loop of this thread to use, instead of the current one.
    :raises ValueError: if the interval is not positive.
    """

    @takes_loop(before="jitter")
    def __init__(
        self,
        callback: Callable[[], Any],
        callback_time: datetime.timedelta | float,
        jitter: float = 0,
        *,
        io_loop: IOLoop | None = None,
    ) -> None:
        if hasattr(callback_time, "total_seconds"):  # a timedelta, whose module is a slow import
            callback_time = callback_time.total_seconds() * 1000
        if callback_time <= 0:
            raise ValueError(
                f"Periodic callback must have a positive callback_time, not {callback_time!r} ms"
            )
        self.callback = callback
        self.callback_time: float = callback_time
        self.jitter = jitter
        self._chosen_loop = io_loop
        if io_loop is not None:
            self.io_loop = io_loop
        self._running = False
        self._timeout: object | None = None
        self._in_flight: Future[Any] | None = None
        self._next_timeout = 0.0

    def start(self) -> None:
        """Begin the series. The first call comes after one interval."""
        if self._running:
            return
        self.io_loop = self._chosen_loop or IOLoop.current()
        self._running = True
        self._next_timeout = self._now()
        if self._in_flight is None:
            self._schedule_next()

    def stop(self) -> None:
        """End the series. A call that is going on comes to its end."""
        self._running = False
        if self._timeout is not None:
            self.io_loop.remove_timeout(self._timeout)
            self._timeout = None

    def is_running(self) -> bool:
        """Tell whether the series has been started, and not been stopped since."""
        return self._running

    def _now(self) -> float:
        return self.io_loop.asyncio_loop.time()

    def _schedule_next(self) -> None:
        if self._running:
            now = self._now()
            self._update_next(now)
            self._timeout = self.io_loop.call_later(self._next_timeout - now, self._run)

    def _update_next(self, current_time: float) -> None:
        interval = self.callback_time / 1000
        if self.jitter:
            from random import random  # a slow import

            interval *= 1 + self.jitter * (random() - 0.5)  # noqa: S311 - no secret
        # At least one interval on from the last call, also where the clock has not got to that
        # call yet: timers may fire a tick early.
        missed = max(0, math.floor((current_time - self._next_timeout) / interval))
        self._next_timeout += (missed + 1) * interval
        if self._next_timeout <= current_time:
            # Rounding has made the time of this call out of it once more.
            self._next_timeout += interval

    def _run(self) -> None:
        self._timeout = None
        if not self._running:
            return
        try:
            result = self.callback()
            if result is not None and isawaitable(result):
                self._follow(result)
                return
        except asyncio.CancelledError:
            pass  # of something that the callback has asked; nobody has cancelled the series
        except Exception as error:  # noqa: BLE001 - the series goes on, the loop's hook logs it
            self.io_loop._callback_failed(self.callback, error)
        self._schedule_next()

    def _follow(self, result: Awaitable[Any]) -> None:
        from tornado.gen import convert_yielded

        self._in_flight = convert_yielded(result)
        self.io_loop.add_future(self._in_flight, self._finish)

    def _finish(self, future: Future[Any]) -> None:
        self._in_flight = None
        try:
            if not future.cancelled():
                future.result()
        except Exception as error:  # noqa: BLE001 - the series goes on, the loop's hook logs it
            self.io_loop._callback_failed(self.callback, error)
        finally:
            self._schedule_next()
