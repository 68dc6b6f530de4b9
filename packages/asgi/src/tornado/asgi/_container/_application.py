"""The container: what a server, a route or a handler is given for an ASGI application."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tornado.httputil import (
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
)

from ._exchange import Exchange
from ._lifespan import ApplicationLifespan
from ._scope import ScopeMaker

if TYPE_CHECKING:
    from tornado.httpserver import Lifespan
    from tornado.httputil import HTTPConnection
    from tornado.websocket import ConnectionParameters
    from tornado.websocket.protocol import DeflateSettings

    from ._types import ASGIApplication, Scope

access_log = logging.getLogger("tornado.access")


class ASGIContainer(HTTPServerConnectionDelegate):
    """An ASGI 3 application, served by our server.

    It is the application of a server, the target of a route beside our own handlers, or the fallback
    of a :class:`tornado.web.FallbackHandler`::

        HTTPServer(ASGIContainer(application)).listen(8888)

        Application([
            (r"/", MainHandler),
            (r"/api/.*", ASGIContainer(application, root_path="/api")),
        ])

    :param application: the ASGI application.
    :param root_path: where it is mounted, such as ``/api``; applications look for their own routes
        below it. A path that does not begin with it, as behind a proxy that removes it, gets it.
    :param lifespan: ``"auto"`` tells the application about its start and its end if it takes the
        scope ``lifespan``; ``"on"`` makes it an error if it does not; ``"off"`` tells it nothing.
    :param early_hints: offer the extension for early hints (103). They are off by default because
        some clients and proxies take a 103 for the final response.
    :param websocket: limits and times of websockets; by default the messages that an application
        sends wait for a client that reads slowly.
    :param compression: how websocket messages may be compressed; by default they are not.
    """

    def __init__(
        self,
        application: ASGIApplication,
        *,
        root_path: str = "",
        lifespan: str = "auto",
        early_hints: bool = False,
        websocket: ConnectionParameters | None = None,
        compression: DeflateSettings | None = None,
    ) -> None:
        if not callable(application):
            raise TypeError(f"an ASGI application is callable, not {application!r:.60}")
        root_path = root_path.rstrip("/")
        if root_path and not root_path.startswith("/"):
            raise ValueError(f"root_path begins with a slash: not {root_path!r:.60}")
        self.application = application
        self.websocket = websocket
        self.compression = compression
        #: Makes the scopes of requests.
        self.scopes = ScopeMaker(root_path, early_hints)
        self._lifespan = ApplicationLifespan(application, self.scopes, lifespan)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Return the delegate that passes a request on to the application."""
        return Exchange(self, server_conn, request_conn)

    def get_lifespans(self) -> list[Lifespan]:
        """Return the lifespan of the application, which servers enter."""
        return [self._lifespan.lifespan]

    def __call__(self, request: HTTPServerRequest) -> None:
        """Answer a complete request, so that a container can be the fallback of a handler."""
        exchange = Exchange(self, request.server_connection, request.connection)
        line = RequestStartLine(request.method, request.uri, request.version)
        exchange.headers_received(line, request.headers)
        if request.body:
            exchange.data_received(request.body)
        exchange.finish()

    # The access log.

    def is_logging(self) -> bool:
        """Return whether anybody listens to the access log."""
        return access_log.isEnabledFor(logging.INFO)

    def log_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Called to write a line to the access log. Override to write another one.

        :param status: 499 stands for a client that left before there was an answer.
        :param seconds: from the head of the request to the end of the response.
        """
        if status >= 500:
            level = logging.ERROR
        else:
            level = logging.WARNING if 400 <= status != 499 else logging.INFO
        client = scope["client"]
        query = scope["query_string"].decode("latin-1")
        access_log.log(
            level,
            "%d %s %s%s (%s) %.2fms",
            status,
            scope.get("method", "GET"),
            scope["raw_path"].decode("latin-1"),
            f"?{query}" if query else "",
            client[0] if client else "local",
            1000.0 * seconds,
        )
