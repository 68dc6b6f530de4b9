"""The sockets of a multi handle, and what has come on those that wait for another transfer.

libcurl says which sockets it waits for, and calls them removed when a transfer is done, whether the
connection is kept or closed. It uses a kept connection without checking whether bytes have come
meanwhile. Those do not answer any request, and would be taken for the answer to the next one. So a
socket is watched after its transfer, too, and a transfer to an origin where something has come asks
for a new connection.
"""

from __future__ import annotations

import contextvars
import select
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ._idle import IdleSockets
from ._library import pycurl

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Hashable, Sequence

    #: Called with descriptors, each with what has happened, as bits of ``pycurl.CSELECT_...``.
    Act = Callable[[Sequence[tuple[int, int]]], None]

#: What libcurl waits for, in the words of epoll.
_IN, _OUT, _ONCE, _FAULT = 0x1, 0x4, 1 << 30, 0x8 | 0x10
_MASKS = {
    pycurl.POLL_IN: _IN,
    pycurl.POLL_OUT: _OUT,
    pycurl.POLL_INOUT: _IN | _OUT,
}

#: The same as actions of libcurl, for every combination of readable, writable and faulty.
_ACTIONS = {
    readable | writable | fault: (
        (pycurl.CSELECT_IN if readable else 0)
        | (pycurl.CSELECT_OUT if writable else 0)
        | (pycurl.CSELECT_ERR if fault else 0)
    )
    for readable in (0, _IN)
    for writable in (0, _OUT)
    for fault in (0, 0x8, 0x10, 0x18)
}


class Sockets:
    """The sockets of one multi handle, watched by an epoll object of their own.

    The loop only watches that object: whatever happens to libcurl's sockets in one turn is one
    callback, and a socket that is used again costs one call of the system. libcurl does not say
    when it closes a kept connection. Such a socket leaves the epoll object by itself, and while it
    is kept it is reported once at most, even if another process has inherited it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, act: Act) -> None:
        self._loop = loop
        self._act = act
        #: What libcurl waits for.
        self._watched: dict[int, int] = {}
        #: The origins of connections that are kept.
        self._kept: dict[int, Hashable] = {}
        self._with_input = IdleSockets()
        self._epoll = select.epoll()
        #: Keeps this object while libcurl waits for something; a client that nobody uses goes.
        self._holder: list[Sockets] = []
        # The loop's callback does not belong to a fetch: it has an empty context.
        contextvars.Context().run(
            loop.add_reader, self._epoll.fileno(), _on_events, weakref.ref(self), self._holder
        )

    def close(self) -> None:
        """Watch nothing any more."""
        self._holder.clear()
        _close(self._loop, self._epoll)

    def __del__(self) -> None:
        # The garbage collector may run in any thread.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_close, self._loop, self._epoll)

    def watch(self, fd: int, event: int) -> None:
        """Watch a socket for ``pycurl.POLL_IN``, ``POLL_OUT`` or both."""
        known = self._watched.get(fd)
        if known == event:
            return
        if known is None:
            self._kept.pop(fd, None)
            self._with_input.discard(fd)
            if not self._watched:
                self._holder.append(self)
        self._watched[fd] = event
        self._set(fd, _MASKS[event])

    def unwatch(self, fd: int) -> None:
        """Watch a socket no more, except for input that answers nothing."""
        if self._watched.pop(fd, None) is not None:
            with suppress(OSError):
                self._epoll.modify(fd, _IN | _ONCE)
            if not self._watched:
                self._holder.clear()

    def keep(self, origin: Hashable, fd: int) -> None:
        """Called when a transfer does not need its socket any more.

        libcurl may have given it to the next one already, within the call that ended this one.
        """
        if fd >= 0 and fd not in self._watched:
            self._kept[fd] = origin

    def look(self) -> None:
        """Note what has come on kept connections, as far as the loop has not said it."""
        if self._kept:
            self._take(self._epoll.poll(0))

    def has_input(self, origin: Hashable) -> bool:
        """Tell whether bytes, or the end, have come on a kept connection to the origin."""
        return self._with_input.has_input(origin)

    def _set(self, fd: int, mask: int) -> None:
        try:
            self._epoll.modify(fd, mask)
        except FileNotFoundError:
            self._epoll.register(fd, mask)

    def pass_on(self) -> None:
        """Tell libcurl what has happened."""
        if not self._epoll.closed:
            self._act(self._take(self._epoll.poll(0)))

    def _take(self, events: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Keep events of kept connections, and return the others as actions of libcurl."""
        actions = []
        for fd, mask in events:
            if fd in self._watched:
                actions.append((fd, _ACTIONS[mask & (_IN | _OUT | _FAULT)]))
            elif fd in self._kept:
                self._with_input.keep(self._kept.pop(fd), fd)
        return actions


def _on_events(sockets: weakref.ref[Sockets], _holder: list[Sockets]) -> None:
    known = sockets()
    if known is not None:
        known.pass_on()


def _close(loop: asyncio.AbstractEventLoop, epoll: select.epoll) -> None:
    if not epoll.closed:
        if not loop.is_closed():
            loop.remove_reader(epoll.fileno())
        epoll.close()


class LoopSockets:
    """The same where there is no epoll: each socket is watched by the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, act: Act) -> None:
        self._loop = loop
        self._act = act
        self._watched: dict[int, int] = {}
        self._idle = IdleSockets()

    def close(self) -> None:
        """Watch nothing any more."""
        for fd in list(self._watched):
            self.unwatch(fd)

    def watch(self, fd: int, event: int) -> None:
        """Watch a socket for ``pycurl.POLL_IN``, ``POLL_OUT`` or both."""
        if self._watched.get(fd) != event:
            self.unwatch(fd)
            self._idle.discard(fd)
            self._watched[fd] = event
            contextvars.Context().run(self._add, fd, _MASKS[event])

    def _add(self, fd: int, mask: int) -> None:
        if mask & _IN:
            self._loop.add_reader(fd, self._act, [(fd, pycurl.CSELECT_IN)])
        if mask & _OUT:
            self._loop.add_writer(fd, self._act, [(fd, pycurl.CSELECT_OUT)])

    def unwatch(self, fd: int) -> None:
        """Watch a socket no more."""
        if self._watched.pop(fd, None) is not None:
            self._loop.remove_reader(fd)
            self._loop.remove_writer(fd)

    def keep(self, origin: Hashable, fd: int) -> None:
        """Called when a transfer does not need its socket any more."""
        if fd not in self._watched:
            self._idle.keep(origin, fd)

    def look(self) -> None:
        """Do nothing: `has_input` looks by itself."""

    def has_input(self, origin: Hashable) -> bool:
        """Tell whether bytes, or the end, have come on a kept connection to the origin."""
        return self._idle.has_input(origin)


def watch_sockets(loop: Any, act: Act) -> Sockets | LoopSockets:
    """Return what watches the sockets of a multi handle here."""
    return Sockets(loop, act) if hasattr(select, "epoll") else LoopSockets(loop, act)
