"""Locks that several may hold at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ._permits import Permits

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Coroutine
    from contextlib import AbstractContextManager

    from tornado.concurrent._waiting import Line


class Semaphore:
    """A lock that a limited number of coroutines may hold at the same time.

    ::

        async with semaphore:
            await work()

        with (yield semaphore.acquire()):  # in a generator coroutine
            yield work()

    They get it in the order in which they asked. Permits may be released that were never acquired;
    :class:`BoundedSemaphore` refuses that.

    :param value: how many.
    :raises ValueError: if that is negative.
    """

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError(f"semaphore initial value must be >= 0, not {value!r}")
        self._permits = Permits(value)

    def acquire(
        self, timeout: float | datetime.timedelta | None = None
    ) -> Future[AbstractContextManager[None]]:
        """Wait for a permit. The result is a context manager that releases it.

        :param timeout: a deadline like :meth:`.IOLoop.time` gives or a timedelta from now. 0
            means now or never, None for ever.
        :raises TimeoutError: if there is none by then.

        A coroutine that is cancelled while it waits holds nothing.
        """
        return self._permits.acquire(timeout, self.release)

    def release(self) -> None:
        """Give a permit back. The first in line gets it."""
        self._permits.release(self.release)

    def __repr__(self) -> str:
        return self._permits.describe(self)

    @property
    def _waiters(self) -> Line:
        """Those who wait, under the name that upstream has for them."""
        return self._permits.line

    @property
    def _value(self) -> int:
        """The number of permits that are left, under the name that upstream has for it."""
        return self._permits.count

    def __enter__(self) -> NoReturn:
        raise RuntimeError(f"Use 'async with' instead of 'with' for {type(self).__name__}")

    def __exit__(self, *exc_info: object) -> None:
        self.__enter__()

    def __aenter__(self) -> Coroutine[Any, Any, None]:
        return self._permits.hold()

    async def __aexit__(self, *exc_info: object) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that cannot be released more often than it was acquired."""

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._initial = value

    def release(self) -> None:
        """Give a permit back. The first in line gets it.

        :raises ValueError: if all permits are there already.
        """
        if self._permits.count >= self._initial:
            msg = f"Semaphore released too many times, all its permits are there: {self._initial}"
            raise ValueError(msg)
        self._permits.release(self.release)
