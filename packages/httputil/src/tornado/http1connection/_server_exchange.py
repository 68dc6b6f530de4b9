"""One exchange on a server's connection, with a short way for whole responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.iostream import StreamClosedError

from ._connection import HTTP1Connection, Writing
from ._encoding import repeated_lines
from ._grammar import FIELD_BLOCK, REASON_TEXT

if TYPE_CHECKING:
    import asyncio

    from tornado.httputil import HTTPHeaders

    from ._head import RequestHead
    from ._server import HTTP1ServerConnection

#: Above this size, in bytes, head and body leave in one system call without being joined first.
_JOIN_LIMIT = 65536


class ServerExchange(HTTP1Connection):
    """The server's side of one exchange."""

    def __init__(self, owner: HTTP1ServerConnection, head: RequestHead) -> None:
        # All of what HTTP1Connection sets: one is made for each request.
        self.stream = owner.stream
        self.is_client = False
        self.params = params = owner.params
        self.context = owner.context
        self.max_body_size = params.max_body_size
        self.body_timeout = params.body_timeout
        self._owner = owner
        self._method = head.method
        self._version = head.version
        if not head.keep_alive or params.no_keep_alive:
            self.keep_alive = False

    def respond(
        self, status_code: int, reason: str, headers: HTTPHeaders, body: bytes
    ) -> asyncio.Future[None]:
        """Send a whole response; see :meth:`tornado.httputil.HTTPConnection.respond`.

        What most responses are is written here from top to bottom; the others take the long way.
        """
        fields = headers._fields
        owner = self._owner
        if (
            self._writing is not Writing.HEAD
            or not self.keep_alive
            or owner is None
            or owner.is_draining
            or self._version != "HTTP/1.1"
            or self._method == "HEAD"
            or "Content-Length" in fields
            or "Transfer-Encoding" in fields
            or "Connection" in fields
            or not 200 <= status_code != 204
            or status_code == 304
        ):
            return super().respond(status_code, reason, headers, body)
        block = "".join(
            [
                f"{name}: {value}\r\n" if value.__class__ is str else repeated_lines(name, value)
                for name, value in fields.items()
            ]
        )
        if (
            FIELD_BLOCK.fullmatch(block) is None
            or block.count("\n") != len(fields)  # a line end within a value, or a repeated field
            or REASON_TEXT.fullmatch(reason) is None
        ):
            return super().respond(status_code, reason, headers, body)
        size = len(body)
        head = f"HTTP/1.1 {status_code} {reason}\r\n{block}Content-Length: {size}\r\n\r\n"
        try:
            if size > _JOIN_LIMIT:
                waiting = self.stream.writelines_nowait([head.encode("latin-1"), body])
            else:
                waiting = self.stream.write_nowait(head.encode("latin-1") + body)
        except StreamClosedError:
            return self._send(b"")
        self._writing = Writing.DONE
        self._close_callback = None
        owner.message_written(self)
        return self.stream.write(b"") if waiting else owner.sent
