"""Received messages that wait for a program that asks for them one by one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable


class Inbox:
    """A bounded queue of messages. While it is full, nothing is read from the connection.

    :param limit: how many messages may wait before reading stops.
    :param on_room: called when there is room again.
    """

    __slots__ = ("_is_closed", "_limit", "_messages", "_on_room", "_waiters")

    def __init__(self, limit: int, on_room: Callable[[], None]) -> None:
        self._messages: deque[str | bytes] = deque()
        self._waiters: deque[asyncio.Future[str | bytes | None]] = deque()
        self._limit = limit
        self._on_room = on_room
        self._is_closed = False

    @property
    def is_full(self) -> bool:
        """True if nothing more should be read for now."""
        return len(self._messages) >= self._limit

    def put(self, message: str | bytes) -> None:
        """Give a message to the caller that has waited longest, or keep it."""
        waiters = self._waiters
        while waiters:
            waiter = waiters.popleft()
            if not waiter.done():  # not cancelled
                waiter.set_result(message)
                return
        self._messages.append(message)

    def close(self) -> None:
        """Let `get` return None once the messages are taken."""
        self._is_closed = True
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def get(self) -> asyncio.Future[str | bytes | None]:
        """Return the next message, None after the end of the connection."""
        loop = IOLoop.current().asyncio_loop  # it may not run yet
        future: asyncio.Future[str | bytes | None] = loop.create_future()
        if self._messages:
            was_full = self.is_full
            future.set_result(self._messages.popleft())
            if was_full:
                self._on_room()
        elif self._is_closed:
            future.set_result(None)
        else:
            self._waiters.append(future)
        return future

    async def messages(self) -> AsyncIterator[str | bytes]:
        """Yield the messages until the connection ends."""
        while (message := await self.get()) is not None:
            yield message
