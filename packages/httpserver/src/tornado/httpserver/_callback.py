"""Servers whose application is a plain callable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import StreamClosedError

app_log = logging.getLogger("tornado.application")

RequestCallback = Callable[[HTTPServerRequest], object]


class CallbackDelegate(HTTPServerConnectionDelegate):
    """Call a function, or run a coroutine function, with each complete request."""

    def __init__(self, callback: RequestCallback) -> None:
        self._callback = callback

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        return _CollectedRequest(self._callback, server_conn, request_conn)


class _CollectedRequest(HTTPMessageDelegate):
    """Collect the parts of one request."""

    def __init__(
        self, callback: RequestCallback, server_conn: object, request_conn: HTTPConnection
    ) -> None:
        self._callback = callback
        self._server_conn = server_conn
        self._request_conn = request_conn
        self._chunks: list[bytes] = []

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        self._request = HTTPServerRequest(
            connection=self._request_conn,
            server_connection=self._server_conn,
            start_line=RequestStartLine(*start_line),
            headers=headers,
        )

    def data_received(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def finish(self) -> None:
        self._request.set_body(b"".join(self._chunks))
        result = self._callback(self._request)
        if asyncio.iscoroutine(result):
            self._task = asyncio.ensure_future(result)
            self._task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[Any]) -> None:
        """Close the connection if the coroutine failed: nothing answers its request any more."""
        connection: Any = self._request_conn
        error = None if task.cancelled() else task.exception()
        if error is not None and not (
            isinstance(error, StreamClosedError) and connection.stream.closed()
        ):
            app_log.error("Uncaught exception in a request callback", exc_info=error)
        if (error is not None or task.cancelled()) and not connection.is_finished:
            connection.close()

    def on_connection_close(self) -> None:
        self._chunks.clear()
