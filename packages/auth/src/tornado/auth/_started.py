"""What a method returns that begins its work when it is called, whether or not anybody waits for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator


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


class Finished:
    """An awaitable of something that is done: what a method returns that had nothing to wait for."""

    def __await__(self) -> Generator[Any, Any, None]:
        return
        yield
