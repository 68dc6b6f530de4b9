"""Header fields between ASGI, where they are pairs of bytes, and our connections.

The same pairs come again and again, so each pair is converted and checked once and then looked up. A
list of pairs is converted by calls that run in C, without a step of Python for each of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.httputil import FIELD_VALUE, HTTPHeaders, is_token
from tornado.util import BoundedCache, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    Pair = tuple[bytes, bytes]
    Fields = dict[str, str | list[str]]

#: How many pairs are kept of each direction, and how long the value of each may be.
_MAX_PAIRS = 1024
_MAX_VALUE_LENGTH = 256

_value = re.compile(FIELD_VALUE.encode("latin-1"))

#: Fields that belong to the connection, which is the server's (RFC 9110 section 7.6.1).
_OF_THE_CONNECTION = frozenset(
    {"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Transfer-Encoding", "Upgrade"}
)

#: Fields that may not come after the body, because they frame, route or authenticate the message
#: (RFC 9110 section 6.5.1).
_NOT_IN_TRAILERS = _OF_THE_CONNECTION | {
    "Authorization",
    "Cache-Control",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Host",
    "Set-Cookie",
    "Trailer",
    "Www-Authenticate",
}


class _Pairs(BoundedCache[Any, Any]):
    """Pairs that are kept if they are short."""

    def __init__(self, compute: Any) -> None:
        super().__init__(compute, max_entries=_MAX_PAIRS)

    def add(self, key: Any, value: Any) -> None:
        if len(key[0]) + len(key[1]) <= _MAX_VALUE_LENGTH:
            super().add(key, value)


def _encode(pair: tuple[str, str]) -> Pair:
    name, value = pair
    return name.lower().encode("latin-1"), value.encode("latin-1")


def _decode(pair: tuple[Any, Any]) -> tuple[str, str]:
    """Check a pair of an application, and return it as our connections have it."""
    if len(pair) != 2:
        raise TypeError(f"a header is a name and a value, not {pair!r:.100}")
    name, value = pair
    if not isinstance(name, bytes) or not isinstance(value, bytes):
        raise TypeError(f"header names and values are bytes, not {pair!r:.100}")
    text = name.decode("latin-1")
    if not is_token(text):
        raise ValueError(f"invalid header name {shortened(text)}")
    value = value.strip(b" \t")
    if _value.fullmatch(value) is None:
        raise ValueError(
            f"control characters in the value of the header {text}:"
            f" {shortened(value.decode('latin-1'))}"
        )
    return next(iter(HTTPHeaders({text: ""}))), value.decode("latin-1")


_encoded = _Pairs(_encode).__getitem__
_decoded = _Pairs(_decode).__getitem__


def encode_fields(fields: Fields) -> list[Pair]:
    """Return the fields of a request as pairs of bytes, with names in lower case."""
    try:
        return list(map(_encoded, fields.items()))
    except TypeError:  # a repeated field has a list of values
        return [
            _encoded((name, each))
            for name, value in fields.items()
            for each in (value if isinstance(value, list) else [value])
        ]


def decode_fields(pairs: Iterable[Pair]) -> Fields:
    """Return the fields of a response by their canonical names, without those of the connection.

    ``Connection: close`` is kept: it is how an application ends a connection.

    :raises ValueError: a name is not a token, or a value has control characters.
    :raises TypeError: they are not pairs of bytes.
    """
    if not isinstance(pairs, list):
        pairs = list(pairs)
    try:
        fields: Fields = dict(map(_decoded, pairs))
    except TypeError:  # pairs that are lists
        pairs = [_as_pair(each) for each in pairs]
        fields = dict(map(_decoded, pairs))
    if len(fields) != len(pairs):
        fields = _collect(pairs)
    if not _OF_THE_CONNECTION.isdisjoint(fields):
        _remove_connection_fields(fields)
    return fields


def decode_trailers(pairs: Iterable[Pair]) -> HTTPHeaders:
    """Return the fields that are sent after a body.

    :raises ValueError: as :func:`decode_fields`, and for a field that must not be there.
    """
    fields = decode_fields(pairs)
    refused = sorted(_NOT_IN_TRAILERS.intersection(fields))
    if refused:
        raise ValueError(f"{refused[0]} must not come after the body, as a trailer")
    return HTTPHeaders.from_parsed(fields)


def _as_pair(pair: Any) -> Pair:
    """Return a pair of any two kinds of bytes, in any kind of sequence, as a tuple of bytes."""
    try:
        name, value = pair
    except (TypeError, ValueError):
        raise TypeError(f"a header is a name and a value, not {pair!r:.100}") from None
    if isinstance(name, bytearray | memoryview):
        name = bytes(name)
    return name, bytes(value) if isinstance(value, bytearray | memoryview) else value


def _collect(pairs: Iterable[Pair]) -> Fields:
    """Keep the values of repeated fields apart."""
    collected: dict[str, list[str]] = {}
    for name, value in map(_decoded, pairs):
        collected.setdefault(name, []).append(value)
    for name in ("Content-Length", "Content-Type", "Location"):
        if len({*collected.get(name, ())}) > 1:
            raise ValueError(f"several values of the header {name}: {collected[name]!r:.100}")
        if name in collected:
            del collected[name][1:]
    return {name: each[0] if len(each) == 1 else each for name, each in collected.items()}


def _remove_connection_fields(fields: Fields) -> None:
    options = fields.get("Connection", "")
    text = ",".join(options) if isinstance(options, list) else options
    for name in _OF_THE_CONNECTION:
        fields.pop(name, None)
    if "close" in [option.strip() for option in text.lower().split(",")]:
        fields["Connection"] = "close"
