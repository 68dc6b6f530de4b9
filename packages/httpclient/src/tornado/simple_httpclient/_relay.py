"""TLS within TLS, for servers behind a proxy that is reached over TLS.

A stream speaks TLS on a socket, and within another TLS stream there is none. So there is a pair of
sockets: TLS with the server runs on one of them, and what the other one receives goes out to the
proxy, and back.
"""

from __future__ import annotations

import asyncio
import select
import socket

from tornado.iostream import IOStream, StreamClosedError

#: Seconds within which the last bytes must go out after the other side has closed.
_FLUSH_TIME = 5.0

#: Seconds between two looks at a side that is not read, because the other one takes nothing.
_LOOK_TIME = 1.0


def relay(stream: IOStream, max_buffer_size: int) -> IOStream:
    """Return a stream on a socket of its own that is as good as ``stream``, which is taken over.

    Closing either closes both; what was written before still goes out, if the proxy takes it within
    a few seconds.

    :param max_buffer_size: bytes that the new stream buffers.
    """
    near, far = socket.socketpair()
    end = IOStream(far)
    result = IOStream(near, max_buffer_size=max_buffer_size)
    end.set_protocol(_End(end, stream))
    stream.set_protocol(_End(stream, end))
    return result


class _End:
    """Give what one stream receives to the other one, no faster than that takes it."""

    _look: asyncio.TimerHandle | None = None

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
        self._stop_looking()
        other = self._other
        if other.writing():
            other.write(b"").add_done_callback(self._flushed)
            asyncio.get_running_loop().call_later(_FLUSH_TIME, other.close)
        else:
            other.close()

    def pause_writing(self) -> None:
        self._other.pause_reading()
        self._look_later()

    def resume_writing(self) -> None:
        self._stop_looking()
        self._other.resume_reading()

    def _flushed(self, sent: asyncio.Future[None]) -> None:
        sent.exception()  # whatever it says, this was the last of it
        self._other.close()

    # A side that is not read does not tell that it was closed.

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(_LOOK_TIME, self._look_at_other)

    def _look_at_other(self) -> None:
        if _has_hung_up(self._other):
            self._stream.close()  # what waits in it is for nobody
            self._other.close()
        else:
            self._look_later()

    def _stop_looking(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None


def _has_hung_up(stream: IOStream) -> bool:
    if stream.closed():
        return True
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(stream.fileno(), 0)  # errors and the end of the connection are always told
    return bool(poll.poll(0))
