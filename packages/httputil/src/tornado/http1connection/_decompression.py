"""Bodies with ``Content-Encoding: gzip``, decompressed (RFC 9110 section 8.4).

A delegate of this module stands between a connection and the application's delegate. What it passes
on is counted: a few bytes can become gigabytes, so the limit for a body holds for what comes out,
and what comes out must be in proportion to what went in.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.util import GzipDecompressor

from ._errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ._connection import HTTP1Connection

#: The most bytes that may come out for each one that goes in. Text reaches 20, and gzip itself
#: cannot reach more than about 1030.
_MAX_RATIO = 250

#: As long as no more bytes than these have come out, the ratio does not matter.
_RATIO_FREE = 1024 * 1024


class DecompressingDelegate(HTTPMessageDelegate):
    """A delegate that decompresses the body of one message, if the head says it is compressed.

    The application sees the field ``X-Consumed-Content-Encoding`` instead of
    ``Content-Encoding``, and the body in pieces of at most ``chunk_size`` bytes.

    :param delegate: the application's delegate.
    :param connection: its ``max_body_size`` limits what comes out; it may change until then.
    """

    def __init__(self, delegate: HTTPMessageDelegate, connection: HTTP1Connection) -> None:
        self._delegate = delegate
        self._connection = connection
        self._chunk_size = connection.params.chunk_size
        self._decompressor: GzipDecompressor | None = None
        self._is_closed = False
        self._consumed = 0
        self._produced = 0

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        encoding = headers.get("Content-Encoding", "")
        if encoding.lower() == "gzip":
            self._decompressor = GzipDecompressor()
            headers["X-Consumed-Content-Encoding"] = encoding
            del headers["Content-Encoding"]
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        if self._decompressor is None:
            return self._delegate.data_received(chunk)
        self._consumed += len(chunk)
        return self._pass_on(self._decompressor, chunk)

    def finish(self) -> None:
        try:
            if self._decompressor is not None:
                self._decompressor.flush()
        except zlib.error as error:
            self.on_connection_close()
            raise ProtocolError(f"invalid gzip data: {error}") from error
        self._delegate.finish()

    def on_connection_close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._delegate.on_connection_close()

    def _pass_on(self, decompressor: GzipDecompressor, data: bytes) -> Awaitable[None] | None:
        """Pass on what comes out of `data`.

        :returns: an awaitable if the application holds the rest back, else None.
        """
        while data:
            piece = self._decompress(decompressor, data)
            data = decompressor.unconsumed_tail
            waiting = self._delegate.data_received(piece) if piece else None
            if waiting is not None:
                return self._pass_on_later(waiting, decompressor, data)
        return None

    async def _pass_on_later(
        self, waiting: Awaitable[None], decompressor: GzipDecompressor, data: bytes
    ) -> None:
        await waiting
        while data and not self._is_closed:
            piece = self._decompress(decompressor, data)
            data = decompressor.unconsumed_tail
            more = self._delegate.data_received(piece) if piece else None
            if more is not None:
                await more

    def _decompress(self, decompressor: GzipDecompressor, data: bytes) -> bytes:
        try:
            piece = decompressor.decompress(data, self._chunk_size)
        except zlib.error as error:
            raise ProtocolError(f"invalid gzip data: {error}") from error
        self._check(len(piece))
        return piece

    def _check(self, size: int) -> None:
        self._produced += size
        if self._produced > self._connection.max_body_size:
            raise ProtocolError("decompressed body too large", 413)
        if self._produced > max(_RATIO_FREE, self._consumed * _MAX_RATIO):
            raise ProtocolError(
                f"decompressed body too large: {self._consumed} bytes became {self._produced} and more",
                413,
            )


class DecompressingServer(HTTPServerConnectionDelegate):
    """A delegate that puts a :class:`DecompressingDelegate` before that of each request."""

    def __init__(self, delegate: HTTPServerConnectionDelegate) -> None:
        self._delegate = delegate

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        connection: Any = request_conn
        message = self._delegate.start_request(server_conn, request_conn)
        return DecompressingDelegate(message, connection)

    def on_close(self, server_conn: object) -> None:
        self._delegate.on_close(server_conn)
