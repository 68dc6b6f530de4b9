"""The facet ``Output``: what a handler answers, and how that is sent."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING, Any, overload

from tornado.escape import json_encode, utf8
from tornado.httputil import HTTPHeaders, responses

from .._errors import checked_reason
from .._state import HandlerState
from ._header_fields import checked_name, checked_value, default_fields
from ._locations import in_ascii
from ._sending import BODY_FIELDS, send_chunk, send_head, send_rest, send_whole

if TYPE_CHECKING:
    import asyncio
    import os
    from collections.abc import Callable

    from tornado.iostream import IOStream

    from ._header_fields import HeaderTypes

_ETAG = re.compile(r'\*|(?:W/)?"[^"]*"')
_sha1 = hashlib.sha1
_new = object.__new__


class Output(HandlerState):
    """The response: its status, its header fields, its body, and how they are sent."""

    def clear(self) -> None:
        """Discard the status, the fields and the body, and begin again with the default fields."""
        second = int(time.time())
        fields = (
            default_fields.fields
            if second == default_fields.second
            else default_fields.renew(second)
        )
        self._headers = headers = _new(HTTPHeaders)
        headers.fields = fields.copy()  # from_parsed() without a call
        self.set_default_headers()
        self._write_buffer = []
        self._status_code = 200
        self._reason = "OK"

    def set_default_headers(self) -> None:
        """Called when a request begins. Override to set fields of every response.

        It is called again when an error page replaces what a handler has written.
        """

    # The status

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Set the status.

        :param reason: the reason phrase; the registered one if ``None``. One with characters
            beyond Latin-1 appears in the error page only.
        :raises ValueError: the reason has control characters.
        """
        self._status_code = status_code
        if reason is not None:
            self._reason = checked_reason(reason)
        else:
            self._reason = responses.get(status_code, "Unknown")

    def get_status(self) -> int:
        """Return the current status."""
        return self._status_code

    # The header fields

    def set_header(self, name: str, value: HeaderTypes) -> None:
        """Set a header field, and remove the values that it had.

        :param value: a text, bytes, an integer, or a :class:`datetime.datetime` in UTC.
        :raises ValueError: the name is not a token, or the value has control characters.
        :raises TypeError: the value is of another type.
        """
        self._headers[checked_name(name)] = checked_value(value)

    def add_header(self, name: str, value: HeaderTypes) -> None:
        """Add a value to a header field; see :meth:`set_header`."""
        self._headers.add(checked_name(name), checked_value(value))

    def clear_header(self, name: str) -> None:
        """Remove a header field with all its values."""
        if name in self._headers:
            del self._headers[name]

    # The body

    def write(self, chunk: str | bytes | dict[Any, Any] | list[Any]) -> None:
        """Add a chunk to the body.

        A dictionary is written as JSON and sets the content type (to send another one, set it
        after this call). A list is refused, because old browsers let other sites read a JSON
        array; the setting ``write_lists=True`` has lists written as JSON as well. The setting
        ``json_encoder``, a callable that returns JSON as text or bytes, replaces
        :func:`tornado.escape.json_encode`.

        :param chunk: bytes, a text (sent as UTF-8) or a dictionary.
        :raises RuntimeError: the response is already finished.
        :raises TypeError: the chunk is of another type.
        """
        if self._finished:
            raise RuntimeError("write() called after finish(): the response has been sent")
        if chunk.__class__ is str:
            self._write_buffer.append(chunk.encode())
            return
        if isinstance(chunk, bytes | str):
            text = chunk
        elif self._is_json(chunk):
            text = self.settings.get("json_encoder", json_encode)(chunk)
            self.set_header("Content-Type", "application/json; charset=UTF-8")
        else:
            raise TypeError(_unwritable(chunk))
        self._write_buffer.append(utf8(text))

    def _is_json(self, chunk: object) -> bool:
        return isinstance(chunk, dict) or (
            isinstance(chunk, list) and bool(self.settings.get("write_lists"))
        )

    def finish(
        self, chunk: str | bytes | dict[Any, Any] | list[Any] | None = None
    ) -> asyncio.Future[None]:
        """Send the response, or the rest of it, and end it.

        :param chunk: a last chunk of the body, as for :meth:`write`.
        :returns: a future that is done when everything was sent, or when the client is gone.
        :raises RuntimeError: the response is already finished.
        """
        if self._finished:
            raise RuntimeError("finish() called twice")
        if chunk is not None:
            self.write(chunk)
        if self._headers_written:
            return send_rest(self)
        return send_whole(self)

    @overload
    def flush(self, include_footers: bool = False) -> asyncio.Future[None]: ...
    @overload
    def flush(self, include_footers: bool, callback: Callable[[], object]) -> None: ...
    @overload
    def flush(self, *, callback: Callable[[], object]) -> None: ...
    def flush(
        self, include_footers: bool = False, callback: Callable[[], object] | None = None
    ) -> asyncio.Future[None] | None:
        """Send what was written so far, after the head if that was not sent yet.

        :param include_footers: the body ends here; used by :meth:`finish`.
        :param callback: classic: called without arguments when the bytes were sent.
        :returns: a future for back-pressure, done when the bytes were sent; ``None`` with a
            callback.
        """
        if callback is not None:
            # The callback is not called for a client that has gone: on_connection_close is.
            self.flush(include_footers).add_done_callback(
                lambda sent: None if sent.cancelled() or sent.exception() else callback()
            )
            return None
        body = b"".join(self._write_buffer)
        self._write_buffer = []
        if self._headers_written:
            return send_chunk(self, body, include_footers)
        return send_head(self, body, include_footers)

    def redirect(self, url: str, permanent: bool = False, status: int | None = None) -> None:
        """Redirect the client to another URL, and finish the response.

        :param url: absolute, or relative to the URL of the request; characters beyond ASCII are
            percent-encoded.
        :param permanent: answer with 301 instead of 302.
        :param status: another status of the 300s.
        :raises RuntimeError: the head was already sent.
        :raises ValueError: `status` is not one for a redirect.
        """
        if self._headers_written:
            raise RuntimeError("redirect() called after flush(): the head was already sent")
        if status is None:
            status = 301 if permanent else 302
        elif not 300 <= status <= 399:
            raise ValueError(f"{status} is not a status for a redirect")
        self.set_status(status)
        self.set_header("Location", in_ascii(url))
        self.finish()

    # Validators

    def compute_etag(self) -> str | None:
        """Return the validator for ``Etag``: a hash of the body. Override to make another one.

        It is called when a response to GET or HEAD is sent whole with status 200, unless the
        handler has set ``Etag`` itself: then it is up to the handler to call
        :meth:`check_etag_header`.

        :returns: a quoted text; ``None`` to send no such field.
        """
        buffer = self._write_buffer
        body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        return f'"{_sha1(body, usedforsecurity=False).hexdigest()}"'

    def set_etag_header(self) -> None:
        """Set ``Etag`` to the result of :meth:`compute_etag`.

        :raises ValueError: it has control characters.
        """
        etag = self.compute_etag()
        if etag is not None:
            is_ours = self.__class__.compute_etag is _hash_of_body
            # The name is canonical already.
            self._headers.fields["Etag"] = etag if is_ours else checked_value(etag)

    def check_etag_header(self) -> bool:
        """Tell whether the client already has this version (RFC 9110 section 13.1.2).

        Validators are compared weakly: ``W/"x"`` is the same as ``"x"``.
        """
        if "If-None-Match" not in self.request.headers:
            return False
        wanted = self.request.headers["If-None-Match"]
        own = self._headers.get("Etag")
        if own is None:
            return False
        own = own.removeprefix("W/")
        found: list[str] = _ETAG.findall(wanted)
        return found[:1] == ["*"] or any(etag.removeprefix("W/") == own for etag in found)

    # The end

    def before_head(self, hook: Callable[[Any], object]) -> None:
        """Have a function called just before the head of the response is sent; for middleware.

        It is called with the handler, and may still change the status and the header fields, those
        of error pages and redirects too.

        .. versionadded:: 1.0
        """
        self._head_hooks = (*self._head_hooks, hook)

    def detach(self) -> IOStream:
        """Hand the connection's stream to another protocol.

        The response ends here: nothing can be sent through the handler any more.

        :returns: the stream, which is the caller's from now on.
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

        Ranges, ``If-Range``, ``If-None-Match`` and ``If-Modified-Since`` are honoured. The
        validator is made from the time, the size and the number of the file, so the file is not
        read for it. Without a `root` the path is trusted: do not build it from what a client
        sends. ::

            class InvoiceHandler(RequestHandler):
                @authenticated
                async def get(self, number):
                    path = await find_invoice(self.current_user, number)
                    await self.send_file(path, f"Invoice {number}.pdf")

        With a `root` a client may choose the file. The rules are those of
        :class:`StaticFileHandler`: no path and no link leads out of the root, and only regular
        files are sent. ::

            class ReportHandler(RequestHandler):
                @authenticated
                async def get(self, name):
                    await self.send_file(name, root="/srv/reports")

        :param path: with a `root`: relative to it, or absolute and below it.
        :param name: the name under which the client saves it (RFC 6266); by default its own.
        :param content_type: by default the one that belongs to the name.
        :param inline: let the browser show the file instead of saving it.
        :param root: a directory; nothing outside of it is sent.
        :raises HTTPError: 404 if there is no such file, 403 if it cannot be read or is not below
            the root.
        """
        from .._files._file_sending import send_file  # most programs send none

        await send_file(self, path, name, content_type=content_type, inline=inline, root=root)

    def on_finish(self) -> None:
        """Called when the response was handed to the connection. Override to clean up or to log.

        Nothing can be sent any more.
        """

    #: To tell whether a class overrides it: a response is sent before such a hook runs.
    _empty_hook = on_finish

    def _clear_representation_headers(self) -> None:
        """Remove the fields that describe a body; servers for tests override it to keep them."""
        for name in BODY_FIELDS:
            if name in self._headers:
                del self._headers[name]


_hash_of_body = Output.compute_etag


def _unwritable(chunk: object) -> str:
    message = "write() takes bytes, texts and dictionaries"
    if isinstance(chunk, list):
        message += (
            "; lists are refused because old browsers let other sites read a JSON array: write "
            "a dictionary around it, or allow lists by the setting write_lists=True"
        )
    return f"{message} (got {type(chunk).__name__})"
