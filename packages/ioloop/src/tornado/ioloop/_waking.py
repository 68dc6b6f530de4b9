"""Hand a result to the task that waits for it, without another round of the loop."""

from __future__ import annotations

from asyncio import Future, Task
from types import BuiltinMethodType
from typing import Any


def set_result_and_wake(future: Future[Any], result: Any) -> None:
    """Set the result of a future, and step the task that awaits it at once.

    The callbacks of a future run in the next round of the loop. That round costs a system call and
    several microseconds, as much as everything else about a small message. It gains nothing where
    exactly one task awaits the future and no task is running, as in a callback that the loop itself
    has called. Anything else that listens to the future is called in the next round as usual.

    Call this last: the task may do anything to the objects of the caller.

    :raises asyncio.InvalidStateError: if the future is done.

    .. versionadded:: 1.0
    """
    callbacks: Any = future._callbacks
    if callbacks is not None and len(callbacks) == 1:
        [(callback, context)] = callbacks
        if (
            type(callback) is BuiltinMethodType  # what the tasks written in C register
            and isinstance(callback.__self__, Task)
        ):
            future.remove_done_callback(callback)
            future.set_result(result)
            try:
                context.run(callback, future)
            except RuntimeError:
                # Another task is running, and a task cannot be stepped inside another one. Asking
                # for that first would cost a system call on Python 3.11.
                future.get_loop().call_soon(callback, future, context=context)
            return
    future.set_result(result)
