"""A room as one process sees it: the latest messages, who is here, and who waits for news."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from messages import BEGINNING, Message, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Messages that a room remembers, in every process and in Redis.
MAX_HISTORY = 500


class Room:
    """The state of a room, which a store keeps up to date."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: deque[Message] = deque(maxlen=MAX_HISTORY)
        #: The names of everybody who is here, in any process.
        self.people: tuple[str, ...] = ()
        #: How many connections of this process each name has.
        self.local: Counter[str] = Counter()
        #: Called when ``local`` has got another name, or has lost one.
        self.on_local_change: Callable[[Room], None] = lambda room: None
        #: Open websockets of this process.
        self.sockets: set[Any] = set()
        #: Called when there is something for the sockets.
        self.on_news: Callable[[Room], None] = lambda room: None
        self._news: asyncio.Future[None] | None = None

    @property
    def position(self) -> Position:
        """The position of the latest message."""
        return self.messages[-1].position if self.messages else BEGINNING

    def extend(self, messages: Iterable[Message]) -> None:
        """Add messages, whose positions follow the last one."""
        self.messages.extend(messages)
        self._announce()

    def since(self, position: Position) -> list[Message]:
        """Return the messages after a position."""
        later = takewhile(lambda message: message.position > position, reversed(self.messages))
        return list(later)[::-1]

    def has_forgotten(self, position: Position) -> bool:
        """Tell whether messages after a position may be missing from `since`."""
        is_full = len(self.messages) == self.messages.maxlen
        return is_full and BEGINNING < position < self.messages[0].position

    # Who is here.

    def enter(self, name: str) -> None:
        """Count a connection of somebody."""
        self.local[name] += 1
        if self.local[name] == 1:
            self.on_local_change(self)

    def leave(self, name: str) -> None:
        """Count a connection less."""
        self.local[name] -= 1
        if self.local[name] <= 0:
            del self.local[name]
            self.on_local_change(self)

    def set_people(self, names: Iterable[str]) -> None:
        """Take over who is here, and say so if that is new."""
        people = tuple(sorted(set(names), key=str.casefold))
        if people != self.people:
            self.people = people
            self._announce()

    # Waiting.

    async def wait_for_news(self) -> None:
        """Return when a message has come, or when somebody has come or gone."""
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._news)

    def _announce(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.set_result(None)
        self.on_news(self)
