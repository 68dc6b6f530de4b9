"""Servers whose application is a plain callable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from tornado.httputil import (
    CollectingDelegate,
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
    """An application that is a function, or a coroutine function, of each complete request."""

    def __init__(self, callback: RequestCallback) -> None:
        self._callback = callback

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        return _Request(self._callback, server_conn, request_conn)


class _Request(CollectingDelegate):
    """A request that is collected for a callback; the task of a coroutine is watched."""

    def __init__(
        self, callback: RequestCallback, server_conn: object, request_conn: HTTPConnection
    ) -> None:
        super().__init__(self._run)
        self._function = callback
        self._server_conn = server_conn
        self._request_conn = request_conn

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        self.request = HTTPServerRequest(
            connection=self._request_conn,
            server_connection=self._server_conn,
            start_line=RequestStartLine(*start_line),
            headers=headers,
        )

    def _run(self, request: HTTPServerRequest) -> None:
        result = self._function(request)
        if asyncio.iscoroutine(result):
            self._task = asyncio.ensure_future(result)
            self._task.add_done_callback(self._close_failed)

    def _close_failed(self, task: asyncio.Task[Any]) -> None:
        """Close the connection if the coroutine failed: nothing answers its request any more."""
        connection: Any = self._request_conn
        error = None if task.cancelled() else task.exception()
        if error is not None and not (
            isinstance(error, StreamClosedError) and connection.stream.closed()
        ):
            app_log.error("Uncaught exception in a request callback", exc_info=error)
        if (error is not None or task.cancelled()) and not connection.is_finished:
            connection.close()
