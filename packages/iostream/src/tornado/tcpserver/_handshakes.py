"""The log lines of TLS handshakes that fail."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

gen_log = logging.getLogger("tornado.general")

#: How many failures get a line each within a period, and how long that is, in seconds.
LINES = 5
PERIOD = 60.0


class HandshakeLog:
    """Log the failed handshakes of one server, a flood of them as a number.

    Port scanners and clients that speak no TLS fail all the time, and should not fill a disk.
    """

    def __init__(self) -> None:
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def failed(self, address: Any, error: Exception) -> None:
        """Log or count one failure."""
        self._count += 1
        if self._count <= LINES:
            gen_log.warning("SSL Error on %s: the handshake failed: %s", address, error)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PERIOD, self.sum_up)

    def sum_up(self) -> None:
        """End a period: say how many failures had no line."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        more = self._count - LINES
        self._count = 0
        if more > 0:
            gen_log.warning("SSL Error: %d more handshakes failed within %g seconds", more, PERIOD)
