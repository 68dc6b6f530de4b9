"""The response: status, header fields, body, and how they leave."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING, Any, overload

from tornado.escape import json_encode, utf8
from tornado.httputil import (
    FIELD_VALUE,
    HTTPHeaders,
    ResponseStartLine,
    format_timestamp,
    is_token,
    responses,
)

from .._errors import checked_reason, sendable_reason
from .._state import HandlerState
from ._locations import in_ascii
from ._sending import Sending

if TYPE_CHECKING:
    import asyncio
    import datetime
    import numbers
    from collections.abc import Callable

    HeaderTypes = bytes | str | int | numbers.Integral | datetime.datetime

_SERVER = "TornadoServer/6.6.1"
_VALUE = re.compile(FIELD_VALUE)
_ETAG = re.compile(r'\*|(?:W/)?"[^"]*"')
_sha1 = hashlib.sha1
_new = object.__new__


class _DefaultFields:
    """The fields that every response begins with; the date in them is made once a second."""

    __slots__ = ("fields", "second")

    def __init__(self) -> None:
        self.second = -1
        self.fields: dict[str, str | list[str]] = {}

    def renew(self, second: int) -> dict[str, str | list[str]]:
        self.second = second
        self.fields = {
            "Server": _SERVER,
            "Content-Type": "text/html; charset=UTF-8",
            "Date": format_timestamp(second),
        }
        return self.fields


_defaults = _DefaultFields()


class Response(Sending, HandlerState):
    """Compose the response."""

    def clear(self) -> None:
        """Forget everything that was composed, and begin again with the default fields."""
        second = int(time.time())
        fields = _defaults.fields if second == _defaults.second else _defaults.renew(second)
        self._headers = headers = _new(HTTPHeaders)
        headers.fields = fields.copy()  # from_parsed() without a call
        self.set_default_headers()
        self._write_buffer = []
        self._status_code = 200
        self._reason = "OK"

    def set_default_headers(self) -> None:
        """Set header fields that every response shall have; a place for subclasses.

        Called when a request begins, and again when an error page takes the place of what was
        composed.
        """

    # The status.

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Set the status.

        :param reason: the reason phrase; the registered one if ``None``. In scripts that a head
            cannot carry it stands in the error page only.
        :raises ValueError: the reason has control characters.
        """
        self._status_code = status_code
        if reason is not None:
            self._reason = checked_reason(reason)
        else:
            self._reason = responses.get(status_code, "Unknown")

    def get_status(self) -> int:
        """Give the status as it is now."""
        return self._status_code

    # The header fields.

    def set_header(self, name: str, value: HeaderTypes) -> None:
        """Set a header field, in the place of all values that it had.

        :param value: a text, bytes, a whole number, or a :class:`datetime.datetime` in UTC.
        :raises ValueError: the name is no token, or the value has control characters.
        :raises TypeError: the value is of another type.
        """
        self._headers[_checked_name(name)] = checked_value(value)

    def add_header(self, name: str, value: HeaderTypes) -> None:
        """Add a value to a header field; as :meth:`set_header`."""
        self._headers.add(_checked_name(name), checked_value(value))

    def clear_header(self, name: str) -> None:
        """Remove a header field with all its values."""
        if name in self._headers:
            del self._headers[name]

    # The body.

    def write(self, chunk: str | bytes | dict[Any, Any] | list[Any]) -> None:
        """Add to the body.

        A dictionary becomes JSON, and the content type with it (set another one behind this call).
        A list is refused: old browsers let other sites read a JSON array. Where no such browser is
        left, the setting ``write_lists=True`` lets lists become JSON as well. The setting
        ``json_encoder``, a callable that gives JSON as text or bytes, takes the place of
        :func:`tornado.escape.json_encode`.

        :param chunk: bytes, a text (sent as UTF-8) or a dictionary.
        :raises RuntimeError: the response is finished already.
        :raises TypeError: the chunk is of another type.
        """
        if self._finished:
            raise RuntimeError("write() behind finish(): the response has been sent")
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
        """End the response.

        :param chunk: a last piece of the body, as for :meth:`write`.
        :return: a future that is done when everything has left, or the client is gone.
        :raises RuntimeError: the response is finished already.
        """
        if self._finished:
            raise RuntimeError("finish() called twice")
        if chunk is not None:
            self.write(chunk)
        if self._headers_written:
            return self._finish_stream()
        return self._finish_whole()

    @overload
    def flush(self, include_footers: bool = False) -> asyncio.Future[None]: ...
    @overload
    def flush(self, include_footers: bool, callback: Callable[[], object]) -> None: ...
    @overload
    def flush(self, *, callback: Callable[[], object]) -> None: ...
    def flush(
        self, include_footers: bool = False, callback: Callable[[], object] | None = None
    ) -> asyncio.Future[None] | None:
        """Send what was written so far; the head too, if it has not left yet.

        :param include_footers: the body ends here; used by :meth:`finish`.
        :param callback: classic: called without arguments when the bytes have left.
        :return: a future for back-pressure: it is done when the bytes have left. ``None`` with a
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
            return self._send_more(body, include_footers)
        return self._send_head(body, include_footers)

    def redirect(self, url: str, permanent: bool = False, status: int | None = None) -> None:
        """Send the client to another URL, and finish.

        :param url: absolute, or relative to the URL of the request; letters beyond ASCII are
            percent-encoded.
        :param permanent: 301 in the place of 302.
        :param status: another status of the 300s, in the place of both.
        :raises RuntimeError: the head has left already.
        """
        if self._headers_written:
            raise RuntimeError("redirect() behind flush(): the head has left already")
        if status is None:
            status = 301 if permanent else 302
        elif not 300 <= status <= 399:
            raise ValueError(f"{status} is no status for a redirect")
        self.set_status(status)
        self.set_header("Location", in_ascii(url))
        self.finish()

    # Validators.

    def compute_etag(self) -> str | None:
        """Give the validator for ``Etag``: a hash of the body, unless a subclass knows better.

        Asked for when a response to GET or HEAD leaves whole, with status 200 and without an
        ``Etag`` that the handler has set: that one stays, and is compared with what the client has
        by :meth:`check_etag_header` if the handler calls it.

        :return: a quoted text; ``None`` sends no such field.
        """
        buffer = self._write_buffer
        body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        return f'"{_sha1(body, usedforsecurity=False).hexdigest()}"'

    def set_etag_header(self) -> None:
        """Set ``Etag`` to what :meth:`compute_etag` gives.

        :raises ValueError: that has control characters.
        """
        etag = self.compute_etag()
        if etag is not None:
            is_ours = self.__class__.compute_etag is _hash_of_body
            # The name is canonical already.
            self._headers.fields["Etag"] = etag if is_ours else checked_value(etag)

    def check_etag_header(self) -> bool:
        """Tell whether the client has this very version already (RFC 9110 section 13.1.2).

        Validators compare weakly: ``W/"x"`` is the same as ``"x"``.
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

    def _start_line(self) -> ResponseStartLine:
        status = self._status_code
        return ResponseStartLine("", status, sendable_reason(self._reason, status))


_hash_of_body = Response.compute_etag


def _checked_name(name: str) -> str:
    if is_token(name) is None:
        raise ValueError(f"Invalid header name {name!r}")
    return name


def checked_value(value: HeaderTypes) -> str:
    """Make a value ready for a header field; see :meth:`Response.set_header`."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bytes):
        text = value.decode("latin-1")
    elif isinstance(value, int):
        text = str(value)
    else:
        return _rare_value(value)
    if _VALUE.fullmatch(text) is None:
        raise ValueError(f"Unsafe header value {text[:60]!r}")
    return text


def _rare_value(value: object) -> str:
    from datetime import datetime  # slow imports
    from numbers import Integral

    if isinstance(value, Integral):
        return str(value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    raise TypeError(f"unsupported header value {value!r}")


def _unwritable(chunk: object) -> str:
    message = "write() takes bytes, texts and dictionaries"
    if isinstance(chunk, list):
        message += (
            "; lists are refused because old browsers let other sites read a JSON array: write "
            "a dictionary around it, or allow lists by the setting write_lists=True"
        )
    return f"{message} (got {type(chunk).__name__})"
