"""When to connect again, and when not to."""

from __future__ import annotations

import random
import ssl
from typing import TYPE_CHECKING

from tornado.httpclient import HTTPClientError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Close codes after which a new connection would end in the same way: what was sent breaks the
#: protocol (1002, 1003, 1007, 1009, 1010) or a rule of the server (1008, and 3000 and 3003 of the
#: IANA's registry: unauthorized, forbidden). 1000 says that the server has no more to tell.
FINAL_CLOSE_CODES = frozenset({1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003})

#: Refusals with a status of the client's that go away by themselves: the server was too slow to
#: read (408), it is too early (425), there are too many requests (429).
_PASSING_STATUSES = frozenset({408, 425, 429})


def may_pass(error: Exception) -> bool:
    """Tell whether another attempt may succeed after one that failed with this error.

    Networks and servers recover: errors of the system, timeouts and statuses of 500 and above. A
    refused request (4xx), a redirect that leads nowhere, a certificate that does not fit, and a
    server that does not speak websocket stay as they are.
    """
    if isinstance(error, HTTPClientError):
        return error.code >= 500 or error.code in _PASSING_STATUSES
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLCertVerificationError)


def requested_delay(error: Exception) -> float:
    """Return the seconds that a refusal asks to wait (Retry-After, RFC 9110 section 10.2.3).

    :returns: 0 if it does not say, or says it as a date.
    """
    response = error.response if isinstance(error, HTTPClientError) else None
    seconds = "" if response is None else response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else 0.0


class Backoff:
    """Delays that double from attempt to attempt, each shortened at random.

    Without the randomness, all clients of a server that restarts would come back at the same time.

    :param first: seconds before the first attempt.
    :param most: seconds that no delay exceeds.
    :param jitter: how much of a delay is random, from 0 to 1.
    """

    __slots__ = ("_first", "_jitter", "_most", "_next", "_random")

    def __init__(
        self,
        first: float,
        most: float,
        jitter: float,
        random: Callable[[], float] = random.random,
    ) -> None:
        if not 0 < first <= most:
            raise ValueError(f"delays begin above 0 and grow: not from {first!r} to {most!r}")
        if not 0 <= jitter <= 1:
            raise ValueError(f"jitter is a part from 0 to 1, not {jitter!r}")
        self._first = first
        self._most = most
        self._jitter = jitter
        self._random = random
        self._next = first

    def delay(self) -> float:
        """Return the seconds to wait before the next attempt."""
        delay = self._next
        self._next = min(delay * 2, self._most)
        return delay * (1 - self._jitter * self._random())

    def reset(self) -> None:
        """Begin with the first delay again."""
        self._next = self._first
