r"""Streams over non-blocking sockets, TLS and pipes.

A stream has two kinds of users. Most of them ask for the next bytes and wait for them::

    stream = IOStream(socket.socket())
    await stream.connect(("127.0.0.1", 8888))
    await stream.write(b"hello\n")
    print(await stream.read_until(b"\n"))
    stream.close()

`.TCPClient` connects by name, `.TCPServer` accepts, and both give streams. `SSLIOStream` is the
same over TLS and `PipeIOStream` over a pipe; two `MemoryIOStream` talk to each other within one
program, without a socket.

An implementation of a protocol has to take every byte anyway. It lets the stream push them to an
object with the methods of `StreamProtocol`, which saves the futures and tasks::

    class Echo:
        def __init__(self, stream):
            self.stream = stream
            stream.set_protocol(self)

        def data_received(self, data):
            self.stream.write_nowait(data)
        ...

One connection can be used in both ways, one after the other: `~BaseIOStream.set_protocol` attaches
and detaches, and `~BaseIOStream.unread` gives back what belongs to the next user.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._base import BaseIOStream
from ._errors import StreamBufferFullError, StreamClosedError, UnsatisfiableReadError
from ._socket import IOStream

if TYPE_CHECKING:
    from ._doctests import doctests
    from ._in_memory import MemoryIOStream
    from ._pipe import PipeIOStream
    from ._protocol import StreamProtocol
    from ._ssl import SSLIOStream

__all__ = [
    "BaseIOStream",
    "IOStream",
    "MemoryIOStream",
    "PipeIOStream",
    "SSLIOStream",
    "StreamBufferFullError",
    "StreamClosedError",
    "StreamProtocol",
    "UnsatisfiableReadError",
    "doctests",
]

publish(
    globals(),
    {
        "MemoryIOStream": "_in_memory",
        "PipeIOStream": "_pipe",
        "SSLIOStream": "_ssl",
        "StreamProtocol": "_protocol",
        "doctests": "_doctests",
    },
    aliases={
        "errno_from_exception": "tornado.util",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "ssl_wrap_socket": "tornado.netutil",
    },
)
