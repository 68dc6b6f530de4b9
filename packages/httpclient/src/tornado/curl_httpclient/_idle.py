"""The connections that libcurl keeps, and whether one of them has something to say."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

#: Sockets that are remembered for one origin.
_MOST = 100


class IdleSockets:
    """Remember the sockets of finished transfers, until libcurl uses them again.

    libcurl takes a kept connection without looking whether bytes have come meanwhile. Those answer
    nothing that was asked, and would pass for the answer to the next request. Before a transfer
    begins, this looks at the idle sockets of its origin; if one is readable, the transfer asks for
    a new connection. A number may belong to another socket by now: that costs a connection, no
    more.
    """

    def __init__(self) -> None:
        self._sockets: dict[Hashable, dict[int, None]] = {}
        self._origins: dict[int, Hashable] = {}

    def keep(self, origin: Hashable, fd: int) -> None:
        """Remember a socket whose transfer is done."""
        self.take(fd)
        if fd < 0 or not hasattr(select, "poll"):
            return
        sockets = self._sockets.setdefault(origin, {})
        sockets[fd] = None
        self._origins[fd] = origin
        if len(sockets) > _MOST:
            self.take(next(iter(sockets)))

    def take(self, fd: int) -> None:
        """Forget a socket: it is in use, or gone."""
        origin = self._origins.pop(fd, None)
        if origin is not None:
            sockets = self._sockets[origin]
            del sockets[fd]
            if not sockets:
                del self._sockets[origin]

    def has_spoken(self, origin: Hashable) -> bool:
        """Tell whether bytes, or an end, wait on an idle connection to the origin."""
        sockets = self._sockets.get(origin)
        if not sockets:
            return False
        poll = select.poll()
        for fd in sockets:
            poll.register(fd, select.POLLIN)
        spoken = False
        for fd, event in poll.poll(0):
            if event & select.POLLNVAL:
                self.take(fd)
            else:
                spoken = True
        return spoken
