"""Finding out that a peer has gone without a word.

A ping is sent in intervals. Whatever comes after it is a sign of life, not only the pong: a peer
that is busy sending is alive. While this side does not read, because a handler is busy, nothing can
come; that time does not count.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a close frame says when nothing has come in time; its code is 1000, as upstream's is.
EXPIRED_REASON = "ping timed out"


class Keepalive:
    """The pings of one connection.

    :param interval: seconds between pings.
    :param timeout: seconds after a ping within which something has to come.
    :param ping: called to send one.
    :param expire: called when nothing has come in time.
    """

    __slots__ = ("_expire", "_interval", "_ping", "_timeout", "_timer", "has_heard", "is_reading")

    def __init__(
        self,
        interval: float,
        timeout: float,
        *,
        ping: Callable[[], None],
        expire: Callable[[], None],
    ) -> None:
        self._interval = interval
        self._timeout = timeout
        self._ping = ping
        self._expire = expire
        #: Something has come since the last ping.
        self.has_heard = False
        #: False while this side does not read.
        self.is_reading = True
        self._timer = asyncio.get_running_loop().call_later(interval, self._send)

    def stop(self) -> None:
        """Send no further pings."""
        self._timer.cancel()

    def _send(self) -> None:
        self.has_heard = False
        self._ping()
        self._timer = asyncio.get_running_loop().call_later(self._timeout, self._check)

    def _check(self) -> None:
        if not self.has_heard and self.is_reading:
            self._expire()
            return
        wait = max(self._interval - self._timeout, 0)
        self._timer = asyncio.get_running_loop().call_later(wait, self._send)
