"""Limits that differ from request to request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine

from ._context import WrappingDelegate

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httputil import HTTPConnection, HTTPMessageDelegate


class BodyLimits(NamedTuple):
    """The limits for the body of one request; ``None`` leaves the server's own limit in force.

    .. versionadded:: 1.0
    """

    #: The longest body, in bytes, after decompression; the response to a longer one is 413.
    max_body_size: int | None = None
    #: How long the body may take, in seconds; after that the response is 408.
    body_timeout: float | None = None
    #: Bytes per second that the body must reach, below it the response is 408; 0 for any.
    min_body_rate: int | None = None


ChooseLimits = Callable[[RequestStartLine, HTTPHeaders], BodyLimits | None]


class LimitingDelegate(WrappingDelegate):
    """A delegate that sets the limits of a request as soon as its head is there."""

    def __init__(
        self, delegate: HTTPMessageDelegate, request_conn: HTTPConnection, choose: ChooseLimits
    ) -> None:
        super().__init__(delegate)
        self._connection: Any = request_conn
        self._choose = choose

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        chosen = self._choose(RequestStartLine(*start_line), headers)
        if chosen is not None:
            if chosen.max_body_size is not None:
                self._connection.set_max_body_size(chosen.max_body_size)
            if chosen.body_timeout is not None:
                self._connection.set_body_timeout(chosen.body_timeout)
            if chosen.min_body_rate is not None:
                self._connection.set_min_body_rate(chosen.min_body_rate)
        return self._delegate.headers_received(start_line, headers)
