"""A request whose application may run before its body is complete."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError, HTTPMessageDelegate, HTTPServerRequest

from ._input import BodyQueue

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine

    from ._container import WSGIContainer


class StreamingRequest(HTTPMessageDelegate):
    """The delegate of a request that a container answers on a thread.

    The application is called when the body is complete, or when as much of it has come as the buffer
    holds: so a small body that comes slowly occupies no thread, and a large one is never in memory.
    """

    def __init__(
        self, container: WSGIContainer, server_connection: object, connection: Any
    ) -> None:
        self._container = container
        self._server_connection = server_connection
        self._connection = connection
        self._body: BodyQueue | None = None
        self._is_called = False
        self._lose: Any = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Keep the head."""
        self._request = HTTPServerRequest(
            connection=self._connection,
            server_connection=self._server_connection,
            start_line=start_line,  # type: ignore[arg-type]  # a server's delegate gets requests
            headers=headers,
        )
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Add a piece to the body."""
        if self._body is None:
            limit = self._container.buffer_size
            self._body = BodyQueue(asyncio.get_running_loop(), limit)
        has_room = self._body.add(chunk)
        if has_room is not None and not self._is_called:
            self._call(self._body)
        return has_room

    def finish(self) -> None:
        """Add the end of the body."""
        body = self._body
        if self._is_called and body is not None:
            body.complete()
            return
        if body is not None:
            self._request.body = body.take_all()
        self._is_called = True
        self._container._start(self._request)

    def _call(self, body: BodyQueue) -> None:
        self._is_called = True
        try:
            environ = self._container.environ(self._request)
        except HTTPInputError:
            self._lose = None
            raise
        environ["wsgi.input"] = io.BufferedReader(body, self._container.buffer_size)
        self._lose = self._container._start(self._request, environ)

    def on_connection_close(self) -> None:
        """Let the application know that the rest of the body will not come."""
        if self._body is not None:
            status = getattr(self._connection, "refused_with", None)
            self._body.lose(
                "the client has closed the connection in the middle of the body"
                if status is None
                else f"the body was refused with status {status}"
            )
        if self._lose is not None:
            self._lose()
