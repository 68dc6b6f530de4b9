"""The head of a response as an application gives it to ``start_response``, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.httputil import FIELD_VALUE, HTTPHeaders, is_token
from tornado.log import gen_log
from tornado.util import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

#: ``"200 OK"``. The reason may be missing; interim responses are the server's.
_STATUS = re.compile(r"([2-9][0-9]{2})(?: ([^\x00-\x1f\x7f]*))?")
_INTERIM = re.compile(r"1[0-9]{2}(?: .*)?")
_VALUE = re.compile(FIELD_VALUE)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)

#: Fields that are about one connection, which is the server's (RFC 9110 section 7.6.1, PEP 3333).
OF_CONNECTIONS = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def parse_status(status: str) -> tuple[int, str]:
    """Return the code and the reason of a status.

    :raises TypeError: it is not a string.
    :raises ValueError: it is not a code of a final response and a reason.
    """
    if not isinstance(status, str):
        raise TypeError(f"the status is a string such as '200 OK', not {type(status).__name__}")
    match = _STATUS.fullmatch(status)
    if match is None and _INTERIM.fullmatch(status) is not None:
        raise ValueError(f"interim responses are the server's to send, not {shortened(status)}")
    if match is None:
        raise ValueError(f"the status is a string such as '200 OK', not {shortened(status)}")
    reason = match[2] or ""
    _check_octets("the status", reason)
    return int(match[1]), reason


def parse_fields(fields: Sequence[tuple[str, str]]) -> HTTPHeaders:
    """Return the header fields of a response, without those that are the server's to send.

    :raises TypeError: they are not a list of pairs of strings.
    :raises ValueError: a name is not a token, or a value has control characters, or characters that
        stand for no octet; or there are two different lengths.
    """
    if not isinstance(fields, list):
        raise TypeError(f"the header fields are a list of tuples, not {type(fields).__name__}")
    headers = HTTPHeaders()
    for field in fields:
        name, value = _pair(field)
        lowered = name.lower()
        if lowered in OF_CONNECTIONS:
            gen_log.warning(
                "a WSGI application must not send the field %s, which is left out", shortened(name)
            )
        elif lowered == "content-length":
            _set_length(headers, value)
        else:
            headers.add(name, value)
    return headers


def _pair(field: Any) -> tuple[str, str]:
    if not (isinstance(field, tuple) and len(field) == 2):
        raise TypeError(f"a header field is a tuple of a name and a value, not {field!r:.80}")
    name, value = field
    if not (isinstance(name, str) and isinstance(value, str)):
        raise TypeError(f"the name and the value of a header field are strings, not {field!r:.80}")
    if is_token(name) is None:
        raise ValueError(f"the name of a header field is a token, not {shortened(name)}")
    if _VALUE.fullmatch(value) is None:
        _check_octets(f"the value of {name}", value)
        raise ValueError(f"control characters in the value of {name}: {shortened(value)}")
    return name, value


def _set_length(headers: HTTPHeaders, value: str) -> None:
    length = value.strip(" \t")
    if _DIGITS.fullmatch(length) is None:
        raise ValueError(f"a Content-Length is a number, not {shortened(value)}")
    if headers.get("Content-Length", length) != length:
        raise ValueError("two different values of Content-Length")
    headers["Content-Length"] = length


def _check_octets(what: str, text: str) -> None:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{what} has a character beyond U+00FF, encode it first: {shortened(text)}"
        ) from error
