"""Counted permits, the core of locks and semaphores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.concurrent._future import finished_future
from tornado.concurrent._waiting import Line

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Callable


class Permits:
    """A number of permits, and a line of those who want one.

    It does not know the lock that it belongs to, so that a lock is freed with its last reference.
    What a holder calls to release the permit, the lock's own method, comes with each call.

    :param count: how many there are.
    """

    __slots__ = ("count", "line")

    def __init__(self, count: int) -> None:
        self.count = count
        self.line = Line()

    def acquire(
        self, timeout: float | datetime.timedelta | None, release: Callable[[], None]
    ) -> Future[Any]:
        """Return a future for a permit."""
        if self.count == 0:
            return self.line.join(timeout, _give_back)
        self.count -= 1
        return finished_future(Permit(release))

    async def hold(self) -> None:
        """Wait for a permit, without a future where there is one."""
        if self.count == 0:
            await self.line.stand(_give_back)
        else:
            self.count -= 1

    def release(self, release: Callable[[], None]) -> None:
        """Hand a permit to the first in line, or keep it until somebody comes."""
        if not self.line.serve(Permit(release)):
            self.count += 1

    def describe(self, owner: object) -> str:
        """Return what ``repr`` says of the lock that the permits belong to."""
        state = f"unlocked,value:{self.count}" if self.count else "locked"
        if self.line:
            state += f",waiters:{len(self.line)}"
        return f"{object.__repr__(owner)[:-1]} [{state}]>"


class Permit:
    """Releases a permit at the end of a ``with`` block."""

    __slots__ = ("_release",)

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        self._release()


def _give_back(permit: Permit) -> None:
    with permit:
        pass
