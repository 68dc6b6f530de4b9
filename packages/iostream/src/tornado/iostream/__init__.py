r"""Streams over non-blocking sockets, TLS and pipes.

A stream takes two kinds of users. Most ask for what they want next and wait for it::

    stream = IOStream(socket.socket())
    await stream.connect(("127.0.0.1", 8888))
    await stream.write(b"hello\n")
    print(await stream.read_until(b"\n"))
    stream.close()

`.TCPClient` connects by name, `.TCPServer` accepts, and both give streams. `SSLIOStream` is the
same over TLS and `PipeIOStream` over a pipe.

An implementation of a protocol, which has to take every byte anyway, lets the stream push them to
an object with the methods of `StreamProtocol`, and pays for neither futures nor tasks::

    class Echo:
        def __init__(self, stream):
            self.stream = stream
            stream.set_protocol(self)

        def data_received(self, data):
            self.stream.write_nowait(data)
        ...

The two can follow each other on one connection: `~BaseIOStream.set_protocol` attaches and detaches,
and `~BaseIOStream.unread` gives back what belongs to the next user.
"""

from __future__ import annotations

from tornado.util import publish

from ._base import BaseIOStream
from ._doctests import doctests
from ._errors import StreamBufferFullError, StreamClosedError, UnsatisfiableReadError
from ._pipe import PipeIOStream
from ._protocol import StreamProtocol
from ._socket import IOStream
from ._ssl import SSLIOStream

__all__ = [
    "BaseIOStream",
    "IOStream",
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
    aliases={
        "errno_from_exception": "tornado.util",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "ssl_wrap_socket": "tornado.netutil",
    },
)
