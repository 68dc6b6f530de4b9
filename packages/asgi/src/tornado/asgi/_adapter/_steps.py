"""Calls into the application that belong to no task.

The server runs one task for each request. A handler begins outside of any task and becomes one of its
own as soon as it waits, so it must not take the server's task for that.
"""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def outside_task(function: Callable[[], T]) -> T:
    """Call a function as a callback of the loop would be called: no task is current meanwhile.

    The two functions of asyncio are those that its documentation has for other kinds of tasks, which
    suspend one task to step another one.
    """
    task = asyncio.current_task()
    if task is None:
        return function()
    loop = asyncio.get_running_loop()
    _leave_task(loop, task)
    try:
        return function()
    finally:
        _enter_task(loop, task)
