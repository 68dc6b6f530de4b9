"""Header fields of a response: their names and values, and those that every response has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tornado.httputil import FIELD_VALUE, format_timestamp, is_token

if TYPE_CHECKING:
    import datetime
    import numbers

    HeaderTypes = bytes | str | int | numbers.Integral | datetime.datetime

_SERVER = "TornadoServer/6.6.1"
_VALUE = re.compile(FIELD_VALUE)


class _DefaultFields:
    """The fields that every response begins with; the date among them changes once a second."""

    __slots__ = ("fields", "second")

    def __init__(self) -> None:
        self.second = -1
        self.fields: dict[str, str | list[str]] = {}

    def renew(self, second: int) -> dict[str, str | list[str]]:
        """Make the fields for another second of the clock, and return them."""
        self.second = second
        self.fields = {
            "Server": _SERVER,
            "Content-Type": "text/html; charset=UTF-8",
            "Date": format_timestamp(second),
        }
        return self.fields


default_fields = _DefaultFields()


def checked_name(name: str) -> str:
    """Return the name of a header field.

    :raises ValueError: it is not a token (RFC 9110 section 5.1).
    """
    if is_token(name) is None:
        raise ValueError(f"Invalid header name {name!r}")
    return name


def checked_value(value: HeaderTypes) -> str:
    """Return a value as the text of a header field; see :meth:`Output.set_header`.

    :raises ValueError: it has control characters.
    :raises TypeError: it is of a type that header fields do not take.
    """
    if isinstance(value, str):
        text = value
    elif isinstance(value, bytes):
        text = value.decode("latin-1")
    elif isinstance(value, int):
        text = str(value)
    else:
        return _rare_value(value)
    if _VALUE.fullmatch(text) is None:
        raise ValueError(f"Unsafe header value {text[:60]!r}")
    return text


def _rare_value(value: object) -> str:
    from datetime import datetime  # slow imports
    from numbers import Integral

    if isinstance(value, Integral):
        return str(value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    raise TypeError(f"unsupported header value {value!r}")
