"""Locks and signals between coroutines.

They look like those of :mod:`threading`, but they are for the coroutines of one loop, not for
threads::

    lock = locks.Lock()

    async def append(line):
        async with lock:
            await write(line)

Coroutines are served in the order in which they asked. If a wait is cancelled or times out, nothing
is lost: the lock or the notification that was meant for it goes to the next waiter.

Timeouts are deadlines, as :meth:`.IOLoop.time` returns them, or timedeltas from now::

    await lock.acquire(timeout=datetime.timedelta(seconds=5))
    await lock.acquire(timeout=IOLoop.current().time() + 5)
    await lock.acquire(timeout=0)  # without waiting
"""

from __future__ import annotations

from tornado.util import publish

from ._condition import Condition
from ._event import Event
from ._lock import Lock
from ._semaphore import BoundedSemaphore, Semaphore

__all__ = ["BoundedSemaphore", "Condition", "Event", "Lock", "Semaphore"]

publish(
    globals(),
    aliases={
        "future_set_result_unless_cancelled": "tornado.concurrent",
    },
)
