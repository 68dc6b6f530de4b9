"""The response of an application: what may come when, and how long it is.

Theory of operation
===================

An application calls ``start_response`` once, or again with ``exc_info`` while no byte has left. The
head is sent with the first piece of the body that is not empty (PEP 3333, "The start_response()
Callable"), or at the end if there is none. A response that is complete with its first piece is sent
whole, in one write.

With a Content-Length the response ends with its last byte. What comes after it is dropped and logged,
and what lacks ends the connection, because nothing else tells the client. So a wrong length never
spoils the next response of a connection.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from tornado.httputil import HTTPHeaders, format_timestamp
from tornado.log import app_log

from ._head import parse_fields, parse_status

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType]

_SERVER = "TornadoServer/6.6.1"
_NO_BODY = frozenset({204, 304})
_FAILED = (
    b"<html><title>500: Internal Server Error</title><body>500: Internal Server Error</body></html>"
)


class Writer(Protocol):
    """Where a response goes. The methods of a thread's writer may wait until the client reads."""

    def whole(self, status: int, reason: str, headers: HTTPHeaders, body: bytes) -> None:
        """Send a whole response."""

    def head(self, status: int, reason: str, headers: HTTPHeaders, piece: bytes) -> None:
        """Send the head, and the first piece of the body with it."""

    def piece(self, piece: bytes) -> None:
        """Send another piece of the body."""

    def finish(self) -> None:
        """End the body."""

    def abort(self) -> None:
        """Close the connection in the middle of the response."""


class Response:
    """The response to one request, from ``start_response`` to its end.

    :param writer: where it goes.
    :param name: the request, for messages in the log.
    """

    __slots__ = (
        "_is_head_request",
        "_left",
        "_name",
        "_writer",
        "headers",
        "is_begun",
        "is_ended",
        "is_too_long",
        "reason",
        "status",
    )

    def __init__(self, writer: Writer, method: str, name: Callable[[], str]) -> None:
        self._writer = writer
        self._name = name
        self._is_head_request = method == "HEAD"
        self._left: int | None = None
        self.status = 0
        self.reason = ""
        self.headers: HTTPHeaders | None = None
        #: The head is on its way.
        self.is_begun = False
        #: Nothing more is to be sent.
        self.is_ended = False
        #: The application has given more than it announced.
        self.is_too_long = False

    # What the application calls.

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], object]:
        """Take the head of the response.

        :returns: the classic ``write``, which sends a piece of the body.
        :raises RuntimeError: it was called before, and there is no exception to tell of.
        """
        if exc_info:
            try:
                if self.is_begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # a cycle with this frame
        elif self.headers is not None:
            raise RuntimeError("start_response() was called a second time, without exc_info")
        self.status, self.reason = parse_status(status)
        self.headers = parse_fields(headers)
        return self.send

    def send(self, piece: bytes) -> None:
        """Send a piece of the body, as soon as the client can take it.

        :raises TypeError: it is not bytes.
        :raises RuntimeError: ``start_response`` was not called.
        """
        if not isinstance(piece, bytes):
            raise TypeError(_not_bytes(piece))
        if not piece:
            return
        if self.headers is None:
            raise RuntimeError(_NOT_STARTED)
        if not self.is_begun:
            self._begin(piece)
        elif self.is_ended:
            self._drop()
        else:
            self._continue(piece)

    # What the container calls.

    @property
    def length(self) -> int | None:
        """The announced length, None without one."""
        text = None if self.headers is None else self.headers.get("Content-Length")
        return None if text is None else int(text)

    @property
    def sent_status(self) -> int:
        """The status for the access log: 499 if the client left before the head was sent."""
        return self.status if self.is_begun else 499

    def refuse(self, status: int) -> None:
        """Note that the container has answered, before the application was called."""
        self.status = status
        self.is_begun = self.is_ended = True

    @property
    def has_body(self) -> bool:
        """False if the response ends with its head (RFC 9110 section 6.4.1)."""
        return not self._is_head_request and self.status not in _NO_BODY

    def send_all(self, pieces: list[Any] | tuple[Any, ...]) -> None:
        """Send the whole body, which is known; its length is told to the client."""
        for piece in pieces:
            if not isinstance(piece, bytes):
                raise TypeError(_not_bytes(piece))
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        headers = self.headers
        if headers is not None and not self.is_begun and self.status not in _NO_BODY:
            headers.setdefault("Content-Length", str(len(body)))
        self.send(body)

    def begin_file(self, count: int) -> int:
        """Send the head of a response whose body is a file.

        :param count: how many bytes there are.
        :returns: how many of them the container has to send.
        """
        if self.headers is None:
            raise RuntimeError(_NOT_STARTED)
        length = self.length
        if length is None:
            self.headers["Content-Length"] = str(count)
            length = count
        if not self.has_body or not length:
            self._end_without_piece()
            return 0
        self._writer.head(self.status, self.reason, self._complete(self.headers), b"")
        self.is_begun = True
        sent = min(count, length)
        self._left = length - sent
        return sent

    def end(self) -> None:
        """End the response: the application has given all of it.

        :raises RuntimeError: ``start_response`` was not called, or something is missing.
        """
        if self.is_ended:
            return
        if self.headers is None:
            raise RuntimeError(_NOT_STARTED)
        if not self.is_begun:
            if self.has_body and self.length:
                raise RuntimeError(_too_short(self.length))
            self._end_without_piece()
            return
        if self._left:
            raise RuntimeError(_too_short(self._left))
        self.is_ended = True
        self._writer.finish()

    def fail(self) -> None:
        """End the response of an application that has failed, with an error page if none has begun."""
        if self.is_ended:
            return
        self.is_ended = True
        if self.is_begun:
            self._writer.abort()
            return
        self.status, self.reason = 500, "Internal Server Error"
        body = b"" if self._is_head_request else _FAILED
        self.is_begun = True
        self._writer.whole(500, self.reason, self._complete(HTTPHeaders()), body)

    # The framing.

    def _begin(self, piece: bytes) -> None:
        if not self.has_body:
            self._end_without_piece()
            return
        headers, length = self._complete(), self.length
        if length is not None and len(piece) >= length:
            self.is_begun = self.is_ended = True
            self._writer.whole(self.status, self.reason, headers, piece[:length])
            if len(piece) > length:
                self._drop()
            return
        if length is not None:
            self._left = length - len(piece)
        self.is_begun = True
        self._writer.head(self.status, self.reason, headers, piece)

    def _continue(self, piece: bytes) -> None:
        left = self._left
        if left is None:
            self._writer.piece(piece)
            return
        self._left = max(0, left - len(piece))
        self._writer.piece(piece[:left])
        if not self._left:
            self.is_ended = True
            self._writer.finish()
        if len(piece) > left:
            self._drop()

    def _end_without_piece(self) -> None:
        self.is_begun = self.is_ended = True
        if self.has_body and self.headers is not None:
            self.headers["Content-Length"] = "0"
        self._writer.whole(self.status, self.reason, self._complete(), b"")

    def _drop(self) -> None:
        """Say once that the body is longer than it may be."""
        if self.has_body and not self.is_too_long:
            app_log.error("WSGI: more data than Content-Length says, dropped: %s", self._name())
        self.is_too_long = True

    def _complete(self, headers: HTTPHeaders | None = None) -> HTTPHeaders:
        """Add what every response has and the application has not given."""
        headers = headers if headers is not None else self.headers
        if headers is None:
            raise RuntimeError(_NOT_STARTED)
        if "Content-Type" not in headers and self.status not in _NO_BODY:
            headers["Content-Type"] = "text/html; charset=UTF-8"
        if "Server" not in headers:
            headers["Server"] = _SERVER
        if "Date" not in headers:
            headers["Date"] = format_timestamp(int(time.time()))
        return headers


_NOT_STARTED = "the application has returned a body without a call of start_response()"


def _too_short(missing: int) -> str:
    return f"the body is {missing} bytes shorter than its Content-Length says"


def _not_bytes(piece: object) -> str:
    hint = ", encode it" if isinstance(piece, str) else ""
    return f"the body of a response is bytes, not {type(piece).__name__}{hint}"
