"""The server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.tcpserver import TCPServer
from tornado.util import Configurable

from ._callback import CallbackDelegate, RequestCallback
from ._context import ConnectionContext
from ._forwarded import ForwardedDelegate

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from tornado.iostream import IOStream


class HTTPServer(TCPServer, Configurable, HTTPServerConnectionDelegate):
    """Serve HTTP/1.1.

    ``HTTPServer(application).listen(8888)`` is all that most programs need; see
    :class:`tornado.tcpserver.TCPServer` for ``bind`` and ``start`` with several processes, and for
    ``add_sockets``. Sizes are in bytes, times in seconds.

    :param request_callback: a :class:`tornado.httputil.HTTPServerConnectionDelegate` (for example
        a ``tornado.web.Application``), or a callable that takes each complete
        :class:`tornado.httputil.HTTPServerRequest`.
    :param no_keep_alive: close each connection behind its first response.
    :param xheaders: believe ``X-Real-Ip``, ``X-Forwarded-For``, ``X-Scheme`` and
        ``X-Forwarded-Proto``. Only for servers that nobody reaches but through a proxy.
    :param ssl_options: an :class:`ssl.SSLContext`, or a dictionary of keyword arguments for one.
    :param protocol: ``"http"`` or ``"https"`` where the socket cannot tell.
    :param decompress_request: take ``Content-Encoding: gzip`` off request bodies.
    :param chunk_size: how much of a body is handed on at once.
    :param max_header_size: the longest head that is taken; above it the answer is 431.
    :param idle_connection_timeout: how long a connection may be idle (3600).
    :param body_timeout: how long a body may take (no limit).
    :param max_body_size: the longest body that is taken (100 MiB); above it the answer is 413.
    :param max_buffer_size: the most that a stream buffers for one read.
    :param trusted_downstream: addresses of proxies that ``X-Forwarded-For`` may name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Configurable calls initialize() from __new__; TCPServer.__init__ must not run again here.
        pass

    def initialize(
        self,
        request_callback: HTTPServerConnectionDelegate | RequestCallback,
        no_keep_alive: bool = False,
        xheaders: bool = False,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        protocol: str | None = None,
        decompress_request: bool = False,
        chunk_size: int | None = None,
        max_header_size: int | None = None,
        idle_connection_timeout: float | None = None,
        body_timeout: float | None = None,
        max_body_size: int | None = None,
        max_buffer_size: int | None = None,
        trusted_downstream: Iterable[str] | None = None,
    ) -> None:
        """Take the arguments of the constructor; subclasses may extend it."""
        self.request_callback = request_callback
        self.xheaders = xheaders
        self.protocol = protocol
        self.trusted_downstream = frozenset(trusted_downstream or ())
        self.conn_params = HTTP1ConnectionParameters(
            no_keep_alive=no_keep_alive,
            chunk_size=chunk_size,
            max_header_size=max_header_size,
            header_timeout=idle_connection_timeout,
            max_body_size=max_body_size,
            body_timeout=body_timeout,
            decompress=decompress_request,
        )
        if isinstance(request_callback, HTTPServerConnectionDelegate):
            self._delegate = request_callback
        else:
            self._delegate = CallbackDelegate(request_callback)
        self._connections: set[HTTP1ServerConnection] = set()
        TCPServer.__init__(
            self,
            ssl_options=ssl_options,
            max_buffer_size=max_buffer_size,
            read_chunk_size=chunk_size,
        )

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Return the class that ``configure`` belongs to."""
        return HTTPServer

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Return the implementation that is used unless another one is configured."""
        return HTTPServer

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve the requests of a new connection."""
        context = ConnectionContext(stream, address, self.protocol)
        connection = HTTP1ServerConnection(stream, self.conn_params, context)
        self._connections.add(connection)
        connection.start_serving(self)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Hand a new request to the application."""
        delegate = self._delegate.start_request(server_conn, request_conn)
        if self.xheaders:
            return ForwardedDelegate(delegate, request_conn, self.trusted_downstream)
        return delegate

    def on_close(self, server_conn: object) -> None:
        """Take note that a connection is gone."""
        self._connections.discard(server_conn)
        self._delegate.on_close(server_conn)

    async def close_all_connections(self) -> None:
        """Close every open connection at once, also those with a request under way.

        :meth:`stop` alone only stops accepting.
        """
        while self._connections:
            await next(iter(self._connections)).close()
