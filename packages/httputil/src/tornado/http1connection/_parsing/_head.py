"""Heads of messages: from bytes to validated values.

A request's block of fields that was seen before is looked up, see ``_caches``. For a new one, one
regular expression validates a whole head in C and a second one splits its fields, so the cost in
Python steps does not grow with the number of fields. Lines of responses are looked up one by one.
What is wrong with a head that does not match is found out afterwards, by the slower functions of
``_diagnosis``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tornado.httputil._fields._names import canonical as canonical_names
from tornado.httputil._hosts import is_host, is_host_with_port
from tornado.util import BoundedCache, shortened

from .._caches import MAX_LINE_LENGTH, FieldBlocks, FieldLines, StatusLines
from .._errors import ProtocolError
from ._framing import request_length, response_length
from ._grammar import (
    ABSOLUTE_FORM,
    FIELD,
    NON_ASCII_REQUEST_HEAD,
    REQUEST_HEAD,
    REQUEST_LINE_1_1,
)

if TYPE_CHECKING:
    from tornado.httputil import ResponseStartLine

    from .._parameters import HTTP1ConnectionParameters

Fields = dict[str, str | list[str]]

#: Fields that a message has at most once: a second one makes two readers see two messages.
_SINGLETONS = (
    "Content-Length",
    "Content-Type",
    "Host",
    "Transfer-Encoding",
)
#: Those of responses: equal lengths are taken. What does not frame the body may be repeated.
_RESPONSE_SINGLETONS = ("Transfer-Encoding",)


class RequestHead(NamedTuple):
    """The start line and the fields of one request, validated.

    ``length`` is the number of body bytes, or ``CHUNKED``; ``keep_alive`` says whether the client
    wants the connection to stay open.
    """

    method: str
    target: str
    version: str
    fields: Fields
    keep_alive: bool
    length: int


class ResponseHead(NamedTuple):
    """The status line and the fields of one response, validated.

    ``length`` is the number of body bytes, ``CHUNKED`` or ``UNTIL_CLOSE``; ``keep_alive`` says
    whether the server leaves the connection open.
    """

    start_line: ResponseStartLine
    fields: Fields
    keep_alive: bool
    length: int


def _connection_options(value: str) -> frozenset[str]:
    """Return the options of a Connection value, in lower case."""
    return frozenset(option.strip(" \t").lower() for option in value.split(","))


# The constructor of a named tuple is a function in Python; this one is not. And a method that is
# looked up for each call would be bound anew each time.
_request_head = _response_head = tuple.__new__
_match_line = REQUEST_LINE_1_1.fullmatch

_host_is_valid: BoundedCache[str, bool] = BoundedCache(
    is_host, max_entries=1000, max_key_length=MAX_LINE_LENGTH
)
_options_of: BoundedCache[str, frozenset[str]] = BoundedCache(
    _connection_options, max_entries=1000, max_key_length=MAX_LINE_LENGTH
)
_field_blocks = FieldBlocks()
_status_lines = StatusLines()
_field_lines = FieldLines()


def parse_request_head(head: bytes, limits: HTTP1ConnectionParameters) -> RequestHead:
    """Parse the bytes of a request up to the CRLF of its last field line.

    :raises ProtocolError: the head breaks RFC 9112, or has more fields than the limits allow.
    """
    line_end = head.find(b"\r\n")
    known = _field_blocks.get(head[line_end + 2 :])
    if known is not None:
        match = _match_line(head[:line_end].decode("latin-1"))
        fields, keep_alive = known
        if match is not None and len(fields) <= limits.max_header_count:
            method, target = match.groups()
            return _request_head(
                RequestHead, (method, target, "HTTP/1.1", fields.copy(), keep_alive, 0)
            )
    return _parse_new_head(head, line_end, limits)


def _parse_new_head(head: bytes, line_end: int, limits: HTTP1ConnectionParameters) -> RequestHead:
    text = head.decode("latin-1")
    match = REQUEST_HEAD.fullmatch(text)
    if match is None and limits.non_ascii_targets:
        match = re.fullmatch(NON_ASCII_REQUEST_HEAD, text)
    if match is None:
        from ._diagnosis import request_head_error  # most programs never meet such a head

        raise request_head_error(text)
    max_fields = limits.max_header_count
    method, target, minor, block = match.groups()
    pairs = FIELD.findall(block)
    fields = {canonical_names[name]: value for name, value in pairs}
    if len(fields) != len(pairs) or len(pairs) > max_fields or " \r" in block or "\t\r" in block:
        fields = parse_fields(block, max_fields)
    keep_alive = minor == "1"
    host = fields.get("Host")
    if host is None:
        if keep_alive:
            raise ProtocolError("Missing Host header in an HTTP/1.1 request")
    elif not _host_is_valid[host]:
        check_empty_host(host, target)
    if "Connection" in fields:
        keep_alive = wants_keep_alive(fields, keep_alive)
    if target[0] != "/":
        check_target_form(method, target)
    if "Content-Length" in fields or "Transfer-Encoding" in fields:
        length = request_length(fields, minor)
    else:
        length = 0
        if minor == "1" and len(pairs) == len(fields) and host:
            _field_blocks.add(head[line_end + 2 :], (fields.copy(), keep_alive))
    version = "HTTP/1.1" if minor == "1" else "HTTP/1.0"
    return _request_head(RequestHead, (method, target, version, fields, keep_alive, length))


def parse_response_head(head: bytes, max_fields: int, method: str) -> ResponseHead:
    """Parse the bytes of a response up to the CRLF of its last field line.

    :param method: the method of the request that this response answers.
    :raises ProtocolError: the head breaks RFC 9112, or has more than `max_fields` fields.
    """
    text = head.decode("latin-1")
    line, *lines, _ = text.split("\r\n")
    try:
        start_line = _status_lines[line]
        pairs = [_field_lines[line] for line in lines]
    except ValueError:
        from ._folding import unfold

        unfolded = unfold(text)
        if unfolded is None:
            from ._diagnosis import response_head_error

            raise response_head_error(text) from None
        return parse_response_head(unfolded.encode("latin-1"), max_fields, method)
    if len(pairs) > max_fields:
        raise _too_many(len(pairs), max_fields)
    fields: Fields = dict(pairs)
    if len(fields) != len(pairs):
        fields = _collect_fields(pairs, _RESPONSE_SINGLETONS)
    version, code, _ = start_line
    keep_alive = version == "HTTP/1.1"
    if "Connection" in fields:
        keep_alive = wants_keep_alive(fields, keep_alive)
    length = response_length(fields, code, method)
    return _response_head(ResponseHead, (start_line, fields, keep_alive, length))


def parse_fields(block: str, max_fields: int) -> Fields:
    """Split a block of field lines that has matched the grammar."""
    pairs = FIELD.findall(block)
    if len(pairs) > max_fields:
        raise _too_many(len(pairs), max_fields)
    fields = {canonical_names[name]: value for name, value in pairs}
    if len(fields) != len(pairs) or " \r" in block or "\t\r" in block:
        return _collect_fields(pairs, _SINGLETONS)
    return fields


def _too_many(count: int, most: int) -> ProtocolError:
    return ProtocolError(f"{count} header fields, at most {most} are taken", 431)


def _collect_fields(pairs: list[tuple[str, str]], singletons: tuple[str, ...]) -> Fields:
    """Collect repeated fields in lists, and remove the whitespace after values."""
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(canonical_names[name], []).append(value.rstrip(" \t"))
    for name in singletons:
        if len(collected.get(name, ())) > 1:
            raise ProtocolError(f"Multiple {name.lower()} headers not allowed")
    return {name: values[0] if len(values) == 1 else values for name, values in collected.items()}


def wants_keep_alive(fields: Fields, default: bool) -> bool:
    """Return whether the Connection field lets the connection stay open (RFC 9112 section 9.3)."""
    value = fields["Connection"]
    options = _options_of[value if isinstance(value, str) else ",".join(value)]
    if "close" in options:
        return False
    return default or "keep-alive" in options


def check_empty_host(host: object, target: str) -> None:
    """Take an empty Host field only where the target does not need it.

    A target in absolute-form has an authority of its own, and ``*`` needs none. A path needs one,
    because a URL of http has a host that is not empty (RFC 9110 section 4.2.1).

    :raises ProtocolError: the field is not empty, or the target is a path.
    """
    if host or target[0] == "/":
        raise ProtocolError(f"Invalid Host header: {shortened(str(host))}")


def check_target_form(method: str, target: str) -> None:
    """Check a target that does not start with a slash (RFC 9112 section 3.2).

    :raises ProtocolError: it is not one of the forms that go with the method.
    """
    if target == "*":
        if method == "OPTIONS":
            return
    elif method == "CONNECT":
        if is_host_with_port(target):
            return
    else:
        match = ABSOLUTE_FORM.match(target)
        if match and match[1] and _host_is_valid[match[1]]:
            return
    raise ProtocolError(f"bad request target {shortened(target)} for {shortened(method)}")
