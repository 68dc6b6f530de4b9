"""Where the rooms live: the interface of a store, and the one for a single process."""

from __future__ import annotations

import asyncio
import secrets
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from messages import Position
from rooms import Room

if TYPE_CHECKING:
    from collections.abc import Iterable

    from messages import Message

#: Messages of a room whose ids the memory store knows, so that it takes none twice.
_MAX_KNOWN = 10_000


class Store(ABC):
    """Keeps rooms up to date: their messages and who is in them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.rooms = {name: Room(name) for name in names}
        for room in self.rooms.values():
            room.on_local_change = self._update_people

    @abstractmethod
    async def secret(self) -> str:
        """Return what signs the cookies; it is the same in all processes."""

    @abstractmethod
    async def start(self) -> None:
        """Begin to keep the rooms up to date."""

    @abstractmethod
    async def close(self) -> None:
        """Write what is still to be written, and end."""

    @abstractmethod
    def add(self, room: Room, message: Message) -> asyncio.Future[Position]:
        """Add a message, unless there is one with its name and id; the order of calls counts.

        :returns: its position, once it is stored.
        :raises Refusal: too many messages wait already.
        """

    @abstractmethod
    def _update_people(self, room: Room) -> None:
        """Called when ``room.local`` has got another name, or has lost one."""


class MemoryStore(Store):
    """Rooms of one process; they are gone when it ends."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(names)
        self._known: dict[str, dict[tuple[str, str], Position]] = {name: {} for name in self.rooms}

    async def secret(self) -> str:
        return secrets.token_urlsafe(32)

    async def start(self) -> None:
        """Do nothing: it is all there."""

    async def close(self) -> None:
        """Do nothing: there is nothing to write."""

    def add(self, room: Room, message: Message) -> asyncio.Future[Position]:
        future: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        known = self._known[room.name]
        key = (message.name, message.id)
        if key not in known:
            known[key] = position = _following(room.position)
            room.extend([replace(message, position=position)])
            if len(known) > _MAX_KNOWN:
                del known[next(iter(known))]
        future.set_result(known[key])
        return future

    def _update_people(self, room: Room) -> None:
        room.set_people(room.local)


def _following(last: Position) -> Position:
    now = Position(int(time.time() * 1000))
    return now if now > last else Position(last.milliseconds, last.number + 1)
