"""The first line of a request and of a response, taken apart: RFC 9112 sections 3 and 4."""

from __future__ import annotations

import re

from ._errors import HTTPInputError, shown
from ._grammar import FIELD_VALUE, TOKEN
from ._start_lines import RequestStartLine, ResponseStartLine

# request-line = method SP request-target SP HTTP-version; the target is never empty and holds no
# blank. Octets above 0x7f are not in the grammar; they are taken as upstream does. The server, which
# refuses them, has a grammar of its own.
_request_line = re.compile(rf"({TOKEN}) ([\x21-\x7e\x80-\xff]+) (HTTP/[0-9]\.[0-9])").fullmatch

# status-line = HTTP-version SP status-code SP [ reason-phrase ]
# reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
_status_line = re.compile(rf"(HTTP/[0-9]\.[0-9]) ([0-9]{{3}}) ({FIELD_VALUE})").fullmatch


def parse_request_start_line(line: str) -> RequestStartLine:
    """Split a request line into its parts.

    >>> parse_request_start_line("GET /foo HTTP/1.1")
    RequestStartLine(method='GET', path='/foo', version='HTTP/1.1')

    :raises HTTPInputError: for anything but ``method SP target SP HTTP/1.0`` or ``HTTP/1.1``.
    """
    match = _request_line(line)
    if match is None:
        raise HTTPInputError(f"Malformed HTTP request line {shown(line)}")
    method, target, version = match.groups()
    if version not in {"HTTP/1.1", "HTTP/1.0"}:
        raise HTTPInputError(f"Unexpected HTTP version {shown(version)}")
    return RequestStartLine(method, target, version)


def parse_response_start_line(line: str) -> ResponseStartLine:
    """Split a status line into its parts.

    >>> parse_response_start_line("HTTP/1.1 200 OK")
    ResponseStartLine(version='HTTP/1.1', code=200, reason='OK')

    :raises HTTPInputError: for anything that is not the status line of HTTP/1.
    """
    match = _status_line(line)
    if match is None:
        raise HTTPInputError(f"Error parsing response start line {shown(line)}")
    version, code, reason = match.groups()
    if not version.startswith("HTTP/1."):
        raise HTTPInputError(f"Unexpected HTTP version {shown(version)}")
    return ResponseStartLine(version, int(code), reason)
