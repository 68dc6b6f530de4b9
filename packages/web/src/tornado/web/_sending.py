"""How a response leaves: whole, in one write, or piece by piece."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ._state import HandlerState

if TYPE_CHECKING:
    from tornado.httputil import ResponseStartLine

#: Fields that describe a body, and go with it.
_BODY_FIELDS = ("Content-Encoding", "Content-Language", "Content-Length", "Content-Type")


class Sending(HandlerState):
    """Hand the composed response to the connection."""

    if TYPE_CHECKING:

        def set_etag_header(self) -> None: ...
        def check_etag_header(self) -> bool: ...
        def on_finish(self) -> None: ...
        def flush(self, include_footers: bool = False) -> asyncio.Future[None]: ...
        def _start_line(self) -> ResponseStartLine: ...
        def _log(self) -> None: ...

    def _finish_whole(self) -> asyncio.Future[None]:
        """Finish a response of which nothing has left: its length is known."""
        status = self._status_code
        method = self.request.method
        if status == 200 and (method == "GET" or method == "HEAD"):  # noqa: PLR1714  # quicker
            self.set_etag_header()
            if self.check_etag_header():
                self._write_buffer = []
                self.set_status(304)
                status = 304
        fields = self._headers
        if status in (204, 304) or 100 <= status < 200:
            if self._write_buffer:
                raise RuntimeError(f"a response with status {status} has no body")
            for name in _BODY_FIELDS:
                if name in fields:
                    del fields[name]
            body = b""
        else:
            buffer = self._write_buffer
            body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
            if self._transforms:
                body = self._transform_first(body, True)
            if "Content-Length" not in fields:
                fields["Content-Length"] = str(len(body))
        self._write_buffer = []
        self._headers_written = True
        connection: Any = self.request.connection
        if method == "HEAD":
            body = b""
        sent: asyncio.Future[None] = connection.respond(self._start_line(), fields, body)
        self._ended()
        return sent

    def _finish_stream(self) -> asyncio.Future[None]:
        """Finish a response whose head has left."""
        sent = self.flush(include_footers=True)
        connection: Any = self.request.connection
        connection.finish()
        self._ended()
        return sent

    def _ended(self) -> None:
        self._finished = True
        self._log()
        self.on_finish()
        self._break_cycles()

    def _break_cycles(self) -> None:
        """Drop what refers back to this handler, so that reference counting alone frees it."""

    def _send_head(self, body: bytes, finishing: bool) -> asyncio.Future[None]:
        self._headers_written = True
        if self._transforms:
            body = self._transform_first(body, finishing)
        if self.request.method == "HEAD":
            body = b""
        connection: Any = self.request.connection
        sent: asyncio.Future[None] = connection.write_headers(
            self._start_line(), self._headers, body or None
        )
        return sent

    def _send_more(self, body: bytes, finishing: bool) -> asyncio.Future[None]:
        for transform in self._transforms:
            body = transform.transform_chunk(body, finishing)
        connection: Any = self.request.connection
        if self.request.method == "HEAD" or not body:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        sent: asyncio.Future[None] = connection.write(body)
        return sent

    def _transform_first(self, body: bytes, finishing: bool) -> bytes:
        for transform in self._transforms:
            self._status_code, self._headers, body = transform.transform_first_chunk(
                self._status_code, self._headers, body, finishing
            )
        return body
