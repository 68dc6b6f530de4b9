"""Waiting in line, for locks and queues.

Theory of operation
===================
A :class:`Waiter` is a future that stands in a :class:`Line`. It leaves the line at the moment when
it is served, when its time is up or when it is cancelled, so a line holds nobody who does not wait.

Between the moment when a waiter is served and the moment when its coroutine runs again, somebody
may cancel the coroutine. What the waiter was given would be lost: a lock that nobody releases, an
item that nobody sees. The waiter then gives it back, and the next in line gets it.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop, current_asyncio_loop, running_asyncio_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import timedelta


_await = Future.__await__


class Waiter(Future[Any]):
    """A future that stands in a line.

    :ivar restore: called with the result if the result does not reach its coroutine.
    :ivar item: what the waiter brings along.
    """

    __slots__ = ("item", "line", "restore", "timer")

    line: Line | None
    timer: asyncio.TimerHandle | None
    restore: Callable[[Any], None] | None
    item: Any

    def expire(self) -> None:
        """Leave the line because the time is up."""
        line = self.line
        if line is not None:
            self._leave()
            line.turn_away(self)

    def cancel(self, msg: Any = None) -> bool:
        """Leave the line."""
        if not super().cancel(msg):
            return False
        self._leave()
        return True

    def give_back(self) -> None:
        """Pass on what was given to a coroutine that will not get to see it."""
        restore, self.restore = self.restore, None
        if restore is not None and not self.cancelled() and self.exception() is None:
            restore(self.result())

    def _leave(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.waiters.pop(self, None)
        timer, self.timer = self.timer, None
        if timer is not None:
            timer.cancel()

    def __await__(self) -> Generator[Any, None, Any]:
        if not self.done():
            try:
                yield from _await(self)
            except asyncio.CancelledError:
                if self.done():
                    self.give_back()
                raise
        return self.result()

    __iter__ = __await__


# What asyncio logs of an exception that nobody has asked for names the class: it is a future to all.
Waiter.__name__ = Waiter.__qualname__ = Future.__name__


class Line:
    """Waiters, first come, first served.

    :param turn_away: settles a waiter whose time is up.
    """

    __slots__ = ("turn_away", "waiters")

    def __init__(self, turn_away: Callable[[Waiter], None] | None = None) -> None:
        self.waiters: OrderedDict[Future[Any], None] = OrderedDict()
        self.turn_away = turn_away or _time_out

    def __len__(self) -> int:
        return len(self.waiters)

    def __iter__(self) -> Iterator[Future[Any]]:
        return iter(self.waiters)

    def join(
        self,
        timeout: float | timedelta | None,
        restore: Callable[[Any], None] | None = None,
        item: Any = None,
    ) -> Waiter:
        """Stand in line.

        :param timeout: a deadline like :meth:`.IOLoop.time` gives, a timedelta from now, or None
            for ever. A deadline that has passed, 0 among them, is not waited for.
        """
        loop = running_asyncio_loop() or current_asyncio_loop()
        waiter = Waiter(loop=loop)
        waiter.restore = restore
        waiter.item = item
        waiter.timer = None
        waiter.line = self
        if timeout is not None:
            delay = seconds_left(timeout)
            if delay <= 0:
                waiter.expire()
                return waiter
            waiter.timer = loop.call_later(delay, waiter.expire)
        self.waiters[waiter] = None
        return waiter

    def serve(self, result: Any) -> bool:
        """Give the first one its result and let it go, and tell whether there was one."""
        while self.waiters:
            waiter = self.waiters.popitem(last=False)[0]
            if type(waiter) is Waiter:
                waiter.line = None
                timer, waiter.timer = waiter.timer, None
                if timer is not None:
                    timer.cancel()
            elif waiter.done():
                continue  # it was cancelled and has not come to leave the line yet
            waiter.set_result(result)
            return True
        return False

    async def stand(self, restore: Callable[[Any], None]) -> Any:
        """Stand in line, inside of a coroutine.

        That needs no more than a plain future, which costs much less than a :class:`Waiter`.
        """
        future: Future[Any] = Future(loop=running_asyncio_loop())
        self.waiters[future] = None
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                self.waiters.pop(future, None)
            else:
                restore(future.result())
            raise

    @property
    def first(self) -> Any:
        """Who is to be served next."""
        return next(iter(self.waiters))


def seconds_left(timeout: float | timedelta) -> float:
    """Return how long a deadline or a timedelta is from now."""
    if hasattr(timeout, "total_seconds"):  # a timedelta, whose module is a slow import
        return timeout.total_seconds()
    if timeout <= 0:
        return 0
    return timeout - IOLoop.current().time()


def _time_out(waiter: Waiter) -> None:
    waiter.set_exception(TimeoutError("timeout"))
