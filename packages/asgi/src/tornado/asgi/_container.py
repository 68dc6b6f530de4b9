"""An ASGI application in our server."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    ResponseStartLine,
    responses,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPConnection, RequestStartLine

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

app_log = logging.getLogger("tornado.application")


class ASGIContainer(HTTPServerConnectionDelegate):
    """An ASGI 3 application as the application of our server.

    :param application: the ASGI application.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Return the delegate that runs the application for a request."""
        return _Request(self.application, request_conn)


class _Request(HTTPMessageDelegate):
    """One request, whose body is collected before the application runs."""

    def __init__(self, application: Application, connection: Any) -> None:
        self._application = application
        self._connection = connection
        self._chunks: list[bytes] = []
        self._is_received = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        self._line, self._headers = start_line, headers

    def data_received(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def finish(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    def _scope(self) -> dict[str, Any]:
        method, target, version = self._line
        path, _, query = str(target).partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "http_version": str(version)[5:],
            "method": method,
            "scheme": self._connection.context.protocol,
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in self._headers.get_all()
            ],
        }

    async def _run(self) -> None:
        try:
            await self._application(self._scope(), self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - the program's own; it ends the request
            app_log.error("Exception in the ASGI application", exc_info=error)
            self._connection.close()

    async def _receive(self) -> Message:
        if self._is_received:
            return {"type": "http.disconnect"}
        self._is_received = True
        return {"type": "http.request", "body": b"".join(self._chunks), "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            fields = HTTPHeaders()
            for name, value in message.get("headers", ()):
                fields.add(name.decode("latin-1"), value.decode("latin-1"))
            line = ResponseStartLine("", status, responses.get(status, ""))
            self._connection.write_headers(line, fields)
            return
        self._connection.write(message.get("body", b""))
        if not message.get("more_body", False):
            self._connection.finish()
