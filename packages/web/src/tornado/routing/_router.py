"""Routers: they choose what answers a request when its head has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from tornado.httpserver import Lifespan


class Router(HTTPServerConnectionDelegate):
    """An object that chooses a delegate for each request; subclasses decide which."""

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Called with the head of each request. Override to choose its delegate.

        :returns: ``None`` if there is none; then the client gets a 404.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define find_handler")

    def get_lifespans(self) -> Iterable[Lifespan]:
        """Return the lifespans of the applications that requests may be routed to.

        .. versionadded:: 1.0
        """
        return ()

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        return RoutingDelegate(self, server_conn, request_conn)


class ReversibleRouter(Router):
    """A router that knows its routes by name."""

    def reverse_url(self, name: str, *args: Any) -> str | None:
        """Return the URL of the route `name` with `args`; ``None`` if there is no such route."""
        raise NotImplementedError(f"{type(self).__name__} does not define reverse_url")


class RoutingDelegate(HTTPMessageDelegate):
    """A delegate that waits for the head of a request, then passes on to the one that is chosen."""

    def __init__(self, router: Router, server_conn: object, request_conn: HTTPConnection) -> None:
        self._router = router
        self._server_conn = server_conn
        self._request_conn = request_conn
        self._delegate: HTTPMessageDelegate | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        request = HTTPServerRequest(  # by position: keywords cost 2 % of a small request
            None,
            None,
            "",
            headers,
            None,
            None,
            None,
            self._request_conn,
            start_line,  # type: ignore[arg-type]  # a server's delegate gets requests
            self._server_conn,
        )
        delegate = self._router.find_handler(request)
        if delegate is None:
            delegate = _NotFound(self._request_conn)
        self._delegate = delegate
        self.finish = delegate.finish  # type: ignore[method-assign]  # saves a call for each request
        return delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return None if self._delegate is None else self._delegate.data_received(chunk)

    def finish(self) -> None:
        if self._delegate is not None:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        if self._delegate is not None:
            self._delegate.on_connection_close()


class _NotFound(HTTPMessageDelegate):
    """The delegate of a request that no rule matches."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def finish(self) -> None:
        self._connection.write_headers(
            ResponseStartLine("HTTP/1.1", 404, "Not Found"), HTTPHeaders({"Content-Length": "0"})
        )
        self._connection.finish()
