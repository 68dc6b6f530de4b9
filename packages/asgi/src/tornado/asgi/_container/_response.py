"""The response to a request: the messages that an application sends."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPHeaders, ResponseStartLine, format_timestamp, responses
from tornado.iostream import StreamClosedError

from ._errors import ClientLeftError, MessageError
from ._fields import decode_fields, decode_trailers
from ._state import BODY, DONE, HELD, START, TRAILERS, Stage

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from ._fields import Fields
    from ._types import Message

gen_log = logging.getLogger("tornado.general")

#: Statuses of responses without a body (RFC 9110 section 6.4.1).
_WITHOUT_BODY = frozenset({204, 304})

_headers_of = HTTPHeaders.from_parsed


class _Clock:
    """The ``Date`` field, which changes once a second."""

    __slots__ = ("date", "second")

    def __init__(self) -> None:
        self.second = -1
        self.date = ""


_clock = _Clock()
_now = time.time


def current_date() -> str:
    """Return the value of a ``Date`` field."""
    second = int(_now())
    if second != _clock.second:
        _clock.second, _clock.date = second, format_timestamp(second)
    return _clock.date


class Response:
    """A response, made of the messages of an application.

    A subclass is told when it is complete (:meth:`completed`).

    :param connection: where it is written.
    :param method: that of the request.
    """

    # What each response sets has no default here: from Python 3.12 on, that would make each access
    # several times as long.
    if TYPE_CHECKING:
        connection: Any
        method: str
        stage: Stage
        #: The client is gone, or was refused by the connection.
        is_lost: bool
        #: The status that the application has chosen.
        status: int
        _fields: Fields

    #: The head says how long the body is, and how much of it is still to come.
    _left: int | None = None
    _has_trailers = False
    _trailers: HTTPHeaders | None = None

    def __init__(self, connection: Any, method: str) -> None:
        self.connection = connection
        self.method = method
        self.stage = START
        self.is_lost = False
        self.status = 0

    def offers(self, extension: str) -> bool:
        """Return whether an extension of ASGI is offered for this request."""
        return False

    def completing(self) -> None:
        """Called before the last bytes of the response are written."""

    def completed(self) -> None:
        """Called when the response is complete."""

    def lost(self) -> None:
        """Called when the client is found to be gone."""
        self.is_lost = True

    # The messages.

    async def send(self, message: Message) -> None:
        """Take a message of the application, and wait while the client does not take the bytes.

        :raises ClientLeftError: the client is gone.
        :raises MessageError: this message does not fit what was sent before.
        """
        kind = message["type"]
        if kind == "http.response.start":
            self.start(message)
        elif kind == "http.response.body":
            written = self.take_body(message)
            if written is not None:
                try:
                    await self.wait_for_client(written)
                finally:
                    del written  # see there
        else:
            await self._send_rare(kind, message)

    def start(self, message: Message) -> None:
        """Keep the head until the body begins."""
        if self.is_lost:
            raise ClientLeftError("the client is gone")
        if self.stage is not START:
            self.refuse(message["type"])
            return
        status = message["status"]
        if not isinstance(status, int) or not 200 <= status <= 999:
            raise ValueError(f"the status of a response is 200 to 999, not {status!r:.40}")
        self._fields = decode_fields(message.get("headers", ()))
        self.status = status
        self.stage = HELD
        if message.get("trailers"):
            self._has_trailers = True

    def take_body(self, message: Message) -> asyncio.Future[None] | None:
        """Send a piece of the body.

        :returns: done when the client takes more; ``None`` if it does already.
        """
        body = message.get("body", b"")
        if body.__class__ is not bytes:
            if not isinstance(body, bytes | bytearray | memoryview):
                raise TypeError(f"a body is bytes, not {body!r:.40}")
            body = bytes(body)
        if self.is_lost:
            raise ClientLeftError("the client is gone")
        if message.get("more_body"):
            return self._send_piece(body)
        if self.stage is HELD and not self._has_trailers:
            return self._send_whole(body)
        written = self._send_piece(body)
        if self.stage is not DONE:
            self._end_body()
        return written

    def _send_whole(self, body: bytes) -> asyncio.Future[None] | None:
        """Send head and body in one write."""
        status, fields = self.status, self._fields
        length = fields.pop("Content-Length", None)
        if status in _WITHOUT_BODY:
            body = b""
        elif self.method == "HEAD":
            if length is not None:
                fields["Content-Length"] = length
        elif length is not None and length != str(len(body)):
            self._check_length(length, len(body), is_last=True)
        if "Date" not in fields:
            fields["Date"] = current_date()
        self.completing()
        written: asyncio.Future[None] = self.connection.respond(
            status, responses.get(status, "Unknown"), _headers_of(fields), body
        )
        self.stage = DONE
        self.completed()
        return None if written.done() else written

    def _send_piece(self, body: bytes) -> asyncio.Future[None] | None:
        if self.stage is BODY:
            if self.status in _WITHOUT_BODY:
                return None
            if self._left is not None:
                self.count_piece(len(body))
            written: asyncio.Future[None] = self.connection.write(body)
        elif self.stage is HELD:
            written = self.send_head(body)
        else:
            self.refuse("http.response.body")
            return None
        return None if written.done() and not written.exception() else written

    def send_head(
        self, body: bytes = b"", *, length: int | None = None, following: int = 0
    ) -> asyncio.Future[None]:
        """Send the head, with the beginning of the body.

        :param length: how long the whole body is, where that is known.
        :param following: how much of the body is about to be sent in another way.
        """
        status, fields = self.status, self._fields
        said = fields.get("Content-Length")
        if self._has_trailers:
            fields.pop("Content-Length", None)  # only a body in chunks has fields after it
        elif said is not None:
            self._left = self._check_length(said, len(body) + following, is_last=length is not None)
        elif length is not None:
            fields["Content-Length"] = str(length)
            self._left = length
        if status in _WITHOUT_BODY or self.method == "HEAD":
            self._left = None
            body = b""
        elif self._left is not None:
            self._left -= len(body)
        fields.setdefault("Date", current_date())
        line = ResponseStartLine("", status, responses.get(status, "Unknown"))
        written: asyncio.Future[None] = self.connection.write_headers(
            line, _headers_of(fields), body
        )
        self.stage = BODY
        return written

    def _check_length(self, said: Any, count: int, *, is_last: bool = False) -> int:
        """Return what a Content-Length says, before anything is sent.

        :raises MessageError: the body is longer, or shorter and complete.
        """
        if not isinstance(said, str) or not (said.isascii() and said.isdigit()):
            raise ValueError(f"Content-Length is a number, not {said!r:.40}")
        length = int(said)
        if self.status in _WITHOUT_BODY or self.method == "HEAD":
            return length
        if count > length or (is_last and count < length):
            raise MessageError(f"the body has {count} bytes, and its Content-Length is {length}")
        return length

    def count_piece(self, count: int) -> None:
        """Count the bytes of a piece that is about to be sent.

        :raises MessageError: there are more of them than the head says.
        """
        if self._left is not None:
            if count > self._left:
                self.connection.close()
                raise MessageError(f"the body is {count - self._left} bytes too long")
            self._left -= count

    def end_piece(self, more_body: Any) -> None:
        """Note that a piece that came in another way than as bytes is sent."""
        if not more_body:
            self._end_body()

    def _end_body(self) -> None:
        if self._left:
            self.connection.close()
            raise MessageError(f"the body is {self._left} bytes shorter than its Content-Length")
        if self._has_trailers:
            self.stage = TRAILERS
        else:
            self._finish()

    def _finish(self) -> None:
        self.completing()
        if self._trailers is None:
            self.connection.finish()
        else:
            self.connection.finish(self._trailers)
        self.stage = DONE
        self.completed()

    # What few applications send.

    async def _send_rare(self, kind: Any, message: Message) -> None:
        if self.is_lost:
            raise ClientLeftError("the client is gone")
        method = _RARE.get(kind)
        if method is None:
            raise MessageError(f"there is no message of the type {kind!r:.60} here")
        await method(self, message)

    async def _send_trailers(self, message: Message) -> None:
        if self.stage is not TRAILERS:
            self.refuse(message["type"])
            return
        trailers = decode_trailers(message.get("headers", ()))
        if not self.offers("http.response.trailers"):
            pass  # the client does not take them
        elif self._trailers is None:
            self._trailers = trailers
        else:
            for name, value in trailers.get_all():
                self._trailers.add(name, value)
        if not message.get("more_trailers"):
            self._finish()

    async def _send_early_hint(self, message: Message) -> None:
        """Send a 103 (RFC 8297), unless it is not offered or the final head is sent already."""
        is_early = self.stage is START or self.stage is HELD
        if not is_early or not self.offers("http.response.early_hint"):
            return
        fields = decode_fields([(b"link", each) for each in message.get("links", ())])
        line = ResponseStartLine("", 103, "Early Hints")
        await self.wait_for_client(self.connection.write_headers(line, _headers_of(fields)))

    async def _send_path(self, message: Message) -> None:
        from ._files import send_path

        await send_path(self, message)

    async def _send_zero_copy(self, message: Message) -> None:
        from ._files import send_zero_copy

        await send_zero_copy(self, message)

    async def wait_for_client(self, written: Awaitable[None]) -> None:
        """Wait until the client takes more.

        :raises ClientLeftError: it is gone.
        """
        # The error of the future refers to this frame and its callers. If one of them referred to the
        # future, all that the application holds would stay until the collector runs: an iterator that is
        # streamed would not be closed.
        try:
            await written
            return
        except StreamClosedError:
            self.lost()
        finally:
            del written
        if self.stage is not DONE:  # or else the response is complete, as far as anybody knows
            raise ClientLeftError("the client is gone")

    def refuse(self, kind: str) -> None:
        """Handle a message that does not fit.

        :raises MessageError: unless the response is complete; then it is ignored and logged.
        """
        if self.stage is DONE:
            gen_log.warning("an ASGI application has sent %s after its whole response", kind)
            return
        expected = _EXPECTED[self.stage]
        raise MessageError(f"{kind} does not come here: {expected} is expected")


_EXPECTED = {
    START: "http.response.start",
    HELD: "http.response.body",
    BODY: "http.response.body",
    TRAILERS: "http.response.trailers",
}

_RARE: dict[str, Callable[[Response, Any], Awaitable[None]]] = {
    "http.response.trailers": Response._send_trailers,
    "http.response.early_hint": Response._send_early_hint,
    "http.response.pathsend": Response._send_path,
    "http.response.zerocopysend": Response._send_zero_copy,
}
