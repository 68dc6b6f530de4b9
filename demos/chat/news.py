"""What a client is told, over either transport."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.template import Loader

if TYPE_CHECKING:
    from messages import Message, Position
    from rooms import Room

TEMPLATES = Path(__file__).resolve().parent / "templates"

#: Messages that a page shows at first.
SHOWN_AT_FIRST = 50

_HUES = 8

_loader = Loader(str(TEMPLATES))


def render_message(message: Message) -> bytes:
    """Return the HTML of a message, in which everything that somebody wrote is escaped."""
    return _loader.load("message.html").generate(message=message, hue=hue(message.name))


def hue(name: str) -> int:
    """Return the number of the colour of a name."""
    return zlib.crc32(name.encode()) % _HUES


def has_news(room: Room, position: Position, people: tuple[str, ...] | None) -> bool:
    """Tell whether somebody who knows this much is to be told something."""
    return room.position > position or room.people != people


def news(room: Room, position: Position, people: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what has happened since a position, and who is here if that is new.

    :param people: who was here, as far as the client knows; None if it knows nothing.
    """
    told: dict[str, Any] = {"cursor": str(max(room.position, position))}
    messages = room.since(position)
    if messages:
        told["messages"] = [_as_json(message) for message in messages]
    if room.has_forgotten(position):
        told["missed"] = True  # more than a room remembers has happened
    if room.people != people:
        told["people"] = [{"name": name, "hue": hue(name)} for name in room.people]
    return told


def _as_json(message: Message) -> dict[str, str]:
    return {
        "id": message.id,
        "name": message.name,
        "text": message.text,
        "position": str(message.position),
        "html": render_message(message).decode(),
    }
