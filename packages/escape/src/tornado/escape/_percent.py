"""Percent-encoding (RFC 3986 section 2.1)."""

from __future__ import annotations

import re

from ._text import to_unicode, unexpected, utf8

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import overload

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]
_ENCODE = _ENCODED.__getitem__
_RESERVED = re.compile(r"[^A-Za-z0-9\-._~]")
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_ASCII_WITH_ESCAPE = re.compile("[\x00-\x7f]*%[\x00-\x7f]*")


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
    if isinstance(value, str) and not _RESERVED.search(value):
        return value
    data = utf8(value)
    if data is None:
        raise unexpected(value)
    encoded = "".join(map(_ENCODE, data))
    return encoded.replace("%20", "+") if plus else encoded.replace("%2F", "/")


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
    text = to_unicode(value)
    if text is None:
        raise unexpected(value)
    if plus:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if text.isascii():
        return decode_escapes(text.encode()).decode(encoding, "replace")
    return _ASCII_WITH_ESCAPE.sub(
        lambda run: decode_escapes(run[0].encode()).decode(encoding, "replace"), text
    )


def decode_escapes(data: bytes) -> bytes:
    """Replace every escape by its byte."""
    return _ESCAPES.sub(_decode_run, data) if b"%" in data else data


def _decode_run(run: re.Match[bytes]) -> bytes:
    return bytes.fromhex(run[0].replace(b"%", b"").decode())
