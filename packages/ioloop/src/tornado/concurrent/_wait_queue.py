"""The waiters of locks and queues, first come, first served.

Theory of operation
===================
A :class:`Waiter` is a future in a :class:`WaitQueue`. It leaves the queue as soon as it gets its
result, when its time is up, or when it is cancelled. So a queue only holds futures that are waiting.

A coroutine may be cancelled after its waiter has got a result and before it runs again. Then the
result would be lost: a lock that nobody releases, an item that nobody sees. So the waiter gives the
result back, and the next one in the queue gets it.
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
    """A future in a :class:`WaitQueue`.

    :ivar take_back: called with the result if the result does not reach its coroutine.
    :ivar item: what a producer wants to put.
    """

    __slots__ = ("item", "queue", "take_back", "timer")

    queue: WaitQueue | None
    timer: asyncio.TimerHandle | None
    take_back: Callable[[Any], None] | None
    item: Any

    def expire(self) -> None:
        """Leave the queue because the time is up."""
        queue = self.queue
        if queue is not None:
            self._leave()
            queue.settle_expired(self)

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the future and leave the queue."""
        if not super().cancel(msg):
            return False
        self._leave()
        return True

    def give_back(self) -> None:
        """Pass the result on, because the coroutine that waited for it will not see it."""
        take_back, self.take_back = self.take_back, None
        if take_back is not None and not self.cancelled() and self.exception() is None:
            take_back(self.result())

    def _leave(self) -> None:
        queue, self.queue = self.queue, None
        if queue is not None:
            queue.waiters.pop(self, None)
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


# asyncio's log line about an exception that was never retrieved names the class.
Waiter.__name__ = Waiter.__qualname__ = Future.__name__


class WaitQueue:
    """The waiters of a lock or a queue.

    :param settle_expired: settles a waiter whose time is up. By default it raises
        :exc:`TimeoutError`.
    """

    __slots__ = ("settle_expired", "waiters")

    def __init__(self, settle_expired: Callable[[Waiter], None] | None = None) -> None:
        self.waiters: OrderedDict[Future[Any], None] = OrderedDict()
        self.settle_expired = settle_expired or _time_out

    def __len__(self) -> int:
        return len(self.waiters)

    def __iter__(self) -> Iterator[Future[Any]]:
        return iter(self.waiters)

    def add(
        self,
        timeout: float | timedelta | None,
        take_back: Callable[[Any], None] | None = None,
        item: Any = None,
    ) -> Waiter:
        """Return a new waiter at the end of the queue.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, a timedelta from now, or None
            to wait for ever. If the deadline has passed already, as 0 has, the waiter expires at
            once.
        :param take_back: called with the result if the result does not reach its coroutine.
        :param item: what a producer wants to put.
        """
        loop = running_asyncio_loop() or current_asyncio_loop()
        waiter = Waiter(loop=loop)
        waiter.take_back = take_back
        waiter.item = item
        waiter.timer = None
        waiter.queue = self
        if timeout is not None:
            delay = seconds_left(timeout)
            if delay <= 0:
                waiter.expire()
                return waiter
            waiter.timer = loop.call_later(delay, waiter.expire)
        self.waiters[waiter] = None
        return waiter

    async def wait(self, take_back: Callable[[Any], None]) -> Any:
        """Wait at the end of the queue, and return the result.

        A coroutine needs only a plain future for that, which costs much less than a
        :class:`Waiter`.
        """
        future: Future[Any] = Future(loop=running_asyncio_loop())
        self.waiters[future] = None
        try:
            return await future
        except asyncio.CancelledError:
            if future.cancelled():
                self.waiters.pop(future, None)
            else:
                take_back(future.result())
            raise

    def wake_first(self, result: Any) -> bool:
        """Remove the first waiter and give it its result. Tell whether there was one."""
        while self.waiters:
            waiter = self.waiters.popitem(last=False)[0]
            if type(waiter) is Waiter:
                waiter.queue = None
                timer, waiter.timer = waiter.timer, None
                if timer is not None:
                    timer.cancel()
            elif waiter.done():
                continue  # it was cancelled, and its coroutine has not removed it yet
            waiter.set_result(result)
            return True
        return False

    @property
    def first(self) -> Any:
        """The waiter that gets the next result."""
        return next(iter(self.waiters))


def seconds_left(timeout: float | timedelta) -> float:
    """Return the number of seconds until a deadline, or in a timedelta."""
    if hasattr(timeout, "total_seconds"):  # a timedelta, whose module is a slow import
        return timeout.total_seconds()
    if timeout <= 0:
        return 0
    return timeout - IOLoop.current().time()


def _time_out(waiter: Waiter) -> None:
    waiter.set_exception(TimeoutError("timeout"))
