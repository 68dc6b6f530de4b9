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
    """A function that is called at regular intervals on the loop.

    The calls are made at multiples of the interval, counted from the start, so they do not drift.
    If a call takes longer than the interval, the calls that it delays are left out. A coroutine
    function is never called while its previous call is still running. Changes of the system's clock
    have no effect.

    :param callback: a function or coroutine function without arguments. Its exceptions are logged
        and do not end the series; a result that is not awaitable is ignored.
    :param callback_time: the interval in milliseconds, or a timedelta.
    :param jitter: the part of the interval that varies at random, which keeps many processes
        apart: 0.1 means an interval between 95 % and 105 % each time.
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
        self._series: Series | None = None
        self._in_flight: Future[Any] | None = None
        self._next_timeout = 0.0

    def start(self) -> None:
        """Start calling the function, the first time after one interval."""
        if self._series is not None:
            return
        self.io_loop = self._chosen_loop or IOLoop.current()
        self._series = Series(self.io_loop)
        self._next_timeout = self._series.now()
        if self._in_flight is None:
            self._schedule_next()

    def stop(self) -> None:
        """Make no more calls. A coroutine that is running continues to its end."""
        ended, self._series = self._series, None
        if ended is not None:
            ended.cancel()

    def is_running(self) -> bool:
        """Tell whether :meth:`start` was called, and :meth:`stop` not since."""
        return self._series is not None

    @property
    def _running(self) -> bool:
        """The answer of :meth:`is_running`, for subclasses with a ``_run`` of their own."""
        return self._series is not None

    def _schedule_next(self) -> None:
        if self._series is not None:
            now = self._series.now()
            self._update_next(now)
            self._series.call_later(self._next_timeout - now, self._run)

    def _update_next(self, current_time: float) -> None:
        interval = self.callback_time / 1000
        if self.jitter:
            from random import random  # a slow import

            interval *= 1 + self.jitter * (random() - 0.5)  # noqa: S311 - not a secret
        # At least one interval after the last call, even if the clock has not reached the time of
        # that call yet: timers may fire a tick early.
        missed = max(0, math.floor((current_time - self._next_timeout) / interval))
        self._next_timeout += (missed + 1) * interval
        if self._next_timeout <= current_time:
            # Rounding has led to the time of this call once more.
            self._next_timeout += interval

    def _run(self) -> None:
        if self._series is None:
            return
        try:
            result = self.callback()
            if result is not None and isawaitable(result):
                self._follow(result)
                return
        except asyncio.CancelledError:
            pass  # of something that the callback has called; nobody has cancelled the series
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


class Series:
    """The calls of a :class:`PeriodicCallback` from one start to the next stop."""

    __slots__ = ("_io_loop", "_timer")

    def __init__(self, io_loop: IOLoop) -> None:
        self._io_loop = io_loop
        #: The next call, or the last one that was made.
        self._timer: object | None = None

    def now(self) -> float:
        """Return the time of a clock that nobody sets, in seconds."""
        return self._io_loop.asyncio_loop.time()

    def call_later(self, delay: float, function: Callable[[], None]) -> None:
        """Make the next call after a number of seconds."""
        self._timer = self._io_loop.call_later(delay, function)

    def cancel(self) -> None:
        """Cancel the next call."""
        if self._timer is not None:
            self._io_loop.remove_timeout(self._timer)
