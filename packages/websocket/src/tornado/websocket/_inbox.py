"""Received messages that wait for a program that asks for them one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class Inbox:
    """A bounded queue of messages; a full one stops reading, which slows the peer down.

    :param limit: how many messages may wait before reading stops.
    :param resume: called when there is room again.
    """

    def __init__(self, limit: int, resume: Callable[[], None]) -> None:
        self._messages: deque[str | bytes] = deque()
        self._limit = limit
        self._resume = resume
        self._waiter: asyncio.Future[None] | None = None
        self._is_closed = False

    @property
    def is_full(self) -> bool:
        """True if nothing more should be read for now."""
        return len(self._messages) >= self._limit

    def put(self, message: str | bytes) -> None:
        """Add a message."""
        self._messages.append(message)
        self._wake()

    def close(self) -> None:
        """Let `get` return None once the messages are taken."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def get(self) -> str | bytes | None:
        """Return the next message, None after the end of the connection."""
        while not self._messages:
            if self._is_closed:
                return None
            if self._waiter is None or self._waiter.done():
                self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._waiter)
        was_full = self.is_full
        message = self._messages.popleft()
        if was_full:
            self._resume()
        if self._messages:
            self._wake()  # another caller may be waiting
        return message

    async def messages(self) -> AsyncIterator[str | bytes]:
        """Yield the messages until the connection ends."""
        while (message := await self.get()) is not None:
            yield message
