"""The connections that wait for their next request."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Hashable

    from ._connection import Connection


class Pool:
    """The idle connections of a client. The one that became idle last is used first.

    Two requests share a connection only if their keys are equal: scheme, host, port, TLS settings,
    proxy, source address, family and Unix socket are all part of it.

    :param loop: its clock is used.
    :param max_idle: idle connections in all; the oldest one is closed for a new one.
    :param max_idle_per_key: idle connections with one key.
    :param idle_timeout: seconds that a connection waits at most.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        max_idle: int,
        max_idle_per_key: int,
        idle_timeout: float,
    ) -> None:
        self._loop = loop
        self._max_idle = max_idle
        self._max_idle_per_key = max_idle_per_key
        self._idle_timeout = idle_timeout
        # Dictionaries keep the order of insertion, and removal from the middle costs nothing.
        self._idle: dict[Hashable, dict[Connection, None]] = {}
        self._since: dict[Connection, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._guard: AsyncIterator[None] | None = None

    def __len__(self) -> int:
        return len(self._since)

    def take(self, key: Hashable) -> Connection | None:
        """Remove and return the connection that became idle last; None if there is none."""
        idle = self._idle.get(key)
        if not idle:
            return None
        connection, _ = idle.popitem()
        del self._since[connection]
        return connection

    def put(self, connection: Connection, now: float) -> bool:
        """Keep a connection, unless there are enough; return whether it is kept.

        :param now: the time of the loop.
        """
        idle = self._idle.get(connection.key)
        if idle is None:
            if self._max_idle < 1 or self._max_idle_per_key < 1:
                return False
            idle = self._idle[connection.key] = {}
        elif len(idle) >= self._max_idle_per_key:
            return False
        idle[connection] = None
        self._since[connection] = now
        if len(self._since) > self._max_idle:
            next(iter(self._since)).close()
        if self._timer is None:
            self._watch()
        return True

    def discard(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        if self._since.pop(connection, None) is not None:
            idle = self._idle[connection.key]
            idle.pop(connection, None)

    def close(self) -> None:
        """Close all idle connections."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in list(self._since):
            connection.close()
        self._idle.clear()

    def _watch(self) -> None:
        self._timer = self._loop.call_later(self._idle_timeout / 2, self._sweep)
        if self._guard is None:
            # asyncio.run and IOLoop close the asynchronous generators of the loop at its end. So the
            # sockets of a client that was not closed are closed before the loop is.
            self._guard = guard = self._close_at_end()
            with suppress(StopIteration):
                guard.__anext__().__await__().send(None)  # runs to its yield

    async def _close_at_end(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self.close()

    def _sweep(self) -> None:
        """Close the connections that have waited too long; watch the others."""
        self._timer = None
        oldest = self._loop.time() - self._idle_timeout
        for connection, since in list(self._since.items()):
            if since > oldest:
                break
            connection.close()
        for key in [key for key, idle in self._idle.items() if not idle]:
            del self._idle[key]
        if self._since:
            self._watch()
