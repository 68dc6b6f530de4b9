"""The parts of the first line of a request and of a response: RFC 9112 sections 3 and 4."""

from __future__ import annotations

from typing import NamedTuple


class RequestStartLine(NamedTuple):
    """Hold the parts of a request line.

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
    """Hold the parts of a status line."""

    version: str
    #: The status code, three digits.
    code: int
    #: The reason phrase, may be empty.
    reason: str
