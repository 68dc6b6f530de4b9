"""Futures that cancel what they wait for."""

from __future__ import annotations

import os
from asyncio import Future
from typing import TYPE_CHECKING, Any

from tornado.concurrent._wait_queue import Waiter

if TYPE_CHECKING:
    from collections.abc import Callable
    from traceback import StackSummary


_FOLDER = os.path.dirname(__file__) + os.sep

#: The attribute that marks the tasks that this package has made from coroutines.
OWN_TASK = "_tornado_own_task"


class PendingFuture(Future[Any]):
    """A future that calls a function when it is cancelled.

    It is only made if something has to wait. It has no ``__init__``, which would double its cost.
    """

    __slots__ = ("abandon",)

    #: Called once when the future is cancelled. Set by the maker of the future.
    abandon: Callable[[], None] | None
    #: The place where it was made, in the debug mode of asyncio.
    _source_traceback: StackSummary | None

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the future and what it waits for."""
        if not super().cancel(msg):
            return False
        abandon, self.abandon = self.abandon, None
        if abandon is not None:
            abandon()
        return True


# Its repr, and the log line of asyncio about an exception that was never retrieved, name the class.
PendingFuture.__name__ = PendingFuture.__qualname__ = Future.__name__


def name_the_caller(future: PendingFuture) -> None:
    """Let a future say, in the debug mode of asyncio, that the caller of the coroutine made it."""
    frames = future._source_traceback
    while frames and frames[-1].filename.startswith(_FOLDER):
        frames.pop()


def give_up(future: Any) -> None:
    """Cancel what a coroutine waits for, unless something else may be waiting for it too.

    Cancelled are the futures of other coroutines of this package, tasks that it has made from
    coroutines, and the waiters of locks and queues. A future that the application made is left as
    it is, because it may be shared.
    """
    if isinstance(future, Waiter) and future.done():
        # It has a result that the coroutine will not see.
        future.give_back()
    elif isinstance(future, (PendingFuture, Waiter)) or getattr(future, OWN_TASK, False):
        future.cancel()
