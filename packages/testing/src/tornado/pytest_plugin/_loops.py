"""Loops for tests."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that cancelled tasks may take to end before their loop is closed.
_LAST_SECONDS = 1.0


@contextmanager
def open_loop() -> Iterator[IOLoop]:
    """Open a loop that is the current one within the block, and close it afterwards."""
    loop = IOLoop()
    try:
        yield loop
    finally:
        try:
            _cancel_tasks(loop)
        finally:
            IOLoop.clear_current()
            if not loop.asyncio_loop.is_closed():  # a test may have done it
                loop.close(all_fds=True)


def _cancel_tasks(loop: IOLoop) -> None:
    """Cancel the tasks that are left on a loop, or a later test would log that they are destroyed."""
    if loop.asyncio_loop.is_closed():
        return
    tasks = asyncio.all_tasks(loop.asyncio_loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_sync(lambda: asyncio.wait(tasks, timeout=_LAST_SECONDS))
