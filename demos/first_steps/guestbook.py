"""The guest book: the entries of visitors, in memory, the newest first."""

from __future__ import annotations

import datetime
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_ENTRIES = 50


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Entry:
    """The entry of a visitor."""

    author: str
    text: str
    written: datetime.datetime = field(default_factory=_now)


class Guestbook:
    """The latest entries; older ones are dropped."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MAX_ENTRIES)
        self.add("Tornado", "Hello, world")

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, author: str, text: str) -> Entry:
        """Add an entry and return it."""
        entry = Entry(author, text)
        self._entries.appendleft(entry)
        return entry
