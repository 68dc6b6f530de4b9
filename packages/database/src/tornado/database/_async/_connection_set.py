"""A bounded number of connections, and those who wait for one."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from .._errors import InterfaceError, PoolExhaustedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._connection import AsyncConnection


class ConnectionSet:
    """Connections that are used by one coroutine at a time.

    :param make: makes a connection, which opens itself at its first use.
    :param size: how many there are at most.
    :param max_waiting: how many coroutines may wait for one.
    :param acquire_timeout: seconds that each of them waits at most.
    """

    def __init__(
        self,
        make: Callable[[], AsyncConnection],
        *,
        size: int,
        max_waiting: int,
        acquire_timeout: float,
    ) -> None:
        self.size = size
        self._make = make
        self._max_waiting = max_waiting
        self._timeout = acquire_timeout
        self._free: list[AsyncConnection] = []  # the last one is used next
        self._waiting: deque[asyncio.Future[AsyncConnection]] = deque()
        self._count = 0
        self._is_closed = self._has_ended = False
        self._all_returned: asyncio.Future[None] | None = None

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return self._count - len(self._free)

    @property
    def waiting(self) -> int:
        """How many coroutines wait for one."""
        return len(self._waiting)

    async def acquire(self) -> AsyncConnection:
        """Return a connection, to be given back by :meth:`release`.

        :raises PoolExhaustedError: if none is free in time, or if too many wait already.
        """
        if self._is_closed:
            raise InterfaceError("the pool is closed")
        if self._free:
            return self._free.pop()
        if self._count < self.size:
            connection = self._make()
            self._count += 1
            return connection
        if len(self._waiting) >= self._max_waiting:
            raise PoolExhaustedError(
                f"{self._state()}: no more than {self._max_waiting} may wait (max_waiting)"
            )
        return await self._wait()

    async def _wait(self) -> AsyncConnection:
        waiter: asyncio.Future[AsyncConnection] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        timer = waiter.get_loop().call_later(self._timeout, self._give_up, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release(waiter.result())
            raise
        finally:
            timer.cancel()
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _give_up(self, waiter: asyncio.Future[AsyncConnection]) -> None:
        if not waiter.done():
            waiter.set_exception(
                PoolExhaustedError(
                    f"{self._state()}: none was free within {self._timeout:g} seconds "
                    f"(acquire_timeout)"
                )
            )

    def _state(self) -> str:
        return (
            f"the pool has {self.size} connection{'' if self.size == 1 else 's'}, all of them in use, "
            f"and {len(self._waiting)} wait for one"
        )

    def release(self, connection: AsyncConnection) -> None:
        """Give a connection back, to the one who has waited for the longest time."""
        connection._tidy()
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if self._has_ended:
            self._count -= 1
            connection._drop()
        else:
            self._free.append(connection)
        if not self.in_use and self._all_returned is not None and not self._all_returned.done():
            self._all_returned.set_result(None)

    def refuse_users(self) -> None:
        """Give no connection to those who come from now on. Those who wait are served."""
        self._is_closed = True

    async def wait_for_users(self) -> None:
        """Wait until all connections are given back."""
        while self.in_use:
            if self._all_returned is None or self._all_returned.done():
                self._all_returned = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._all_returned])

    async def close(self) -> None:
        """Close the connections that are free, and each of the others when it is given back."""
        self._has_ended = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(InterfaceError("the pool is closed"))
        while self._free:
            self._count -= 1
            await self._free.pop().close()
