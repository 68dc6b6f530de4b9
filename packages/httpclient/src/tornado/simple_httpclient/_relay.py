"""TLS inside TLS, for servers that are reached through a proxy that is itself reached over TLS.

A stream speaks TLS on a socket, and inside another TLS stream there is no socket. So there is a pair
of sockets: TLS with the server runs on one of them, and what the other one receives is sent to the
proxy, and back.
"""

from __future__ import annotations

import asyncio
import select
import socket

from tornado.iostream import IOStream, StreamClosedError

#: Seconds within which the last bytes must be sent after the other side has closed.
_FLUSH_TIMEOUT = 5.0

#: Seconds between two checks of a side that is not read, because the other one takes nothing.
_CHECK_INTERVAL = 1.0


def relay(stream: IOStream, max_buffer_size: int) -> IOStream:
    """Return a stream on a socket of its own that leads to where ``stream`` leads.

    ``stream`` must not be used any more. Closing one closes the other; what was written before is
    still sent, if the proxy takes it within a few seconds.

    :param max_buffer_size: the most bytes that the new stream buffers.
    """
    near, far = socket.socketpair()
    end = IOStream(far)
    result = IOStream(near, max_buffer_size=max_buffer_size)
    end.set_protocol(_End(end, stream))
    stream.set_protocol(_End(stream, end))
    return result


class _End:
    """One end of a relay: passes on what its stream receives, as fast as the other one takes it."""

    _check_timer: asyncio.TimerHandle | None = None

    def __init__(self, stream: IOStream, other: IOStream) -> None:
        self._stream = stream
        self._other = other

    def data_received(self, data: bytes) -> None:
        try:
            self._other.write_nowait(data)
        except StreamClosedError:
            self._stream.close()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_checking()
        other = self._other
        if other.writing():
            other.write(b"").add_done_callback(self._close_other)
            asyncio.get_running_loop().call_later(_FLUSH_TIMEOUT, other.close)
        else:
            other.close()

    def pause_writing(self) -> None:
        self._other.pause_reading()
        self._check_later()

    def resume_writing(self) -> None:
        self._stop_checking()
        self._other.resume_reading()

    def _close_other(self, sent: asyncio.Future[None]) -> None:
        sent.exception()  # sent or not, these were the last bytes
        self._other.close()

    # A stream that is not read does not notice that it was closed.

    def _check_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._check_timer = loop.call_later(_CHECK_INTERVAL, self._check_other)

    def _check_other(self) -> None:
        if _has_hung_up(self._other):
            self._stream.close()  # the other end of what it still has to send is gone
            self._other.close()
        else:
            self._check_later()

    def _stop_checking(self) -> None:
        if self._check_timer is not None:
            self._check_timer.cancel()
            self._check_timer = None


def _has_hung_up(stream: IOStream) -> bool:
    if stream.closed():
        return True
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(stream.fileno(), 0)  # errors and the end of the connection are always reported
    return bool(poll.poll(0))
