"""The fields of responses, from the form of handlers to that of ASGI."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPOutputError
from tornado.util import shortened

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

    Pairs = list[tuple[bytes, bytes]]

#: A field name (RFC 9110 section 5.1), as it is canonical here.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

#: A field value (RFC 9110 section 5.5): no control character but the tab.
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

#: How the server frames the body is its own affair.
_OF_SERVER = frozenset({"Transfer-Encoding", "Keep-Alive", "Proxy-Connection", "Upgrade", "Te"})

#: What the field `Server` begins with unless the program has set it.
_OUR_NAME = "TornadoServer/"

#: Fields that 204 must not have (RFC 9110 section 8.6).
_OF_BODY = frozenset({"Content-Length"})


def encode_fields(headers: HTTPHeaders, leave_out: frozenset[str] = frozenset()) -> Pairs:
    """Return fields as pairs of bytes, checked once more.

    :param leave_out: canonical names.
    :raises HTTPOutputError: a name is not a token, or a value has control characters or characters
        above U+00FF.
    """
    pairs: Pairs = []
    value: Any
    for name, value in headers.get_all():
        if name in leave_out:
            continue
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if _TOKEN.fullmatch(name) is None:
            raise HTTPOutputError(f"Invalid header name {shortened(name)}")
        if _VALUE.fullmatch(text) is None:
            raise HTTPOutputError(
                f"Illegal characters (CR or LF, or other controls) in header {name}: {shortened(text)}"
            )
        pairs.append((name.lower().encode("ascii"), text.encode("latin-1")))
    return pairs


@lru_cache(maxsize=16)
def _seconds(date: str) -> float:
    """Return the time that a date says, in seconds since the epoch; 0 if it says none."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return 0


def response_fields(code: int, headers: HTTPHeaders, http_version: str, begin: float) -> Pairs:
    """Return the fields of a response, without those that are the server's.

    These say how it sends the response, what it is and what time it is: every server adds the last
    two, and some do so even if they are there. A program's own are kept.

    :param begin: when the request came, in seconds since the epoch: a date before that was set by the
        program.
    """
    leave_out = _OF_SERVER
    if headers.get("Server", "").startswith(_OUR_NAME):
        leave_out = leave_out | {"Server"}
    if "Date" in headers and _seconds(headers["Date"]) > begin - 2:
        leave_out = leave_out | {"Date"}
    if http_version not in ("1.0", "1.1"):
        leave_out = leave_out | {"Connection"}  # RFC 9113 section 8.2.2
    if code == 204:
        leave_out = leave_out | _OF_BODY
    return encode_fields(headers, leave_out)


def interim_event(
    code: int, headers: HTTPHeaders, extensions: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the event of an interim response, None if the server cannot send it."""
    if code != 103 or "http.response.early_hint" not in extensions:
        return None
    links = [value.encode("latin-1") for value in headers.get_list("Link")]
    return {"type": "http.response.early_hint", "links": links}
