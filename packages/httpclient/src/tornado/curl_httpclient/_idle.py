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
        self._idle: dict[Hashable, _Sockets] = {}
        self._origins: dict[int, Hashable] = {}

    def keep(self, origin: Hashable, fd: int) -> None:
        """Remember a socket whose transfer is done."""
        self.take(fd)
        if fd < 0 or not hasattr(select, "poll"):
            return
        sockets = self._idle.get(origin)
        if sockets is None:
            sockets = self._idle[origin] = _Sockets()
        elif len(sockets.numbers) >= _MOST:
            self.take(next(iter(sockets.numbers)))
        sockets.numbers[fd] = None
        sockets.poll.register(fd, select.POLLIN)
        self._origins[fd] = origin

    def take(self, fd: int) -> None:
        """Forget a socket: it is in use, or gone."""
        origin = self._origins.pop(fd, None)
        if origin is not None:
            sockets = self._idle[origin]
            del sockets.numbers[fd]
            sockets.poll.unregister(fd)

    def has_spoken(self, origin: Hashable) -> bool:
        """Tell whether bytes, or an end, wait on an idle connection to the origin."""
        sockets = self._idle.get(origin)
        if sockets is None:
            return False
        if not sockets.numbers:
            del self._idle[origin]
            return False
        spoken = False
        for fd, event in sockets.poll.poll(0):
            if event & select.POLLNVAL:
                self.take(fd)
            else:
                spoken = True
        return spoken


class _Sockets:
    """The idle sockets of one origin, oldest first."""

    def __init__(self) -> None:
        self.numbers: dict[int, None] = {}
        self.poll = select.poll()
