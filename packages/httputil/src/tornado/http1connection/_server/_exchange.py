"""One exchange on a server's connection, with a fast path for whole responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.iostream import StreamClosedError

from .._caches import ComposedHeads
from .._connection import HTTP1Connection
from .._state import AFTER_WHOLE_SENT, HEAD_NEXT

if TYPE_CHECKING:
    import asyncio

    from tornado.httputil import HTTPHeaders

    from ._connection import HTTP1ServerConnection

#: Above this size, in bytes, head and body leave in one system call without being joined first.
_JOIN_LIMIT = 65536

_heads = ComposedHeads()

# What the table says is looked up once, not for each response.
_ALL_SENT = AFTER_WHOLE_SENT[HEAD_NEXT]


class ServerExchange(HTTP1Connection):
    """The server's side of one exchange."""

    def __init__(
        self, owner: HTTP1ServerConnection, method: str, version: str, keep_alive: bool
    ) -> None:
        # All of what HTTP1Connection sets: one is made for each request.
        self.stream = owner.stream
        self._state = HEAD_NEXT
        self.is_client = False
        self.params = params = owner.params
        self.context = owner.context
        self.max_body_size = params.max_body_size
        self.body_timeout = params.body_timeout
        self._owner = owner
        self._method = method
        self._version = version
        self.keep_alive = keep_alive and not params.no_keep_alive
        self._close_callback = None

    def respond(
        self, status_code: int, reason: str, headers: HTTPHeaders, body: bytes
    ) -> asyncio.Future[None]:
        """Send a whole response; see :meth:`tornado.httputil.HTTPConnection.respond`.

        What most responses are is written here from top to bottom; the others are sent by
        ``write_headers`` and ``finish``.
        """
        owner = self._owner
        if (
            self._state is not HEAD_NEXT
            or not self.keep_alive
            or owner is None
            or owner.is_draining
            or self._version != "HTTP/1.1"
            or self._method == "HEAD"
        ):
            return super().respond(status_code, reason, headers, body)
        head = _heads.compose(status_code, reason, headers.fields)
        if not head:
            return super().respond(status_code, reason, headers, body)
        size = len(body)
        try:
            encoded = f"{head}Content-Length: {size}\r\n\r\n".encode("latin-1")
            if size > _JOIN_LIMIT:
                waiting = self.stream.writelines_nowait([encoded, body])
            else:
                waiting = self.stream.write_soon(encoded + body)
        except UnicodeEncodeError:  # of the validator: the rest of the head is checked
            return super().respond(status_code, reason, headers, body)
        except StreamClosedError:
            return self._send(b"")
        self._state = _ALL_SENT
        self._close_callback = None
        owner.message_written(self)
        return self.stream.write(b"") if waiting else owner.sent

    def send_now(self) -> None:
        """Send a response that waits for others of this turn of the loop."""
        self.stream.send_now()
