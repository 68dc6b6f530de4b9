"""What a peer sent.

A message needs no object of its own: a text message is a ``str``, a binary one is ``bytes``.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Ping(NamedTuple):
    """A ping; the connection answers it by itself (RFC 6455 section 5.5.2)."""

    data: bytes


class Pong(NamedTuple):
    """A pong, asked for or not (RFC 6455 section 5.5.3)."""

    data: bytes


class Close(NamedTuple):
    """A close frame (RFC 6455 section 5.5.1).

    :ivar code: the code in it, None where it has none.
    :ivar reason: the text in it, None where it has no code.
    """

    code: int | None
    reason: str | None


Event: TypeAlias = str | bytes | Ping | Pong | Close
