"""The tasks of requests, and what makes a request become one.

Most requests never wait: a ``def`` handler runs to its end in the first step, and :func:`run` makes
that step by hand, without a Task. As soon as something has to be awaited, the coroutine yields
nothing and becomes a Task from there on, so that :func:`asyncio.timeout`, task groups and everything
else that needs the current task work in handlers.
"""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Awaitable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from tornado.log import app_log

from ._current_request import running_handler

if TYPE_CHECKING:
    from contextvars import Context

    from .._application import Application


class _Completed(Awaitable[None]):
    """An awaitable that is already done; one object is enough for all."""

    def __await__(self) -> Generator[Any, None, None]:
        return iter(())  # type: ignore[return-value]  # exhausted at once, so nothing is ever sent


#: What a ``def`` returns whose work is done, where callers may ``await`` the result.
COMPLETED = _Completed()

_HAS_EAGER_TASKS = sys.version_info >= (3, 12)

#: The tasks of requests that are running, with their contexts: the loop refers to tasks only weakly.
_running: dict[asyncio.Task[Any], Context] = {}


def running_requests(application: Application) -> set[asyncio.Task[Any]]:
    """Return the tasks of an application's requests on the running loop."""
    loop = asyncio.get_running_loop()
    return {
        task
        for task, context in list(_running.items())
        if task.get_loop() is loop and context[running_handler].application is application
    }


@types.coroutine
def become_task() -> Generator[None, None, None]:
    """Go on within a Task: :func:`run` answers a bare yield with one, and asyncio goes on."""
    yield


async def wait_for(result: Any) -> Any:
    """Await what a method of a handler has returned, within a Task."""
    if result is COMPLETED:
        return None
    if not in_task():
        await become_task()
    if isinstance(result, Awaitable):
        return await result
    from tornado.gen import convert_yielded

    return await convert_yielded(result)


def in_task() -> bool:
    """Tell whether the running code is that of a Task."""
    return asyncio.current_task() is not None


def is_cancelled() -> bool:
    """Tell whether the current task was cancelled and has not ended yet."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def run(coroutine: Coroutine[Any, Any, None], context: Context) -> asyncio.Task[None] | None:
    """Run ``_execute`` in a context of its own until it has to wait.

    :returns: the Task that finishes it; ``None`` if it is finished.
    """
    try:
        context.run(coroutine.send, None)
    except StopIteration:
        return None
    return start_task(coroutine, context)


def start_task(coroutine: Coroutine[Any, Any, None], context: Any) -> asyncio.Task[None]:
    """Continue a coroutine as a Task."""
    loop = asyncio.get_running_loop()
    if _HAS_EAGER_TASKS:
        task = asyncio.Task(
            coroutine,
            loop=loop,
            context=context,
            eager_start=True,  # type: ignore[call-arg, unused-ignore]  # since Python 3.12
        )
    else:
        task = loop.create_task(coroutine, context=context)
    if not task.done():
        _running[task] = context
        task.add_done_callback(_forget_task)
    return task


def _forget_task(task: asyncio.Task[Any]) -> None:
    _running.pop(task, None)
    if not task.cancelled() and task.exception() is not None:
        app_log.error("Uncaught exception in a request", exc_info=task.exception())
