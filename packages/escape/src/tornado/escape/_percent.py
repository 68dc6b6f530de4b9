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
# RFC 3986 section 2.3; in a path the slash stays, too.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_KEPT_IN_PATH = _UNRESERVED + b"/"
_KEPT_IN_QUERY = _UNRESERVED + b" "  # it becomes a plus sign
_ESCAPES = [f"%{byte:02X}" for byte in range(256)]
_PATH_TABLE = [chr(byte) if byte in _KEPT_IN_PATH else _ESCAPES[byte] for byte in range(256)]
_QUERY_TABLE = [chr(byte) if byte in _KEPT_IN_QUERY else _ESCAPES[byte] for byte in range(256)]

# Patterns are compiled when they are first used: most texts need neither.
_ASCII_WITH_ESCAPE = "[\x00-\x7f]*%[\x00-\x7f]*"
_STRAY_PERCENT = b"%(?![0-9A-Fa-f]{2})"
#: The size of the pieces in which data with a ``%`` that is no escape is looked through, in bytes.
_PIECE = 8192
# A function in C: bytes in, text and the number of bytes out.
_decode_backslashes = codecs.getdecoder("unicode_escape")


def url_escape(value: str | bytes, plus: bool = True) -> str:
    """Percent-encode text for a URL.

    Letters, digits and ``- . _ ~`` stay as they are.

    >>> url_escape("a b/c"), url_escape("a b/c", plus=False)
    ('a+b%2Fc', 'a%20b/c')

    :param value: text, which is encoded as UTF-8, or bytes.
    :param plus: write a space as ``+``, as in a query string or a form. Otherwise as ``%20``, and
        leave ``/`` alone, as in a path.
    :raises TypeError: if the value is neither text nor bytes.
    """
    data = value.encode() if isinstance(value, str) else value
    if not isinstance(data, bytes | bytearray):
        raise unexpected(value)
    others = data.translate(None, _KEPT_IN_QUERY if plus else _KEPT_IN_PATH)
    if others.isascii():
        encoded = data.decode("ascii")
        if others:
            # The percent sign first: the other escapes are made of more of them.
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

    A ``%`` that two hexadecimal digits do not follow stays as it is.

    >>> url_unescape("caf%C3%A9+%zz")
    'café %zz'
    >>> url_unescape("%ff", encoding=None)
    b'\xff'

    :param value: text or bytes.
    :param encoding: the encoding of the bytes that the escapes stand for; what does not fit it
        becomes U+FFFD. None returns the bytes themselves.
    :param plus: read ``+`` as a space, as in a query string or a form.
    :raises TypeError: if the value is neither text nor bytes.
    :raises UnicodeDecodeError: if an encoding is asked for and the value is bytes but not UTF-8.
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
    return decoded_latin1(data).encode("latin-1") if b"%" in data else data


def decoded_latin1(data: bytes) -> str:
    r"""Replace every escape; in the result every character stands for one byte.

    Python's own ``\xhh`` is percent-encoding in other letters, and its decoder is written in C.
    """
    escaped = data.replace(b"\\", rb"\\").replace(b"%", rb"\x")
    try:
        return _decode_backslashes(escaped)[0]
    except UnicodeDecodeError:
        if len(data) > _PIECE:
            return "".join(map(decoded_latin1, _pieces(data)))
        return decoded_latin1(re.sub(_STRAY_PERCENT, b"%25", data))


def _pieces(data: bytes) -> Iterator[bytes]:
    """Cut data between its escapes: a substitution keeps an object for each of its matches."""
    start = 0
    while start < len(data):
        end = start + _PIECE
        at = data.find(b"%", end - 2, end)
        if at >= 0:
            end = at
        yield data[start:end]
        start = end
