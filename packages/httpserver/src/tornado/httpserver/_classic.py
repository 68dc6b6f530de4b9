"""The connection of Tornado 1 to 3, which served a stream by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._server import HTTPServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPServerConnectionDelegate
    from tornado.iostream import IOStream

    from ._callback import RequestCallback


class HTTPConnection:
    """A server of the HTTP requests that come on one stream, until it is closed.

    Programs that accept connections themselves, or look at the first bytes before they decide for
    HTTP, make one for each stream. ``request.connection`` of a handler is another object: it stands
    for one request.

    :param stream: a connection of a client.
    :param address: the client's address, as ``socket.accept`` gives it.
    :param request_callback: as for :class:`HTTPServer`, and so are the others.

    .. versionadded:: 1.0
       Classic. New code derives from :class:`HTTPServer`, or calls its ``handle_stream``.
    """

    def __init__(
        self,
        stream: IOStream,
        address: Any,
        request_callback: HTTPServerConnectionDelegate | RequestCallback,
        no_keep_alive: bool = False,
        xheaders: bool = False,
        protocol: str | None = None,
    ) -> None:
        self.stream = stream
        self.address = address
        self.request_callback = request_callback
        self.no_keep_alive = no_keep_alive
        self.xheaders = xheaders
        self.protocol = protocol
        HTTPServer(
            request_callback, no_keep_alive, xheaders=xheaders, protocol=protocol
        ).handle_stream(stream, address)

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Set a function that is called without arguments when the stream is closed, or None."""
        self.stream.set_close_callback(callback)

    def close(self) -> None:
        """Close the stream at once."""
        self.stream.close()
