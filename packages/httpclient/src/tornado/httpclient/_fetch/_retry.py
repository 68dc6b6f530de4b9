"""Rules for trying again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._errors import HTTPStreamClosedError, HTTPTimeoutError

if TYPE_CHECKING:
    from .._response._response import HTTPResponse

#: Methods whose repetition has the effect of one request (RFC 9110 section 9.2.2).
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})


@dataclass(frozen=True)
class Retry:
    """When a failed fetch is tried again, and after how long.

    The n-th retry waits a random time between half of ``backoff * 2 ** (n - 1)`` seconds and all of
    it, or as long as a ``Retry-After`` field in seconds asks; both at most ``max_backoff``. All
    attempts together have to end within ``request_timeout``.

    :param attempts: how many requests are made at most, the first one included.
    :param backoff: seconds before the first retry.
    :param max_backoff: the longest wait, in seconds.
    :param codes: the status codes that are worth a retry.
    :param methods: the methods that may be repeated.

    .. versionadded:: 1.0
    """

    attempts: int = 3
    backoff: float = 0.1
    max_backoff: float = 10.0
    codes: frozenset[int] = frozenset({429, 502, 503, 504})
    methods: frozenset[str] = IDEMPOTENT

    def delay(self, attempt: int, method: str, response: HTTPResponse) -> float | None:
        """Return the seconds to wait after this attempt, None to give up.

        :param attempt: how many requests were made.
        """
        if attempt >= self.attempts or method not in self.methods:
            return None
        if not self._is_worth_it(response):
            return None
        asked = response.headers.get("Retry-After", "")
        if asked.isascii() and asked.isdigit():
            return min(float(asked[:9]), self.max_backoff)
        longest = min(self.backoff * 2.0 ** (attempt - 1), self.max_backoff)
        return longest * random.uniform(0.5, 1)  # noqa: S311 - it spreads clients, and protects nothing

    def _is_worth_it(self, response: HTTPResponse) -> bool:
        error = response.error
        if response._error_is_response_code:
            return response.code in self.codes
        if isinstance(error, HTTPTimeoutError):
            return error.phase in {"connect", "tls"}
        return type(error) is HTTPStreamClosedError or isinstance(error, ConnectionError)
