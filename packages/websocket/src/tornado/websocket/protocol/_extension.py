"""Agreeing on permessage-deflate (RFC 7692 sections 5 and 7.1).

A client makes offers, a server accepts one of them or none. The parameters say for each direction
whether messages may refer to earlier ones, and how far back.

What this side prefers by default is that no message refers to an earlier one, in both directions:
then a connection holds no compressor while nothing is sent. That costs some compression, and saves
up to 300 KB for each connection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .._errors import HandshakeError, MisuseError
from ._deflate import Deflater, Direction, Inflater

NAME = "permessage-deflate"

_NO_TAKEOVER = "_no_context_takeover"
_WINDOW_BITS = "_max_window_bits"

#: A token, RFC 9110 section 5.6.2. ``tornado.httputil`` has it too, but the protocol loads without it.
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - a grammar rule, not a password

#: extension-param, RFC 6455 section 9.1: the unquoted value has to be a token too
_PARAMETER = rf"({_TOKEN})(?:[ \t]*=[ \t]*(?:({_TOKEN})|\"({_TOKEN})\"))?[ \t]*"
_parameter = re.compile(rf"[ \t]*;[ \t]*{_PARAMETER}")
_extension = re.compile(rf"[ \t]*({_TOKEN})[ \t]*")

#: How long a field may be that is looked at, in characters.
_MAX_FIELD_LENGTH = 2048

Parameters = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class DeflateSettings:
    """What this side would like.

    :ivar sent: for the messages that this side sends.
    :ivar received: for those that the peer sends.
    :ivar level: zlib's compression level, 0 to 9, or -1 for its default.
    :ivar mem_level: zlib's memory level, 1 to 9.
    """

    sent: Direction = field(default_factory=Direction)
    received: Direction = field(default_factory=Direction)
    level: int = 6
    mem_level: int = 8

    def __post_init__(self) -> None:
        for direction in (self.sent, self.received):
            if not 8 <= direction.max_window_bits <= 15:
                raise MisuseError(
                    f"a window of {direction.max_window_bits} bits: it is 8 to 15 (RFC 7692)"
                )


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a client and a server agreed on, seen from this side."""

    sent: Direction
    received: Direction
    level: int = 6
    mem_level: int = 8

    def deflater(self) -> Deflater:
        """Return what compresses the messages of this side."""
        return Deflater(self.sent, level=self.level, mem_level=self.mem_level)

    def inflater(self) -> Inflater:
        """Return what decompresses the messages of the peer."""
        return Inflater(self.received)


def parse_extensions(value: str) -> list[tuple[str, Parameters | None]]:
    """Return the extensions of a ``Sec-WebSocket-Extensions`` field, in order.

    The parameters of an extension are None where one occurs twice.

    :raises HandshakeError: the field does not follow the grammar (RFC 6455 section 9.1).
    """
    if len(value) > _MAX_FIELD_LENGTH:
        raise HandshakeError("Sec-WebSocket-Extensions is too long")
    found: list[tuple[str, Parameters | None]] = []
    position = 0
    while position < len(value):
        match = _extension.match(value, position)
        if match is None:  # RFC 9110 section 5.6.1 allows empty list elements
            if value[position] not in ", \t":
                raise HandshakeError(f"Sec-WebSocket-Extensions is malformed: {value[:60]!r}")
            position += 1
            continue
        position = match.end()
        parameters: Parameters | None = {}
        while parameter := _parameter.match(value, position):
            name, plain, quoted = parameter.groups()
            position = parameter.end()
            if parameters is None or name.lower() in parameters:
                parameters = None
            else:
                parameters[name.lower()] = plain or quoted
        if position < len(value) and value[position] != ",":
            raise HandshakeError(f"Sec-WebSocket-Extensions is malformed: {value[:60]!r}")
        found.append((match[1].lower(), parameters))
    return found


def accept_offer(value: str, settings: DeflateSettings) -> tuple[Agreement, str] | None:
    """Choose among the offers of a client (RFC 7692 section 5.1).

    :param value: the client's ``Sec-WebSocket-Extensions``.
    :returns: what is agreed on and the field that says so, or None to go without compression.
        Offers of other extensions, and those with parameters that are not known or not valid, are
        declined.
    :raises HandshakeError: the field does not follow the grammar.
    """
    for name, parameters in parse_extensions(value):
        if name != NAME or parameters is None:
            continue
        accepted = _accept(parameters, settings)
        if accepted is not None:
            return accepted
    return None


def _accept(offer: Parameters, settings: DeflateSettings) -> tuple[Agreement, str] | None:
    try:
        server = _direction("server", offer)
        client = _direction("client", offer, may_lack_value=True)
        _refuse_unknown(offer)
    except HandshakeError:
        return None
    sent = Direction(
        server.no_context_takeover or settings.sent.no_context_takeover,
        min(server.max_window_bits, settings.sent.max_window_bits),
    )
    bits = client.max_window_bits
    if "client" + _WINDOW_BITS in offer:
        bits = min(bits, settings.received.max_window_bits)
    received = Direction(client.no_context_takeover or settings.received.no_context_takeover, bits)
    agreement = Agreement(sent, received, settings.level, settings.mem_level)
    with_client_bits = "client" + _WINDOW_BITS in offer
    return agreement, _field(sent, received, with_client_bits=with_client_bits)


def _field(server: Direction, client: Direction, *, with_client_bits: bool) -> str:
    parts = [NAME]
    for side, direction in (("server", server), ("client", client)):
        if direction.no_context_takeover:
            parts.append(side + _NO_TAKEOVER)
        if direction.max_window_bits < 15 and (side == "server" or with_client_bits):
            parts.append(f"{side}{_WINDOW_BITS}={direction.max_window_bits}")
    return "; ".join(parts)


def make_offer(settings: DeflateSettings) -> str:
    """Return the ``Sec-WebSocket-Extensions`` of a client."""
    value = _field(settings.received, settings.sent, with_client_bits=True)
    if settings.sent.max_window_bits == 15:  # say that a server may ask for less (section 7.1.2.2)
        value += "; client" + _WINDOW_BITS
    return value


def check_acceptance(value: str, settings: DeflateSettings | None) -> Agreement | None:
    """Return what a server agreed on (RFC 7692 section 5.1, RFC 6455 section 4.1).

    :param value: the server's ``Sec-WebSocket-Extensions``; empty if it sent none.
    :param settings: what was offered; None if nothing was.
    :raises HandshakeError: the answer is not one to what was offered.
    """
    extensions = parse_extensions(value)
    if not extensions:
        return None
    name, parameters = extensions[0]
    if len(extensions) > 1 or name != NAME or settings is None:
        raise HandshakeError(f"the server chose an extension that was not offered: {value[:60]!r}")
    if parameters is None:
        raise HandshakeError(f"the server repeats a parameter of {NAME}: {value[:60]!r}")
    received = _direction("server", parameters)
    sent = _direction("client", parameters)
    _refuse_unknown(parameters)
    if received.max_window_bits > settings.received.max_window_bits:
        raise HandshakeError("the server takes a larger window than it was offered")
    if settings.received.no_context_takeover and not received.no_context_takeover:
        raise HandshakeError("the server does not agree to server_no_context_takeover")
    sent = Direction(
        sent.no_context_takeover or settings.sent.no_context_takeover,
        min(sent.max_window_bits, settings.sent.max_window_bits),
    )
    return Agreement(sent, received, settings.level, settings.mem_level)


def _direction(side: str, parameters: Parameters, *, may_lack_value: bool = False) -> Direction:
    """Take what parameters say of one side.

    :raises HandshakeError: a value is not valid.
    """
    no_takeover = side + _NO_TAKEOVER in parameters
    if parameters.get(side + _NO_TAKEOVER) is not None:
        raise HandshakeError(f"{side}{_NO_TAKEOVER} takes no value")
    name = side + _WINDOW_BITS
    if name not in parameters:
        return Direction(no_takeover, 15)
    value = parameters[name]
    if value is None and may_lack_value:
        return Direction(no_takeover, 15)
    if value not in _BITS:
        raise HandshakeError(f"{name} is 8 to 15, not {value!r}")
    return Direction(no_takeover, int(value))


_BITS = {str(bits) for bits in range(8, 16)}
_KNOWN = {
    side + parameter for side in ("server", "client") for parameter in (_NO_TAKEOVER, _WINDOW_BITS)
}


def _refuse_unknown(parameters: Parameters) -> None:
    unknown = parameters.keys() - _KNOWN
    if unknown:
        raise HandshakeError(f"{NAME} has no parameter {min(unknown)}")
