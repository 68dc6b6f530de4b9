"""Locks that several coroutines hold at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ._permits import Permits

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Coroutine
    from contextlib import AbstractContextManager

    from tornado.concurrent._wait_queue import WaitQueue


class Semaphore:
    """A lock that a limited number of coroutines may hold at the same time.

    ::

        async with semaphore:
            await work()

        with (yield semaphore.acquire()):  # in a generator coroutine
            yield work()

    Coroutines get it in the order in which they asked for it. More permits may be released than
    were acquired; :class:`BoundedSemaphore` refuses that.

    :param value: how many coroutines may hold it.
    :raises ValueError: if it is negative.
    """

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError(f"semaphore initial value must be >= 0, not {value!r}")
        self._permits = Permits(value)

    def acquire(
        self, timeout: float | datetime.timedelta | None = None
    ) -> Future[AbstractContextManager[None]]:
        """Wait for a permit. The result is a context manager that releases it.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if no permit is free by then.

        A coroutine that is cancelled while it waits does not hold a permit.
        """
        return self._permits.acquire(timeout, self.release)

    def release(self) -> None:
        """Release a permit. The first waiter gets it."""
        self._permits.release(self.release)

    def __repr__(self) -> str:
        return self._permits.describe(self)

    @property
    def _waiters(self) -> WaitQueue:
        """The waiters, under the name that upstream has for them."""
        return self._permits.queue

    @property
    def _value(self) -> int:
        """The number of free permits, under the name that upstream has for it."""
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
        """Release a permit. The first waiter gets it.

        :raises ValueError: if no permit is held.
        """
        if self._permits.count >= self._initial:
            msg = f"Semaphore released too many times, all its permits are there: {self._initial}"
            raise ValueError(msg)
        self._permits.release(self.release)
