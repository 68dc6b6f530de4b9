"""Streams over non-blocking sockets, TLS and pipes."""

from __future__ import annotations

from tornado.util import publish

from ._base import BaseIOStream
from ._errors import StreamBufferFullError, StreamClosedError, UnsatisfiableReadError
from ._protocol import StreamProtocol
from ._socket import IOStream

__all__ = [
    "BaseIOStream",
    "IOStream",
    "StreamBufferFullError",
    "StreamClosedError",
    "StreamProtocol",
    "UnsatisfiableReadError",
]

publish(globals())
