"""Percent-encoding (RFC 3986 section 2.1)."""

from __future__ import annotations

import codecs
import re

from ._text import text_of, unexpected, utf8

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import overload

_PERCENT = ord("%")
# RFC 3986 section 2.3; in a path, slashes are kept too.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_KEPT_IN_PATH = _UNRESERVED + b"/"
_KEPT_IN_QUERY = _UNRESERVED + b" "  # it becomes a plus sign
_ESCAPES = [f"%{byte:02X}" for byte in range(256)]
_PATH_TABLE = [chr(byte) if byte in _KEPT_IN_PATH else _ESCAPES[byte] for byte in range(256)]
_QUERY_TABLE = [chr(byte) if byte in _KEPT_IN_QUERY else _ESCAPES[byte] for byte in range(256)]

# These patterns are compiled when they are first used, because most texts need neither.
_ASCII_WITH_ESCAPE = "[\x00-\x7f]*%[\x00-\x7f]*"
_STRAY_PERCENT = b"%(?![0-9A-Fa-f]{2})"
#: The size, in bytes, of the pieces in which data is decoded if it has a ``%`` that is not an escape.
_PIECE_SIZE = 8192
# A function in C, which takes bytes and returns the text and the number of bytes.
_decode_backslashes = codecs.getdecoder("unicode_escape")


def url_escape(value: str | bytes, plus: bool = True) -> str:
    """Percent-encode text for a URL.

    Letters, digits and ``- . _ ~`` are not changed.

    >>> url_escape("a b/c"), url_escape("a b/c", plus=False)
    ('a+b%2Fc', 'a%20b/c')

    :param value: text, which is encoded as UTF-8, or bytes.
    :param plus: True writes a space as ``+``, as in a query string or a form. False writes it as
        ``%20`` and does not change ``/``, as in a path.
    :raises TypeError: the value is neither text nor bytes.
    """
    data = value.encode() if isinstance(value, str) else value
    if not isinstance(data, bytes | bytearray):
        raise unexpected(value)
    others = data.translate(None, _KEPT_IN_QUERY if plus else _KEPT_IN_PATH)
    if others.isascii():
        encoded = data.decode("ascii")
        if others:
            # The percent sign first, because the other escapes contain percent signs.
            encoded = encoded.replace("%", "%25")
            for byte in {*others}:
                if byte != _PERCENT:
                    encoded = encoded.replace(chr(byte), _ESCAPES[byte])
    else:
        encoded = "".join(map((_QUERY_TABLE if plus else _PATH_TABLE).__getitem__, data))
    return encoded.replace(" ", "+") if plus else encoded


if TYPE_CHECKING:

    @overload
    def url_unescape(value: str | bytes, encoding: None, plus: bool = True) -> bytes: ...
    @overload
    def url_unescape(value: str | bytes, encoding: str = "utf-8", plus: bool = True) -> str: ...


def url_unescape(
    value: str | bytes, encoding: str | None = "utf-8", plus: bool = True
) -> str | bytes:
    r"""Undo percent-encoding.

    A ``%`` without two hexadecimal digits after it is not changed.

    >>> url_unescape("caf%C3%A9+%zz")
    'café %zz'
    >>> url_unescape("%ff", encoding=None)
    b'\xff'

    :param value: text or bytes.
    :param encoding: the encoding of the bytes that the escapes stand for; bytes that are not in it
        become U+FFFD. With None, the result is the bytes themselves.
    :param plus: whether ``+`` means a space, as in a query string or a form.
    :raises TypeError: the value is neither text nor bytes.
    :raises UnicodeDecodeError: there is an encoding, and the value is bytes that are not UTF-8.
    """
    if encoding is None:
        data = utf8(value)
        if data is None:
            raise unexpected(value)
        return decode_escapes(data.replace(b"+", b" ") if plus else data)
    text = text_of(value)
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if text.isascii():
        return decode_escapes(text.encode()).decode(encoding, "replace")
    return re.sub(
        _ASCII_WITH_ESCAPE,
        lambda run: decode_escapes(run[0].encode()).decode(encoding, "replace"),
        text,
    )


def decode_escapes(data: bytes) -> bytes:
    """Replace every escape by its byte."""
    return decode_to_latin1(data).encode("latin-1") if b"%" in data else data


def decode_to_latin1(data: bytes) -> str:
    r"""Replace every escape; return a text in which every character stands for one byte.

    Python's ``\xhh`` is like ``%hh``, and its decoder is written in C.
    """
    escaped = data.replace(b"\\", rb"\\").replace(b"%", rb"\x")
    try:
        return _decode_backslashes(escaped)[0]
    except UnicodeDecodeError:  # there is a % that is not an escape
        if len(data) > _PIECE_SIZE:
            return "".join(map(decode_to_latin1, _cut(data)))
        return decode_to_latin1(re.sub(_STRAY_PERCENT, b"%25", data))


def _cut(data: bytes) -> Iterator[bytes]:
    """Cut data between its escapes: a substitution in all of it would keep an object per match."""
    start = 0
    while start < len(data):
        end = start + _PIECE_SIZE
        at = data.find(b"%", end - 2, end)
        if at >= 0:
            end = at
        yield data[start:end]
        start = end
