"""Results in the order in which they arrive."""

from __future__ import annotations

from asyncio import Future
from collections import deque
from typing import TYPE_CHECKING, Any

from tornado.concurrent._future import new_future
from tornado.ioloop import IOLoop

from ._convert import convert_yielded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class WaitIterator:
    """The results of several futures, in the order in which they arrive.

    ::

        async for response in gen.WaitIterator(first, second):
            print(response)

    or with names: ``WaitIterator(mirror=..., origin=...)``. A future that is passed several times
    gives its result as often.

    :ivar current_index: the position or name of the future whose result came last.
    :ivar current_future: that future.
    :raises ValueError: if there are futures with and without names.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueError("give futures by position or by name, not both")
        named = kwargs.items() if kwargs else enumerate(args)
        self.current_index: str | int | None = None
        self.current_future: Future[Any] | None = None
        self._left = 0
        self._finished: deque[tuple[str | int, Any]] = deque()
        self._next: Future[Any] | None = None
        for index, child in named:
            self._watch(index, convert_yielded(child))

    def _watch(self, index: str | int, future: Any) -> None:
        self._left += 1
        if future.done():
            self._finished.append((index, future))
        elif isinstance(future, Future):
            future.add_done_callback(lambda done: self._arrive(index, done))
        else:
            IOLoop.current().add_future(future, lambda done: self._arrive(index, done))

    def done(self) -> bool:
        """Tell whether all results have been returned. There is no current future then."""
        if self._left == 0:
            self.current_index = self.current_future = None
            return True
        return self._left == 1 and self._next is not None and not self._next.cancelled()

    def next(self) -> Future[Any]:
        """Return a future for the next result. Wait for it before you ask for another one."""
        self._next = future = new_future()
        if self._finished:
            self._give(*self._finished.popleft())
        return future

    def _arrive(self, index: str | int, future: Any) -> None:
        if self._next is None or self._next.done():
            self._finished.append((index, future))
        else:
            self._give(index, future)

    def _give(self, index: str | int, future: Any) -> None:
        waiter, self._next = self._next, None
        self._left -= 1
        self.current_index, self.current_future = index, future
        if waiter is None:
            return
        if future.cancelled():
            waiter.cancel()
        elif future.exception() is not None:
            waiter.set_exception(future.exception())
        else:
            waiter.set_result(future.result())

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __anext__(self) -> Future[Any]:
        if self.done():
            raise StopAsyncIteration
        return self.next()
