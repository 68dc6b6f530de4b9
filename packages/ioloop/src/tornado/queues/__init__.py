"""Queues between coroutines.

They look like those of :mod:`queue`, but ``get`` and ``put`` return awaitables, and they are for
the coroutines of one loop, not for threads. Producers wait while the queue is full, so a fast
producer cannot get far ahead of slow consumers::

    queue = queues.Queue(maxsize=2)

    async def produce():
        for number in range(5):
            await queue.put(number)

    async def consume():
        async for number in queue:
            await work_on(number)
            queue.task_done()

Timeouts are deadlines or timedeltas, as in :mod:`tornado.locks`.
"""

from __future__ import annotations

from tornado.util import publish

from ._errors import QueueEmpty, QueueFull
from ._orders import LifoQueue, PriorityQueue
from ._queue import Queue

__all__ = ["LifoQueue", "PriorityQueue", "Queue", "QueueEmpty", "QueueFull"]

publish(
    globals(),
    aliases={
        "Event": "tornado.locks",
        "future_set_result_unless_cancelled": "tornado.concurrent",
    },
)
