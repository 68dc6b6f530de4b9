"""The header fields of a request, made from its options."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tornado.httputil import FIELD_VALUE, TOKEN, is_token

from .._response._decoding import Codings
from ._authentication import basic_field

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

    from ._request import HTTPRequest
    from ._target import Target

Fields = dict[str, str]

#: The product, and the version of the API that this stands in for, as servers know them.
USER_AGENT = "Tornado/6.6.1"

#: Whether a method has a body.
_METHODS = {
    "GET": False,
    "HEAD": False,
    "OPTIONS": False,
    "DELETE": False,
    "POST": True,
    "PUT": True,
    "PATCH": True,
}
#: Options because of which a request has other fields than most.
_OWN_FIELDS = frozenset({"_headers", "_body", "body_producer", "user_agent", "auth_username"})

#: token ":" field-value (RFC 9110 sections 5.1 and 5.5), on a line each.
_LINES = re.compile(rf"(?:{TOKEN}: ?{FIELD_VALUE}\r\n)*")


def check_request(request: HTTPRequest) -> None:
    """Check the parts of a request that do not depend on the server.

    :raises KeyError: the method is not a known one, and others are not allowed.
    :raises ValueError: a body is missing or must not be there, or a value cannot be sent.
    """
    method = request.method
    has_body = request._body is not None
    if request.body_producer is not None:
        if has_body:
            raise ValueError("both body and body_producer are given: choose one")
        has_body = True
    if not request.allow_nonstandard_methods:
        if method not in _METHODS:
            raise KeyError(f"unknown method {method}: see allow_nonstandard_methods")
        if has_body is not _METHODS[method]:
            must = "must be" if has_body else "must not be"
            raise ValueError(
                f"Body {must} None for method {method} (unless allow_nonstandard_methods is true)"
            )
    elif is_token(method) is None:
        raise ValueError(f"bad method {method!r}: it is not a token")
    if request.auth_mode not in {None, "basic", "digest"}:
        raise ValueError(f"Unsupported auth_mode {request.auth_mode!r}: choose basic or digest")


def request_fields(request: HTTPRequest, target: Target, cookie: str | None = None) -> str:
    """Return the field lines of a request, each with its line end, Host first.

    :param cookie: the value of a Cookie field from the client's jar.
    :raises TypeError: a value is neither text nor bytes nor a number.
    :raises ValueError: a name or a value cannot be sent.
    """
    headers = request._headers
    if _OWN_FIELDS.isdisjoint(request.__dict__) and cookie is None and target.username is None:
        return _plain_fields(target.authority, bool(request.decompress_response))
    if headers is None:
        lines = [f"Host: {target.authority}", f"User-Agent: {_user_agent(request)}"]
        given: tuple[str, ...] = ()
    else:
        lines = [
            f"{name}: {value if value.__class__ is str else _text(name, value)}"
            for name, value in headers.get_all()
        ]
        given = tuple(headers)
        if "User-Agent" not in given:
            lines.append(f"User-Agent: {_user_agent(request)}")
        if "Host" not in given:
            lines.insert(0, f"Host: {target.authority}")
        elif len(headers.get_list("Host")) > 1:
            raise ValueError(f"more than one Host field: {headers['Host'][:60]!r}")
    if request.decompress_response and "Accept-Encoding" not in given:
        lines.append(f"Accept-Encoding: {Codings.accept_field()}")
    if request.body is not None or request.body_producer is not None:
        lines += _body_fields(request, given)
    elif "Transfer-Encoding" in given or (
        "Content-Length" in given and _content_length(request.headers) != "0"
    ):
        # The server would take the next request on the connection for the body.
        raise ValueError("a Content-Length or Transfer-Encoding field, but no body")
    if "Authorization" not in given:
        lines += _authorization(request, target)
    if cookie is not None:
        lines.append(f"Cookie: {cookie}")
    lines.append("")
    block = "\r\n".join(lines)
    # A line end within a value makes more lines, and those may be well formed.
    if _LINES.fullmatch(block) is None or block.count("\n") != len(lines) - 1:
        raise ValueError(_what_is_wrong(lines))
    return block


@lru_cache(maxsize=256)
def _plain_fields(authority: str, decompress: bool) -> str:
    """Return the field lines of a request without fields of its own, which most requests are.

    The authority needs no check: it is part of a URL that was checked.
    """
    accept = f"Accept-Encoding: {Codings.accept_field()}\r\n" if decompress else ""
    return f"Host: {authority}\r\nUser-Agent: {USER_AGENT}\r\n{accept}"


def _user_agent(request: HTTPRequest) -> str:
    return _text("User-Agent", request.user_agent or USER_AGENT)


def _content_length(headers: HTTPHeaders) -> str | None:
    value = headers.get("Content-Length")
    return None if value is None else _text("Content-Length", value)


def _text(name: str, value: object) -> str:
    """Return the text of a value, one character for each byte; bytes are sent as they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"the value of the field {name} is text or bytes, not {value!r:.60}")


def _body_fields(request: HTTPRequest, given: tuple[str, ...]) -> list[str]:
    if "Transfer-Encoding" in given:
        raise ValueError(
            "a Transfer-Encoding field is given: leave it out, the client frames the body"
        )
    lines = []
    if request.body_producer is None:
        size = len(request.body or b"")
        if "Content-Length" not in given:
            lines.append(f"Content-Length: {size}")
        elif _content_length(request.headers) != str(size):
            raise ValueError(
                f"Content-Length is {request.headers['Content-Length']!r}, but the body has {size}"
                " bytes"
            )
    elif "Content-Length" not in given:
        lines.append("Transfer-Encoding: chunked")
    elif not re.fullmatch("[0-9]{1,18}", _content_length(request.headers) or ""):
        raise ValueError(f"bad Content-Length {request.headers['Content-Length']!r}")
    if request.method == "POST" and "Content-Type" not in given:
        lines.append("Content-Type: application/x-www-form-urlencoded")
    if request.expect_100_continue:
        lines.append("Expect: 100-continue")
    return lines


def _authorization(request: HTTPRequest, target: Target) -> list[str]:
    name = request.auth_username
    password: str | None = request.auth_password
    if name is None and target.username is not None:
        name, password = target.username, target.password
    if name is None or request.auth_mode == "digest":
        return []
    return [f"Authorization: {basic_field(name, password or '')}"]


def _what_is_wrong(lines: list[str]) -> str:
    for line in lines:
        if _LINES.fullmatch(f"{line}\r\n") is None or "\n" in line:
            name = line.partition(":")[0]
            return f"bad characters in the name or value of the field {name[:60]!r}"
    return "bad characters in the fields"
