"""Servers whose application is a plain callable."""

from __future__ import annotations

from collections.abc import Callable

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

RequestCallback = Callable[[HTTPServerRequest], object]


class CallbackDelegate(HTTPServerConnectionDelegate):
    """Call a function with each complete request."""

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
        self._request.body = b"".join(self._chunks)
        self._request._parse_body()
        self._callback(self._request)

    def on_connection_close(self) -> None:
        self._chunks.clear()
