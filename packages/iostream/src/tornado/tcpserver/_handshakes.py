"""The log lines of TLS handshakes that fail."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

gen_log = logging.getLogger("tornado.general")

#: How many failures have a line of their own within a period, and its length in seconds.
LINES = 5
PERIOD = 60.0


class HandshakeLog:
    """The log of the failed handshakes of one server; in a flood it only counts them.

    Port scanners and clients that speak no TLS fail all the time, and should not fill a disk.
    """

    def __init__(self) -> None:
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def add_failure(self, address: Any, error: Exception) -> None:
        """Log or count one failure."""
        self._count += 1
        if self._count <= LINES:
            gen_log.warning("SSL Error on %s: the handshake failed: %s", address, error)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PERIOD, self.log_total)

    def log_total(self) -> None:
        """Log how many failures had no line, at the end of a period."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        more = self._count - LINES
        self._count = 0
        if more > 0:
            gen_log.warning("SSL Error: %d more handshakes failed within %g seconds", more, PERIOD)
