"""The tasks in which applications run.

An application is a coroutine, and libraries such as anyio ask for the task that it runs in. So it has
one from its first step on. From Python 3.12 on the first step is made at once, by an eager task: most
applications answer in it, and the loop never sees their task.

A client that goes away cancels nothing: what an application does after its response, or after the
client has left, goes on. The server waits for it when it is drained, because such a task is one of the
things that it has to end; see :class:`tornado.httpserver.ConnectionContext`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_HAS_EAGER_TASKS = sys.version_info >= (3, 12)

#: The tasks that wait: the loop refers to tasks only weakly.
_waiting: set[asyncio.Task[None]] = set()

_get_loop = asyncio.get_running_loop
_Task = asyncio.Task


def start_task(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Run a coroutine in a task of its own, and at once where Python can do that.

    :returns: the task; ``None`` if it is done.
    """
    loop = _get_loop()
    if _HAS_EAGER_TASKS:
        task = _Task(coroutine, loop=loop, eager_start=True)  # type: ignore[call-arg, unused-ignore]  # since 3.12
        if task.done():
            if not task.cancelled():
                task.exception()  # the coroutine has handled it
            return None
    else:
        task = loop.create_task(coroutine)
    _waiting.add(task)
    task.add_done_callback(_waiting.discard)
    return task


class Lingering:
    """A task that the server waits for although its connection may be gone.

    It looks like a connection that another protocol has taken over: the server asks it to end, waits,
    and then ends it.

    :param task: the task.
    :param context: that of the connection; servers of other kinds may not wait.
    """

    def __init__(self, task: asyncio.Task[None], context: Any) -> None:
        self._task = task
        adopt = getattr(context, "adopt", None)
        forget: Callable[[], None] | None = None if adopt is None else adopt(self)
        if forget is not None:
            task.add_done_callback(lambda _: forget())

    def go_away(self) -> None:
        """Let the task end by itself."""

    def abort(self) -> None:
        """Cancel the task: the time of the server is up."""
        self._task.cancel()


class Waiters:
    """Those who wait until something has happened; any number, each may be cancelled alone."""

    __slots__ = ("_futures",)

    def __init__(self) -> None:
        self._futures: list[asyncio.Future[None]] = []

    def wait(self) -> asyncio.Future[None]:
        """Return a future that is done with the next :meth:`wake`."""
        future: asyncio.Future[None] = _get_loop().create_future()
        self._futures.append(future)
        return future

    def wake(self) -> None:
        """Wake all that wait."""
        futures, self._futures = self._futures, []
        for future in futures:
            if not future.done():
                future.set_result(None)
