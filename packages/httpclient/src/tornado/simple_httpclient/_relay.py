"""TLS within TLS, for servers behind a proxy that is reached over TLS.

A stream speaks TLS on a socket, and within another TLS stream there is none. So there is a pair of
sockets: TLS with the server runs on one of them, and what the other one receives goes out to the
proxy, and back.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from tornado.iostream import IOStream, StreamClosedError

if TYPE_CHECKING:
    import asyncio


def relay(stream: IOStream, max_buffer_size: int) -> IOStream:
    """Return a stream on a socket of its own that is as good as ``stream``, which is taken over.

    Closing either closes both; what was written before still goes out.

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
        other = self._other
        if other.writing():
            other.write(b"").add_done_callback(self._flushed)
        else:
            other.close()

    def pause_writing(self) -> None:
        self._other.pause_reading()

    def resume_writing(self) -> None:
        self._other.resume_reading()

    def _flushed(self, sent: asyncio.Future[None]) -> None:
        sent.exception()  # whatever it says, this was the last of it
        self._other.close()
