"""Futures that take their work with them when they are cancelled."""

from __future__ import annotations

import os
from asyncio import Future
from typing import TYPE_CHECKING, Any

from tornado.concurrent._waiting import Waiter

if TYPE_CHECKING:
    from collections.abc import Callable
    from traceback import StackSummary


_FOLDER = os.path.dirname(__file__) + os.sep

#: The attribute that marks tasks which this module has made from bare coroutines.
MADE_HERE = "_tornado_made_here"


class PendingFuture(Future[Any]):
    """A future of work that can be given up.

    Made only where something really waits. It has no ``__init__``, which would double its price.
    """

    __slots__ = ("abandon",)

    #: Called once when somebody cancels the future. Whoever makes the future sets it.
    abandon: Callable[[], None] | None
    #: Where it was made, in asyncio's debug mode.
    _source_traceback: StackSummary | None

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the future and give up its work."""
        if not super().cancel(msg):
            return False
        abandon, self.abandon = self.abandon, None
        if abandon is not None:
            abandon()
        return True


# Its repr, and what asyncio logs of an exception that nobody has asked for, name the class.
PendingFuture.__name__ = PendingFuture.__qualname__ = Future.__name__


def name_the_caller(future: PendingFuture) -> None:
    """Let a future of asyncio's debug mode say that it was made where the coroutine was called."""
    frames = future._source_traceback
    while frames and frames[-1].filename.startswith(_FOLDER):
        frames.pop()


def give_up(future: Any) -> None:
    """Cancel what a coroutine waits for, as far as nobody else can be waiting for it.

    That is the work of other coroutines of this module, tasks made from bare coroutines, and a
    place in the line of a lock or a queue. A future that the application made is left alone: it
    may be shared.
    """
    if isinstance(future, Waiter) and future.done():
        # It was served, and the coroutine will not get to see it.
        future.give_back()
    elif isinstance(future, (PendingFuture, Waiter)) or getattr(future, MADE_HERE, False):
        future.cancel()
