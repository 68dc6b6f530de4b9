"""Queues between coroutines, first in, first out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tornado.concurrent._future import finished_future
from tornado.concurrent._wait_queue import WaitQueue
from tornado.locks import Event

from ._errors import QueueEmpty, QueueFull

if TYPE_CHECKING:
    import datetime
    from asyncio import Future

T = TypeVar("T")


class Queue(Generic[T]):
    """A queue of items between the coroutines that produce and those that consume them.

    ::

        queue = Queue(maxsize=100)

        async def consumer():
            async for item in queue:
                try:
                    await work_on(item)
                finally:
                    queue.task_done()

        await queue.put(item)   # waits while the queue is full
        await queue.join()      # waits until all items have been worked on

    Subclasses override ``_init``, ``_put`` and ``_get`` to choose another order.

    :param maxsize: how many items it holds at most; 0 for any number.
    :raises TypeError: if ``maxsize`` is None.
    :raises ValueError: if it is negative.
    """

    #: The items, in a collection that ``_init`` makes.
    _queue: Any

    def __init__(self, maxsize: int = 0) -> None:
        if maxsize is None:
            raise TypeError("maxsize can't be None, 0 stands for a queue without a limit")
        if maxsize < 0:
            raise ValueError(f"maxsize can't be negative: {maxsize!r}")
        self._maxsize = maxsize
        self._getters = WaitQueue()
        self._putters = WaitQueue()
        self._unfinished_tasks = 0
        self._finished = Event()
        self._finished.set()
        self._init()

    # -- the order of items, for subclasses -------------------------------------------------

    def _init(self) -> None:
        self._queue = deque()

    def _get(self) -> T:
        item: T = self._queue.popleft()
        return item

    def _put(self, item: T) -> None:
        self._queue.append(item)

    def _put_back(self, item: T) -> None:
        """Put an item back to where ``_get`` took it from."""
        if isinstance(self._queue, deque):
            self._queue.appendleft(item)
        else:
            self._put(item)

    # -- size -------------------------------------------------------------------------------

    @property
    def maxsize(self) -> int:
        """The most items that the queue holds; 0 for any number."""
        return self._maxsize

    def qsize(self) -> int:
        """Return the number of items."""
        return len(self._queue)

    def empty(self) -> bool:
        """Tell whether there is no item."""
        return not self._queue

    def full(self) -> bool:
        """Tell whether there is no room for another item."""
        return 0 < self._maxsize <= len(self._queue)

    # -- putting ----------------------------------------------------------------------------

    def put(self, item: T, timeout: float | datetime.timedelta | None = None) -> Future[None]:
        """Put an item, as soon as there is room.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if there is no room by then.

        If the wait is cancelled or times out, the item is not put.
        """
        if 0 < self._maxsize <= len(self._queue):
            return self._putters.add(timeout, item=item)
        self._accept(item)
        return finished_future(None)

    def put_nowait(self, item: T) -> None:
        """Put an item.

        :raises QueueFull: if there is no room.
        """
        if self.full():
            raise QueueFull(f"the queue has its {self._maxsize} items")
        self._accept(item)

    def _accept(self, item: T) -> None:
        if self._unfinished_tasks == 0:
            self._finished.clear()
        self._unfinished_tasks += 1
        self._put(item)
        # Through the queue, because its order decides which item comes first.
        if self._getters.waiters:
            self._getters.wake_first(self._get())

    # -- getting ----------------------------------------------------------------------------

    def get(self, timeout: float | datetime.timedelta | None = None) -> Future[T]:
        """Remove and return an item, as soon as there is one.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if the queue is still empty by then.

        If the coroutine is cancelled before it sees its item, the next one gets the item.
        """
        if not self._queue:
            return self._getters.add(timeout, self._take_back)
        return finished_future(self.get_nowait())

    def get_nowait(self) -> T:
        """Remove and return an item.

        :raises QueueEmpty: if there is none.
        """
        if not self._queue:
            raise QueueEmpty("the queue has no item")
        if self._putters.waiters and len(self._queue) - 1 < self._maxsize:
            # Before an item is removed, because the order of the queue decides which one that is.
            self._accept(self._putters.first.item)
            self._putters.wake_first(None)
        return self._get()

    def _take_back(self, item: T) -> None:
        self._put_back(item)
        if self._getters.waiters:
            self._getters.wake_first(self._get())

    # -- finishing --------------------------------------------------------------------------

    def task_done(self) -> None:
        """Record that an item from the queue has been worked on.

        :raises ValueError: if it is called more often than items were put.
        """
        if self._unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times: no item is being worked on")
        self._unfinished_tasks -= 1
        if self._unfinished_tasks == 0:
            self._finished.set()

    def join(self, timeout: float | datetime.timedelta | None = None) -> Future[None]:
        """Wait until :meth:`task_done` has been called for every item.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if there are unfinished items by then.
        """
        return self._finished.wait(timeout)

    def __aiter__(self) -> QueueIterator[T]:
        return QueueIterator(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._describe()}>"

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._describe()}>"

    def _describe(self) -> str:
        parts = [f"maxsize={self._maxsize!r}"]
        if self._queue:
            parts.append(f"queue={self._queue!r}")
        if self._getters:
            parts.append(f"getters[{len(self._getters)}]")
        if self._putters:
            parts.append(f"putters[{len(self._putters)}]")
        if self._unfinished_tasks:
            parts.append(f"tasks={self._unfinished_tasks}")
        return " ".join(parts)


class QueueIterator(Generic[T]):
    """An iterator that never ends: it waits for more items."""

    def __init__(self, queue: Queue[T]) -> None:
        self._queue = queue

    def __aiter__(self) -> QueueIterator[T]:
        return self

    def __anext__(self) -> Future[T]:
        return self._queue.get()
