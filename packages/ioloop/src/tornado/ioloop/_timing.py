"""Calls at a time, and callbacks that take too much of it."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    import datetime
    from collections.abc import Callable
    from types import FrameType

    from ._blocking import BlockingWatch


class Timeouts:
    """The part of an IOLoop that calls functions at a time."""

    def time(self) -> float:
        """Return the time that deadlines are given in: seconds since the epoch."""
        return time.time()

    def add_timeout(
        self,
        deadline: float | datetime.timedelta,
        callback: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> object:
        """Call a function at a time.

        :param deadline: a time as :meth:`time` returns it, or a timedelta from now.
        :returns: a handle for :meth:`remove_timeout`.
        :raises TypeError: if the deadline is neither of the two.
        """
        if isinstance(deadline, (int, float)):
            return self.call_at(deadline, callback, *args, **kwargs)
        from datetime import timedelta  # a slow import

        if isinstance(deadline, timedelta):
            return self.call_later(deadline.total_seconds(), callback, *args, **kwargs)
        raise TypeError(
            f"Unsupported deadline {deadline!r}: give a number of seconds or a timedelta"
        )

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function after a number of seconds.

        :returns: a handle for :meth:`remove_timeout`.
        """
        return self.call_at(self.time() + delay, callback, *args, **kwargs)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function at a time as :meth:`time` returns it.

        :returns: a handle for :meth:`remove_timeout`.
        """
        raise NotImplementedError

    def remove_timeout(self, timeout: object) -> None:
        """Cancel a timeout. Do nothing if it has run or was removed already."""
        raise NotImplementedError


class BlockingThresholds:
    """The part of an IOLoop that reports callbacks which take too long."""

    asyncio_loop: asyncio.AbstractEventLoop

    _blocking_watch: BlockingWatch | None = None

    def set_blocking_log_threshold(
        self, seconds: float | None, *, report: Callable[[str], Any] | None = None
    ) -> None:
        """Log callbacks that hold the loop for longer than a number of seconds.

        One warning to ``tornado.application`` per case says which function blocked, at which line
        and for how long. A thread watches the loop for this; it is meant for development.

        :param seconds: None turns it off.
        :param report: called with the warning instead of the log, in the thread that watches.

        .. versionadded:: 1.0
           ``report``.
        """
        self._watch_blocking(seconds, None, report)

    def set_blocking_signal_threshold(
        self, seconds: float | None, action: Callable[[int, FrameType | None], Any] | int | None
    ) -> None:
        """Call a function while a callback holds the loop for longer than a number of seconds.

        :param seconds: None turns it off.
        :param action: called with a signal number and the frame that blocks, in a thread of its
            own; :meth:`log_stack` is such a function. None and ``signal.SIG_DFL`` end the process,
            ``signal.SIG_IGN`` does nothing.
        """
        self._watch_blocking(seconds, signal.SIG_DFL if action is None else action)

    def log_stack(self, signal: int, frame: FrameType | None) -> None:
        """Log the stack of a frame: an action for :meth:`set_blocking_signal_threshold`."""
        from ._blocking import log_stack

        log_stack(frame)

    def _watch_blocking(
        self,
        seconds: float | None,
        action: Any,
        report: Callable[[str], Any] | None = None,
    ) -> None:
        if self._blocking_watch is not None:
            self._blocking_watch.stop()
            self._blocking_watch = None
        if seconds is not None:
            from ._blocking import BlockingWatch

            self._blocking_watch = BlockingWatch(self.asyncio_loop, seconds, action, report)
            self._blocking_watch.start()
