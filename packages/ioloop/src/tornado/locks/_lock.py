"""A lock that one coroutine holds at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ._permits import Permits

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Coroutine
    from contextlib import AbstractContextManager


class Lock:
    """A lock that one coroutine holds at a time.

    ::

        async with lock:
            await change_something()

        with (yield lock.acquire()):  # in a generator coroutine
            yield change_something()

    Coroutines get it in the order in which they asked for it. It is not reentrant, and any
    coroutine may release it.
    """

    def __init__(self) -> None:
        self._permits = Permits(1)

    def acquire(
        self, timeout: float | datetime.timedelta | None = None
    ) -> Future[AbstractContextManager[None]]:
        """Wait for the lock. The result is a context manager that releases it.

        :param timeout: a deadline as :meth:`.IOLoop.time` returns it, or a timedelta from now.
            0 means not to wait at all, None to wait for ever.
        :raises TimeoutError: if it is not free by then.

        A coroutine that is cancelled while it waits does not hold the lock.
        """
        return self._permits.acquire(timeout, self.release)

    def release(self) -> None:
        """Release the lock. The first waiter gets it.

        :raises RuntimeError: if nobody holds it.
        """
        if self._permits.count:
            raise RuntimeError("release unlocked lock: nobody holds it")
        self._permits.release(self.release)

    def __repr__(self) -> str:
        return self._permits.describe(self)

    def __enter__(self) -> NoReturn:
        raise RuntimeError("Use `async with` instead of `with` for Lock")

    def __exit__(self, *exc_info: object) -> None:
        self.__enter__()

    def __aenter__(self) -> Coroutine[Any, Any, None]:
        return self._permits.hold()

    async def __aexit__(self, *exc_info: object) -> None:
        self.release()
