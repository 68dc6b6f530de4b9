"""The connections that libcurl keeps, and whether one of them has something to say."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

#: Sockets that are remembered for one origin.
_MOST = 100


class IdleSockets:
    """Remember the sockets of finished transfers.

    libcurl takes a kept connection without looking whether bytes have come meanwhile. Those answer
    nothing that was asked, and would pass for the answer to the next request. Before a transfer
    begins, this looks at the sockets of its origin; if one is readable, the transfer asks for a new
    connection. A number may belong to another socket by now: that costs a connection, no more.
    """

    def __init__(self) -> None:
        self._sockets: dict[Hashable, dict[int, None]] = {}

    def keep(self, origin: Hashable, fd: int) -> None:
        """Remember a socket whose transfer is done."""
        if fd < 0 or not hasattr(select, "poll"):
            return
        for sockets in self._sockets.values():
            sockets.pop(fd, None)  # the number was another origin's before
        sockets = self._sockets.setdefault(origin, {})
        sockets[fd] = None
        if len(sockets) > _MOST:
            del sockets[next(iter(sockets))]

    def has_spoken(self, origin: Hashable) -> bool:
        """Tell whether bytes wait on a connection to the origin, or its end; forget that one."""
        sockets = self._sockets.get(origin)
        if not sockets:
            return False
        poll = select.poll()
        for fd in sockets:
            poll.register(fd, select.POLLIN)
        spoken = False
        for fd, event in poll.poll(0):
            if event & select.POLLNVAL:
                sockets.pop(fd)
            else:
                spoken = True
        if not sockets:
            del self._sockets[origin]
        return spoken
