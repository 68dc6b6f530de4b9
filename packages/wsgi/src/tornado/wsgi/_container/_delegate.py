"""A request whose application may run before its body is complete."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.log import app_log

from ._input import BodyQueue
from ._running import name_of

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
        self._is_refused = False
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
        if self._is_refused:
            return None
        if self._body is None:
            limit = self._container.buffer_size
            self._body = BodyQueue(asyncio.get_running_loop(), limit)
        has_room = self._body.add(chunk)
        if has_room is not None and not self._is_called:
            return has_room if self._call(self._body) else None
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

    def _call(self, body: BodyQueue) -> bool:
        """Start the application; return False if the request is refused."""
        self._is_called = True
        environ = self._container._environ_or_refusal(self._request)
        if environ is None:
            self._is_refused = True
            return False
        environ["wsgi.input"] = io.BufferedReader(body, self._container.buffer_size)
        if "CONTENT_LENGTH" in environ:
            self._lose = self._container._start(self._request, environ)
        else:
            environ["wsgi.input_terminated"] = True
            self._lose = self._container._start(self._request, environ, on_end=self._warn_unread)
        return True

    def _warn_unread(self, status: int) -> None:
        """Say that the application seems to have taken the body for empty."""
        if self._body is not None and not self._body.was_read and status < 400:
            app_log.warning(
                "a WSGI application has read nothing of a body that came without a length; Django and"
                " Bottle take it for empty: give WSGIContainer a buffer_size as large as such bodies: %s",
                name_of(self._request),
            )

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
