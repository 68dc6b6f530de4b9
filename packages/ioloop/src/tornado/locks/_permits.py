"""Counted permits, the core of locks and semaphores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.concurrent._future import finished_future
from tornado.concurrent._wait_queue import WaitQueue

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Callable


class Permits:
    """A number of permits, and the waiters for one.

    It has no reference to the lock that it belongs to, so that the lock is freed with its last
    reference. The function that releases a permit, a method of the lock, is an argument of every
    call instead.

    :param count: how many permits there are.
    """

    __slots__ = ("count", "queue")

    def __init__(self, count: int) -> None:
        self.count = count
        self.queue = WaitQueue()

    def acquire(
        self, timeout: float | datetime.timedelta | None, release_permit: Callable[[], None]
    ) -> Future[Any]:
        """Return a future for a permit."""
        if self.count == 0:
            return self.queue.add(timeout, _release)
        self.count -= 1
        return finished_future(Permit(release_permit))

    async def hold(self) -> None:
        """Wait for a permit. No future is made if there is one."""
        if self.count == 0:
            await self.queue.wait(_release)
        else:
            self.count -= 1

    def release(self, release_permit: Callable[[], None]) -> None:
        """Hand a permit to the first waiter, or keep it if there is none."""
        if not self.queue.wake_first(Permit(release_permit)):
            self.count += 1

    def describe(self, owner: object) -> str:
        """Return the ``repr`` of the lock that the permits belong to."""
        state = f"unlocked,value:{self.count}" if self.count else "locked"
        if self.queue:
            state += f",waiters:{len(self.queue)}"
        return f"{object.__repr__(owner)[:-1]} [{state}]>"


class Permit:
    """A context manager that releases a permit."""

    __slots__ = ("_release",)

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        self._release()


def _release(permit: Permit) -> None:
    with permit:
        pass
