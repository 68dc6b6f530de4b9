"""Streams without a descriptor: two ends of a connection within one process."""

from __future__ import annotations

import contextvars
from typing import Any, Self

from ._base import BaseIOStream, fast_path
from ._lifecycle import READ, WRITE


class MemoryIOStream(BaseIOStream):
    """One end of a connection within the process, without a socket.

    `pair` makes two ends that are connected to each other. Each reads what the other one writes, in
    pieces, in order and with flow control, as over a socket: at most ``capacity`` bytes are under
    way, and a writer waits for a slow reader. Both ends belong to one loop. For tests,
    and for protocols that talk to each other within one program.

    :param capacity: how many bytes may be under way to this end.
    :param kwargs: the arguments of `BaseIOStream`.

    .. versionadded:: 1.0
    """

    can_write_eof = True
    #: None, as on a closed stream, for code that looks at the socket of a stream.
    socket: Any = None

    _peer: MemoryIOStream | None = None

    def __init__(self, capacity: int = 65536, **kwargs: Any) -> None:
        if capacity < 1:
            raise ValueError(f"the capacity is a positive number of bytes, not {capacity!r}")
        super().__init__(**kwargs)
        self._capacity = capacity
        self._arrived = bytearray()
        self._peer_has_ended = False
        self._is_scheduled = False
        # Callbacks of a socket run in the context in which the socket was registered. A reader must
        # not run in the context of the write at the other end either.
        self._context = contextvars.copy_context()

    @classmethod
    def pair(cls, **kwargs: Any) -> tuple[Self, Self]:
        """Return two streams that are connected to each other.

        :param kwargs: the arguments of both.
        """
        one, other = cls(**kwargs), cls(**kwargs)
        one._peer, other._peer = other, one
        return one, other

    # What stands in for the descriptor.

    def fileno(self) -> int:
        """Return -1, because there is no descriptor that a selector could watch."""
        return -1

    def close_fd(self) -> None:
        """Let the other end read what is under way, and then the end of input."""
        self._arrived.clear()
        peer, self._peer = self._peer, None
        if peer is not None:
            peer._peer = None
            peer._peer_has_ended = True
            peer._schedule()

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Take what has arrived into ``buf``."""
        data = self._take(len(buf))
        if data is None:
            return None
        buf[: len(data)] = data
        return len(data)

    def write_to_fd(self, data: memoryview) -> int:
        """Hand bytes to the other end, as many as it has room for."""
        peer = self._peer
        if peer is None:
            raise BrokenPipeError("the other end of the stream is closed")
        room = peer._capacity - len(peer._arrived)
        if room < 1:
            raise BlockingIOError
        peer._arrived += data[:room]
        peer._schedule()
        return min(room, len(data))

    @fast_path
    def _receive(self) -> bytes | None:
        return self._take(self.read_chunk_size)

    def _take(self, most: int) -> bytes | None:
        """Return up to so many bytes; ``b""`` at the end of input, None if nothing is here yet."""
        data = bytes(self._arrived[:most])
        if data:
            del self._arrived[:most]
            if self._peer is not None:
                self._peer._schedule()
            return data
        return b"" if self._peer_has_ended else None

    def _shut_down_writing(self) -> None:
        if self._peer is not None:
            self._peer._peer_has_ended = True
            self._peer._schedule()

    # What stands in for the selector.

    def _watch_input(self) -> None:
        self._watch(READ)

    def _ignore_input(self) -> None:
        self._interest &= ~READ

    def _watch_output(self) -> None:
        self._watch(WRITE)

    def _ignore_output(self) -> None:
        self._interest &= ~WRITE

    def _watch(self, event: int) -> None:
        if not self._interest & event:
            self._interest |= event
            self._schedule()

    def _events(self) -> int:
        """Return what the stream is watched for and ready for."""
        ready = READ if self._arrived or self._peer_has_ended else 0
        peer = self._peer
        if peer is None or len(peer._arrived) < peer._capacity:
            ready |= WRITE  # without a peer, the next write fails at once
        return self._interest & ready

    def _schedule(self) -> None:
        """Let the loop call the stream if it is ready for something that it is watched for."""
        if self._is_scheduled or not self._events():
            return
        loop = self._get_loop()
        if not loop.is_closed():
            self._is_scheduled = True
            loop.call_soon(self._on_event, context=self._context)

    def _on_event(self) -> None:
        self._is_scheduled = False
        events = self._events()
        if events & READ:
            self._on_readable()
        if events & WRITE & self._interest:
            self._on_writable()
        self._schedule()  # again, as a selector does, until nothing is watched and ready
