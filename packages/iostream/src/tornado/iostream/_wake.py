"""Hand a result to the task that waits for it, in the same turn of the loop."""

from __future__ import annotations

from asyncio import Future, Task
from types import BuiltinMethodType
from typing import Any


def wake(future: Future[Any], result: Any) -> None:
    """Resolve a future and step the task that awaits it at once.

    A future's callbacks run in the loop's next turn, which costs a system call and several
    microseconds: as much as everything else that a small message costs. Where exactly one task
    awaits the future and nothing else runs, as in a callback that the loop itself has called, that
    turn brings nothing. Call this last, because the task may do anything to the caller's object.

    Whatever else listens to the future is called in the next turn as usual.
    """
    callbacks: Any = future._callbacks
    if callbacks is not None and len(callbacks) == 1:
        [(callback, context)] = callbacks
        if (
            type(callback) is BuiltinMethodType  # as the tasks of C have it
            and isinstance(callback.__self__, Task)
        ):
            future.remove_done_callback(callback)
            future.set_result(result)
            try:
                context.run(callback, future)
            except RuntimeError:
                # Another task runs, and tasks refuse to be entered within each other. To ask for it
                # first would cost a system call on Python 3.11.
                future.get_loop().call_soon(callback, future, context=context)
            return
    future.set_result(result)
