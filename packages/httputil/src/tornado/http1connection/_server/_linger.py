"""The last moments of a connection, after its last response.

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


class _Connection(Protocol):
    """What had the stream before."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called when the stream is closed."""


class Linger:
    """The protocol of a stream in its last moments: send what is written, listen, close.

    :param stream: the stream, not closed.
    :param connection: what had the stream before; it is told when the stream is closed.
    :param sweep: what keeps the time.
    :param write_timeout: seconds for which the client may take nothing of what waits for it.
    """

    __slots__ = (
        "_connection",
        "_size",
        "_stalled",
        "_stream",
        "_sweep",
        "_timeout",
        "_unsent",
        "deadline",
    )

    def __init__(
        self,
        stream: IOStream,
        connection: _Connection,
        sweep: Sweep,
        write_timeout: float | None,
    ) -> None:
        self._stream = stream
        self._connection = connection
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
            sweep.discard(self)  # the protocol that was attached before has been told
        else:
            stream.set_protocol(self)
            stream.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Throw bytes away; close when they are too many."""
        self._size += len(data)
        if self._size > LINGER_SIZE:
            self._stream.close()

    def eof_received(self) -> bool:
        """Close: the client sends nothing more, so nothing can be reset."""
        self._stream.close_when_written()
        return True

    def connection_lost(self, exc: BaseException | None) -> None:
        """Pass on that the stream is closed."""
        self._sweep.discard(self)
        self._connection.connection_lost(exc)

    def pause_writing(self) -> None:
        """Do nothing: nothing is written any more."""

    def resume_writing(self) -> None:
        """Do nothing, as :meth:`pause_writing`."""

    def deadline_passed(self) -> None:
        """Close, unless the client still takes what waits for it."""
        waiting = self._stream.write_buffer_size
        self._stalled = self._stalled + LINGER_TIME if waiting >= self._unsent else 0.0
        self._unsent = waiting
        if not waiting or (self._timeout is not None and self._stalled >= self._timeout):
            self._stream.close()
        else:
            self.deadline = self._sweep.after(LINGER_TIME)
