"""Sockets on which something has come, or may have, without being asked for."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

#: How many sockets are kept for one origin.
_MAX_SOCKETS = 100


class IdleSockets:
    """Sockets of finished transfers, until libcurl uses them again.

    Before a transfer begins, those of its origin are checked; if one is readable, the transfer asks
    for a new connection. A file descriptor may belong to another socket by now: at worst that costs
    one new connection.
    """

    def __init__(self) -> None:
        self._idle: dict[Hashable, _Sockets] = {}
        self._origins: dict[int, Hashable] = {}

    def keep(self, origin: Hashable, fd: int) -> None:
        """Keep a socket whose transfer is done."""
        self.discard(fd)
        if fd < 0 or not hasattr(select, "poll"):
            return
        sockets = self._idle.get(origin)
        if sockets is None:
            sockets = self._idle[origin] = _Sockets()
        elif len(sockets.descriptors) >= _MAX_SOCKETS:
            self.discard(next(iter(sockets.descriptors)))
        sockets.descriptors[fd] = None
        sockets.poll.register(fd, select.POLLIN)
        self._origins[fd] = origin

    def discard(self, fd: int) -> None:
        """Forget a socket: it is in use, or gone."""
        origin = self._origins.pop(fd, None)
        if origin is not None:
            sockets = self._idle[origin]
            del sockets.descriptors[fd]
            sockets.poll.unregister(fd)

    def has_input(self, origin: Hashable) -> bool:
        """Tell whether bytes, or the end, have come on an idle connection to the origin."""
        sockets = self._idle.get(origin)
        if sockets is None:
            return False
        if not sockets.descriptors:
            del self._idle[origin]
            return False
        has_input = False
        for fd, event in sockets.poll.poll(0):
            if event & select.POLLNVAL:
                self.discard(fd)
            else:
                has_input = True
        return has_input


class _Sockets:
    """The idle sockets of one origin, oldest first."""

    def __init__(self) -> None:
        self.descriptors: dict[int, None] = {}
        self.poll = select.poll()
