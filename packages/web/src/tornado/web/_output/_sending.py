"""How a response leaves: whole, in one write, or piece by piece."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .._errors import sendable_reason
from .._state import HandlerState

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from tornado.httputil import ResponseStartLine
    from tornado.iostream import IOStream

#: Statuses whose responses end with the head (RFC 9110 section 6.4.1).
NO_BODY = frozenset({204, 304})

#: Fields that describe a body, and go with it.
_BODY_FIELDS = ("Content-Encoding", "Content-Language", "Content-Length", "Content-Type")


class Sending(HandlerState):
    """Hand the composed response to the connection."""

    if TYPE_CHECKING:

        def set_etag_header(self) -> None: ...
        def check_etag_header(self) -> bool: ...
        def on_finish(self) -> None: ...
        def _add_cookie_fields(self) -> None: ...
        def flush(self, include_footers: bool = False) -> asyncio.Future[None]: ...
        def _start_line(self) -> ResponseStartLine: ...
        def _log(self) -> None: ...

    def before_head(self, hook: Callable[[Any], object]) -> None:
        """Have a function called when the head of the response is about to leave.

        It gets the handler and may still change status and header fields, those of error pages and
        redirects too; for middleware.

        .. versionadded:: 1.0
        """
        self._head_hooks = (*self._head_hooks, hook)

    def _call_head_hooks(self) -> None:
        hooks, self._head_hooks = self._head_hooks, ()
        for hook in hooks:
            hook(self)

    def detach(self) -> IOStream:
        """Give the connection's stream away, for another protocol.

        The response ends here: nothing can be sent through the handler any more.
        """
        self._finished = True
        connection: Any = self.request.connection
        stream: IOStream = connection.detach()
        return stream

    async def send_file(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        *,
        content_type: str | None = None,
        inline: bool = False,
        root: str | os.PathLike[str] | None = None,
    ) -> None:
        """Answer with a file, or with the part of it that the request asks for.

        Ranges, ``If-Range``, ``If-None-Match`` and ``If-Modified-Since`` are honoured; the
        validator is made of the time, the size and the number of the file, so nothing has to be
        read for it. Without a `root` the path is the application's: do not build it out of what a
        client sends. ::

            class InvoiceHandler(RequestHandler):
                @authenticated
                async def get(self, number):
                    path = await find_invoice(self.current_user, number)
                    await self.send_file(path, f"Invoice {number}.pdf")

        With a `root` a client may choose the file. The rules are those of
        :class:`StaticFileHandler`: no path and no link leads out of the root, and only ordinary
        files are sent. ::

            class ReportHandler(RequestHandler):
                @authenticated
                async def get(self, name):
                    await self.send_file(name, root="/srv/reports")

        :param path: with a `root` relative to it, or absolute and below it.
        :param name: what the client shall call it (RFC 6266); its own name by default.
        :param content_type: by default what the name says.
        :param inline: let the browser show it instead of saving it.
        :param root: a directory; nothing outside of it is sent.
        :raises HTTPError: 404 if there is no such file, 403 if it cannot be read or is not below
            the root.
        """
        from .._files._file_sending import send_file  # most programs send none

        handler: Any = self
        await send_file(handler, path, name, content_type=content_type, inline=inline, root=root)

    def _finish_whole(self) -> asyncio.Future[None]:
        """Finish a response of which nothing has left: its length is known."""
        request = self.request
        if self._head_hooks:
            self._call_head_hooks()
        fields = self._headers
        method = request.method
        if (
            self._status_code == 200
            and (method == "GET" or method == "HEAD")  # noqa: PLR1714 - quicker
            and self._adds_etag
            and "Etag" not in fields.fields  # the handler has set one, and compares it by itself
        ):
            self.set_etag_header()
            if self.check_etag_header():
                self._write_buffer = []
                self.set_status(304)
        status = self._status_code
        if status in NO_BODY or status < 200:
            self._check_no_body()
            self._clear_representation_headers()
        if self._new_cookies is not None:
            self._add_cookie_fields()
        buffer = self._write_buffer
        body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        self._write_buffer = []
        if self._transforms:
            body = self._transform_first(body, True)
            status, fields = self._status_code, self._headers
        self._headers_written = True
        reason = self._reason
        if status != 200 or reason != "OK":
            reason = sendable_reason(reason, status)
        connection: Any = request.connection
        sent: asyncio.Future[None] = connection.respond(status, reason, fields, body)
        self._finished = True
        self._log()
        self.on_finish()
        return sent

    def _check_no_body(self) -> None:
        """Make sure that a response which must not have a body has none."""
        if self._write_buffer:
            raise RuntimeError(f"a response with status {self._status_code} has no body")

    def _clear_representation_headers(self) -> None:
        """Remove the fields that describe a body; servers for tests override it to keep them."""
        for name in _BODY_FIELDS:
            if name in self._headers:
                del self._headers[name]

    def _finish_stream(self) -> asyncio.Future[None]:
        """Finish a response whose head has left."""
        sent = self.flush(include_footers=True)
        connection: Any = self.request.connection
        connection.finish()
        self._finished = True
        self._log()
        self.on_finish()
        return sent

    def _send_head(self, body: bytes, finishing: bool) -> asyncio.Future[None]:
        if self._head_hooks:
            self._call_head_hooks()
        self._headers_written = True
        if self._new_cookies is not None:
            self._add_cookie_fields()
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
