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

    :param count: how many there are.
    :param release: what the context manager calls that a holder gets.
    """

    __slots__ = ("count", "line", "permit")

    def __init__(self, count: int, release: Callable[[], None]) -> None:
        self.count = count
        self.line = Line()
        #: What every holder gets. It has no state of its own.
        self.permit = Permit(release)

    def acquire(self, timeout: float | datetime.timedelta | None) -> Future[Any]:
        """Return a future for a permit."""
        if self.count == 0:
            return self.line.join(timeout, self._restore)
        self.count -= 1
        return finished_future(self.permit)

    async def hold(self) -> None:
        """Wait for a permit, without a future where there is one."""
        if self.count == 0:
            await self.line.stand(self._restore)
        else:
            self.count -= 1

    def release(self) -> None:
        """Hand a permit to the first in line, or keep it until somebody comes."""
        if not self.line.serve(self.permit):
            self.count += 1

    def _restore(self, permit: Permit) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"locked waiters={len(self.line)}" if self.count == 0 else f"value={self.count}"


class Permit:
    """Releases a permit at the end of a ``with`` block."""

    __slots__ = ("_release",)

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        self._release()
