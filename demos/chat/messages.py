"""Messages, and where they stand in the history of a room."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

#: The longest text and name, in characters.
MAX_TEXT = 2000
MAX_NAME = 40

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_POSITION = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_INVISIBLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Refusal(Exception):
    """A message that is not taken.

    :param retry_after: seconds after which it may be sent again; None if it never will be taken.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Position(NamedTuple):
    """The place of a message in its room: milliseconds and a number, as in a stream of Redis."""

    milliseconds: int = 0
    number: int = 0

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the position that a client names; nothing stands for the beginning.

        :raises ValueError: it is not a position.
        """
        if not text:
            return cls()
        match = _POSITION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text[:50]!r} is not a position")
        return cls(int(match[1]), int(match[2]))


#: Before the first message.
BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody has written.

    ``id`` is made by the client: a message that is sent again has the same one. ``position`` is
    given by the store.
    """

    id: str
    name: str
    text: str
    sent: float = field(default_factory=time.time)
    position: Position = BEGINNING


def make_message(fields: dict[str, Any], name: str) -> Message:
    """Return the message that a client has sent.

    :raises Refusal: something is missing or too long.
    """
    key, text = fields.get("id"), fields.get("text")
    if not isinstance(key, str) or not _ID.fullmatch(key):
        raise Refusal("a message needs an id of 1 to 64 letters, digits, - and _")
    text = clean(text)
    if not text:
        raise Refusal("the message is empty")
    if len(text) > MAX_TEXT:
        raise Refusal(f"the message has {len(text)} characters, {MAX_TEXT} are allowed")
    return Message(key, name, text)


def clean(text: object) -> str:
    """Return a text without control characters and outer white space."""
    return _INVISIBLE.sub("", text).strip() if isinstance(text, str) else ""
