"""The first line of a request and of a response: RFC 9112 sections 3 and 4."""

from __future__ import annotations

import re
from typing import NamedTuple

from tornado.util import shortened

from ._errors import HTTPInputError
from ._fields._grammar import FIELD_VALUE, TOKEN

# The expressions are compiled when they are first used: connections have a grammar of their own.

# request-line = method SP request-target SP HTTP-version; the target is never empty and holds no
# blank. Octets above 0x7f are not in the grammar; they are taken as upstream does. The server, which
# refuses them, has a grammar of its own.
_REQUEST_LINE = rf"({TOKEN}) ([\x21-\x7e\x80-\xff]+) (HTTP/[0-9]\.[0-9])"

# status-line = HTTP-version SP status-code SP [ reason-phrase ]
# reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
_STATUS_LINE = rf"(HTTP/[0-9]\.[0-9]) ([0-9]{{3}}) ({FIELD_VALUE})"


class RequestStartLine(NamedTuple):
    """The parts of a request line.

    >>> RequestStartLine("GET", "/foo?a=1", "HTTP/1.1").path
    '/foo?a=1'
    """

    #: The method, case-sensitive.
    method: str
    #: The request target as sent: path and query, an absolute URL, an authority or ``*``.
    path: str
    #: ``HTTP/1.0`` or ``HTTP/1.1``.
    version: str


class ResponseStartLine(NamedTuple):
    """The parts of a status line."""

    version: str
    #: The status code, three digits.
    code: int
    #: The reason phrase, may be empty.
    reason: str


def parse_request_start_line(line: str) -> RequestStartLine:
    """Split a request line into its parts.

    >>> parse_request_start_line("GET /foo HTTP/1.1")
    RequestStartLine(method='GET', path='/foo', version='HTTP/1.1')

    :raises HTTPInputError: for anything but ``method SP target SP HTTP/1.0`` or ``HTTP/1.1``.
    """
    match = re.fullmatch(_REQUEST_LINE, line)
    if match is None:
        raise HTTPInputError(f"Malformed HTTP request line {shortened(line)}")
    method, target, version = match.groups()
    if version not in {"HTTP/1.1", "HTTP/1.0"}:
        raise HTTPInputError(f"Unexpected HTTP version {shortened(version)}")
    return RequestStartLine(method, target, version)


def parse_response_start_line(line: str) -> ResponseStartLine:
    """Split a status line into its parts.

    >>> parse_response_start_line("HTTP/1.1 200 OK")
    ResponseStartLine(version='HTTP/1.1', code=200, reason='OK')

    :raises HTTPInputError: for anything that is not the status line of HTTP/1.
    """
    match = re.fullmatch(_STATUS_LINE, line)
    if match is None:
        raise HTTPInputError(f"Error parsing response start line {shortened(line)}")
    version, code, reason = match.groups()
    if not version.startswith("HTTP/1."):
        raise HTTPInputError(f"Unexpected HTTP version {shortened(version)}")
    return ResponseStartLine(version, int(code), reason)
