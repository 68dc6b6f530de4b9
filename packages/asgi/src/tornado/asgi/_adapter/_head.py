"""The head of a request, from a scope.

The names and values that a server passes on are checked once more: servers differ in what they let
through, and handlers rely on the grammar of RFC 9110.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from tornado.httputil import HTTPHeaders, HTTPInputError, RequestStartLine
from tornado.util import shortened

if TYPE_CHECKING:
    from ._limits import Limits

#: What may stand in a path unquoted (RFC 3986 section 3.3).
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~"


class Head(NamedTuple):
    """A request without its body."""

    start_line: RequestStartLine
    headers: HTTPHeaders
    #: The path that routes are compared with: that of the target, without ``root_path``.
    path: str


def read_head(scope: dict[str, Any], limits: Limits) -> Head:
    """Make the head of a request.

    :param scope: of the type ``http``.
    :raises HTTPInputError: a field is malformed, or a limit is crossed.
    """
    method = scope["method"]
    version = f"HTTP/{scope['http_version']}"
    target, path = read_target(scope)
    headers = read_fields(scope["headers"], limits, len(method) + len(target))
    hosts = headers.get_list("Host")
    if len(hosts) > 1 or (not hosts and version == "HTTP/1.1"):
        raise HTTPInputError(f"{'Multiple' if hosts else 'Missing'} Host header")
    return Head(RequestStartLine(method, target, version), headers, path)


def read_fields(pairs: Any, limits: Limits, size: int) -> HTTPHeaders:
    """Make header fields.

    :param pairs: names and values, in bytes.
    :param size: what counts towards the limit already, in bytes.
    :raises HTTPInputError: one is malformed (400), or there are too many (431).
    """
    headers = HTTPHeaders()
    for count, (name, value) in enumerate(pairs, 1):
        size += len(name) + len(value) + 4
        if count > limits.max_header_count or size > limits.max_header_size:
            raise HTTPInputError("too many header fields, or too large ones", status=431)
        text = value.strip(b" \t")
        if name == b"cookie" and "Cookie" in headers:  # HTTP/2 splits it (RFC 9113 section 8.2.3)
            text = headers.pop("Cookie").encode("latin-1") + b"; " + text
        headers.add(name.decode("latin-1"), text)
    return headers


def read_target(scope: dict[str, Any]) -> tuple[str, str]:
    """Return the target that the client has asked for, and the path below ``root_path``.

    By the specification ``path`` begins with ``root_path``. Some servers leave it out, because a
    proxy has removed it: the target then gets it back.
    """
    root: str = scope.get("root_path") or ""
    path: str = scope["path"]
    raw_path = scope.get("raw_path")
    raw = _quoted(path) if not raw_path else raw_path.partition(b"?")[0].decode("latin-1")
    if root:
        root = root.rstrip("/")
        inner = _below(root, raw)
        if inner is None:
            inner, raw = raw, _quoted(root) + raw
    else:
        inner = raw
    query: bytes = scope.get("query_string") or b""
    return (f"{raw}?{query.decode('latin-1')}" if query else raw), inner


def _below(root: str, raw: str) -> str | None:
    """Return the rest of a path, still quoted, or None if it does not begin with ``root``."""
    count = root.count("/")
    segments = raw.split("/")
    head, rest = segments[: count + 1], segments[count + 1 :]
    if unquote("/".join(head)) != root:
        return None
    return "/" + "/".join(rest)


def _quoted(path: str) -> str:
    return quote(path, safe=_PATH_CHARACTERS)


def wants_body(scope: dict[str, Any], headers: HTTPHeaders) -> bool:
    """Tell whether a request may have a body; from HTTP/2 on, no field has to announce it."""
    if scope["http_version"] not in ("1.0", "1.1"):
        return True
    return "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0"


def announced_length(headers: HTTPHeaders) -> int | None:
    """Return the length of the body, None if the request does not say.

    :raises HTTPInputError: it is not a number.
    """
    text = headers.get("Content-Length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise HTTPInputError(f"Invalid Content-Length {shortened(text)}")
    return int(text)
