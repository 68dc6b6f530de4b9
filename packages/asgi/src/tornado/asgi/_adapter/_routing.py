"""Which delegate gets a request whose application is mounted below a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPServerRequest

if TYPE_CHECKING:
    from tornado.httputil import HTTPMessageDelegate, HTTPServerConnectionDelegate

    from ._connection import ASGIConnection
    from ._head import Head


def start_message(
    application: HTTPServerConnectionDelegate, connection: ASGIConnection, head: Head
) -> HTTPMessageDelegate:
    """Return the delegate for a request.

    The routes of a mounted application do not know the path that it is mounted at, and its handlers
    see the whole path: what they make of it, a redirect for example, is for the client.
    """
    find_handler: Any = getattr(application, "find_handler", None)
    if not connection.scope.get("root_path") or find_handler is None:
        return application.start_request(connection.context, connection)
    request = HTTPServerRequest(
        connection=connection,
        start_line=head.start_line,
        headers=head.headers,
        server_connection=connection.context,
    )
    path, request.path = request.path, head.path
    message: HTTPMessageDelegate | None = find_handler(request)
    request.path = path
    return application.start_request(connection.context, connection) if message is None else message
