"""The last moments of a connection, behind its last response.

Closing a socket that has unread bytes sends a reset, and a reset destroys the response that is
still on its way (RFC 9112 section 9.6). So the write side is shut down first, and what the client
sends meanwhile is read and thrown away: not for long, and not much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ._sweep import LONGEST_TIMEOUT

if TYPE_CHECKING:
    from tornado.iostream import IOStream

    from ._sweep import Sweep

#: How long, in seconds, and how much, in bytes, a lingering connection listens.
LINGER_TIME = 2.0
LINGER_SIZE = 4 * 1024 * 1024


class _Heir(Protocol):
    """Who wants to know when it is over."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note that the stream is closed."""


class Linger:
    """Take over a stream: send what is written, listen for a moment, close.

    :param stream: the stream, not closed.
    :param heir: hears that the connection is lost.
    :param write_timeout: seconds for which the client may take nothing of what waits for it.
    """

    __slots__ = (
        "_heir",
        "_size",
        "_stalled",
        "_stream",
        "_sweep",
        "_timeout",
        "_unsent",
        "deadline",
    )

    def __init__(
        self, stream: IOStream, heir: _Heir, sweep: Sweep, write_timeout: float | None
    ) -> None:
        self._stream = stream
        self._heir = heir
        self._sweep = sweep
        self._timeout = write_timeout
        self._size = 0
        self._stalled = 0.0
        self._unsent = stream.write_buffer_size
        self.deadline = sweep.after(LINGER_TIME)
        sweep.add(self, LONGEST_TIMEOUT)
        if stream.can_write_eof:
            stream.write_eof()
        elif self._unsent:
            stream.close_when_written()
        if stream.closed():
            sweep.discard(self)  # the end has been told to whoever was attached before
        else:
            stream.set_protocol(self)
            stream.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Throw bytes away."""
        self._size += len(data)
        if self._size > LINGER_SIZE:
            self._stream.close()

    def eof_received(self) -> bool:
        """Close: the client sends nothing more, so nothing can be reset."""
        self._stream.close_when_written()
        return True

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell the heir that it is over."""
        self._sweep.discard(self)
        self._heir.connection_lost(exc)

    def pause_writing(self) -> None:
        """Nothing is written any more."""

    def resume_writing(self) -> None:
        """See :meth:`pause_writing`."""

    def deadline_passed(self) -> None:
        """Close, unless the client still takes what waits for it."""
        waiting = self._stream.write_buffer_size
        self._stalled = self._stalled + LINGER_TIME if waiting >= self._unsent else 0.0
        self._unsent = waiting
        if not waiting or (self._timeout is not None and self._stalled >= self._timeout):
            self._stream.close()
        else:
            self.deadline = self._sweep.after(LINGER_TIME)
