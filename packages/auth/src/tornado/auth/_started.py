"""Work that begins when a method is called, whether or not anybody waits for it."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator


class Started:
    """A coroutine under way, to be awaited or not.

    If nobody waits for it, its exception reaches the request that made the call, as that of a callback
    does. So a classic handler may call the method and return.

    :param work: what to start.
    """

    def __init__(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.ensure_future(work)
        self._has_waiter = False
        IOLoop.current().add_future(self._task, self._report)

    def __await__(self) -> Generator[Any, Any, None]:
        """Wait for the end."""
        self._has_waiter = True
        return self._task.__await__()

    def _report(self, task: asyncio.Future[None]) -> None:
        if not self._has_waiter and not task.cancelled():
            task.result()


def acts_when_called(
    method: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., Any]:
    """Let a coroutine method start when it is called, and also take the ``callback`` of Tornado 3.

    With a callback the method returns None, and the callback gets None when the work is done; an
    exception reaches the request that made the call.
    """

    @functools.wraps(method)
    def call(
        self: Any, *args: Any, callback: Callable[[None], object] | None = None, **kwargs: Any
    ) -> Started | None:
        work = method(self, *args, **kwargs)
        if callback is None:
            return Started(work)
        function = callback
        IOLoop.current().add_future(
            asyncio.ensure_future(work), lambda task: function(task.result())
        )
        return None

    return call
