"""How long a body is (RFC 9112 section 6.3): the decision that request smuggling attacks.

Requests are held to the strictest reading. Responses are read as leniently as the section allows,
because servers in the field repeat themselves; two readings of one response are still refused.
"""

from __future__ import annotations

from tornado.util import shortened

from .._errors import ProtocolError
from ._grammar import DIGITS

#: The length of a body that comes in chunks.
CHUNKED = -1

#: The length of a response body that ends where the connection ends.
UNTIL_CLOSE = -2

_Fields = dict[str, str | list[str]]


def request_length(fields: _Fields, minor: str) -> int:
    """Return the length of a request's body in bytes, or ``CHUNKED``.

    :param minor: the minor version, ``"0"`` or ``"1"``.
    :raises ProtocolError: the fields are not exactly one number, or exactly ``chunked``.
    """
    if "Transfer-Encoding" not in fields:
        return parse_content_length(str(fields["Content-Length"]))
    if "Content-Length" in fields:
        raise ProtocolError("Message with both Transfer-Encoding and Content-Length")
    if minor == "0":
        raise ProtocolError("Transfer-Encoding in an HTTP/1.0 request")
    return parse_transfer_encoding(str(fields["Transfer-Encoding"]))


def response_length(fields: _Fields, code: int, method: str) -> int:
    """Return the length of a response's body in bytes, ``CHUNKED`` or ``UNTIL_CLOSE``.

    :param method: the method of the request that this response answers.
    :raises ProtocolError: the fields allow more than one reading.
    """
    if method == "HEAD" or code == 304 or 100 <= code < 200:
        return 0
    if code == 204:
        if "Transfer-Encoding" in fields or fields.get("Content-Length", "0") != "0":
            raise ProtocolError("Response with code 204 should not have body")
        return 0
    if "Transfer-Encoding" in fields:
        if "Content-Length" in fields:
            raise ProtocolError("Message with both Transfer-Encoding and Content-Length")
        return parse_transfer_encoding(str(fields["Transfer-Encoding"]))
    if "Content-Length" not in fields:
        return UNTIL_CLOSE
    value = fields["Content-Length"]
    if value.__class__ is str and DIGITS.fullmatch(value) is not None:
        return int(value)
    values = value if isinstance(value, list) else value.split(",")
    lengths = {parse_content_length(each.strip(" \t")) for each in values}
    if len(lengths) > 1:
        raise ProtocolError(f"Multiple unequal Content-Lengths: {shortened(str(value))}")
    return lengths.pop()


def parse_content_length(value: str) -> int:
    """Parse a Content-Length: digits of ASCII, at most 18 of them.

    :raises ProtocolError: it is anything else (a sign, a list, another base, other digits).
    """
    if DIGITS.fullmatch(value) is None:
        if len(set(value.split(","))) > 1:
            raise ProtocolError(f"Multiple unequal Content-Lengths: {shortened(value)}")
        raise ProtocolError(f"Only integer Content-Length is allowed: {shortened(value)}")
    return int(value)


def parse_transfer_encoding(value: str) -> int:
    """Accept ``chunked`` alone.

    :raises ProtocolError: 501 for a coding that might be valid but is not implemented, else 400.
    """
    codings = [coding.strip(" \t").lower() for coding in value.split(",")]
    if codings == ["chunked"]:
        return CHUNKED
    stacked = codings[-1] == "chunked" and codings.count("chunked") == 1 and all(codings)
    raise ProtocolError(
        f"Unsupported Transfer-Encoding {shortened(value)[1:-1]}", 501 if stacked else 400
    )


def is_transfer_encoding_chunked(headers: _Fields) -> bool:
    """Return whether a message's body comes in chunks.

    :param headers: a mapping of fields, such as :class:`tornado.httputil.HTTPHeaders`.
    :raises tornado.httputil.HTTPInputError: there is a Content-Length as well, or it is another
        coding than ``chunked``.
    """
    if "Transfer-Encoding" not in headers:
        return False
    if "Content-Length" in headers:
        raise ProtocolError("Message with both Transfer-Encoding and Content-Length")
    return parse_transfer_encoding(str(headers["Transfer-Encoding"])) == CHUNKED


def parse_int(s: str) -> int:
    """Parse a non-negative decimal number of ASCII digits.

    :raises ValueError: there is a sign, a space, an underscore or a digit of another script.
    """
    if not (s.isascii() and s.isdigit()):
        raise ValueError(f"not an integer: {shortened(s)}")
    return int(s)


def parse_hex_int(s: str) -> int:
    """Parse a non-negative hexadecimal number of ASCII digits.

    :raises ValueError: there is a sign, a prefix, a space or an underscore.
    """
    if not s or s.strip("0123456789abcdefABCDEF"):
        raise ValueError(f"not a hexadecimal integer: {shortened(s)}")
    return int(s, 16)
