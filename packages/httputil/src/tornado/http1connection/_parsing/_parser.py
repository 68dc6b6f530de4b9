"""The parser: bytes in, events out. It knows no socket, no clock and no application.

Theory of operation
===================

A parser serves one connection, message after message. ``receive`` takes bytes and returns the next
event that they complete, ``next_event`` returns the following ones, and ``None`` says that more
bytes are needed. The events of one message are

* its head (``RequestHead`` or ``ResponseHead``),
* any number of ``bytes``: the body in pieces, without framing,
* ``EndOfMessage``.

A request without a body is its head alone: ``head.length`` is 0 and no other event follows, which
saves the commonest requests a step. Bytes that follow a complete message are held until the
next call, so that the caller decides when the next message begins. ``ProtocolError`` ends the
connection: nothing after a broken message can be trusted, and the parser must not be used again.

The same bytes give the same events however they are cut, except that pieces of a body come as they
arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._errors import ProtocolError
from ._body import Body, ChunkedBody, FixedBody, UntilCloseBody
from ._framing import CHUNKED, UNTIL_CLOSE
from ._grammar import BARE_LF
from ._head import Fields, RequestHead, ResponseHead, parse_request_head, parse_response_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._parameters import HTTP1ConnectionParameters

_Head = TypeVar("_Head", RequestHead, ResponseHead)

#: Empty lines before a start line that are forgiven (RFC 9112 section 2.2).
_LEADING_LINES = b"\r\n\r\n"


class EndOfMessage:
    """The end of a message that has a body."""

    __slots__ = ("trailers",)

    def __init__(self, trailers: Fields) -> None:
        self.trailers = trailers


class _Parser(Generic[_Head]):
    """The base of both parsers."""

    __slots__ = ("_body", "_limits", "_partial", "_payload", "_scanned", "held")

    def __init__(self, limits: HTTP1ConnectionParameters) -> None:
        self._limits = limits
        self._body: Body | None = None
        #: Bytes after the last event, which wait for ``next_event``.
        self.held = b""
        self._partial: bytearray | None = None
        #: What is left of the body's bytes that are here, if they are more than one piece.
        self._payload: Iterator[bytes] | None = None
        self._scanned = 0

    @property
    def is_within_head(self) -> bool:
        """True if a head has begun and is not complete."""
        return self._partial is not None

    def hold(self, data: bytes) -> None:
        """Take bytes without looking at them; ``next_event`` will."""
        self.held += data

    def take_held(self) -> bytes:
        """Return the bytes that were not parsed, for the protocol that comes next, and forget them."""
        data = self.held
        self.held = b""
        return data

    def receive(self, data: bytes) -> _Head | bytes | EndOfMessage | None:
        """Take bytes and return the next event, or ``None`` if more bytes are needed.

        :raises ProtocolError: the bytes break the grammar or a limit.
        """
        if self.held:
            data = self.held + data
            self.held = b""
        if self._body is not None:
            if self._payload is None:
                return self._receive_body(self._body, data)
            self.held = data
            return self.next_event()
        if self._partial is not None:
            return self._continue_head(self._partial, data)
        end = data.find(b"\r\n\r\n")
        if end <= 0 or data[0] == 0x0D:
            return self._begin_head(data)
        return self._finish_head(data, end)

    def next_event(self) -> _Head | bytes | EndOfMessage | None:
        """Return the next event of the bytes that are here already.

        :raises ProtocolError: the bytes break the grammar or a limit.
        """
        if self._payload is not None:
            piece = next(self._payload, None)
            if piece is not None:
                return piece
            self._payload = None
        body = self._body
        held = self.held
        if body is not None and body.done:
            self._body = None
            self.held = body.rest + held
            return EndOfMessage(body.trailers or {})
        if not held:
            return None
        if body is None:
            return self.receive(b"")
        self.held = b""
        return self._receive_body(body, held)

    def end_of_stream(self) -> EndOfMessage | None:
        """Handle the end of what the peer sends.

        :returns: the end of a message that ends this way, ``None`` between messages.
        :raises ProtocolError: a message is cut off.
        """
        body = self._body
        if body is not None:
            body.end_of_stream()
            self._body = None
            return EndOfMessage(body.trailers or {})
        if self._partial is not None:
            raise ProtocolError("connection closed within a head")
        return None

    def _parse_head(self, head: bytes) -> _Head:
        raise NotImplementedError

    def _finish_head(self, data: bytes, end: int) -> _Head:
        if end > self._limits.max_header_size:
            self._scanned = 0
            self._check_partial(data)
        if len(data) != end + 4:
            self.held = data[end + 4 :]
        return self._parse_head(data[: end + 2])

    def _begin_head(self, data: bytes) -> _Head | None:
        """Begin a head that does not end in `data`, or that begins with empty lines."""
        self._partial = bytearray()
        self._scanned = 0
        return self._continue_head(self._partial, data)

    def _continue_head(self, partial: bytearray, data: bytes) -> _Head | None:
        if not partial:
            data = self._skip_leading_lines(data)
            if not data:
                return None
        partial += data
        end = partial.find(b"\r\n\r\n", self._scanned)
        if end >= 0:
            self._partial = None
            return self._finish_head(bytes(partial), end)
        self._check_partial(partial)
        self._scanned = max(0, len(partial) - 3)
        return None

    def _skip_leading_lines(self, data: bytes) -> bytes:
        stripped = data.lstrip(b"\r\n")
        lines = data[: len(data) - len(stripped)]
        begin = self._scanned
        self._scanned = begin + len(lines)
        if _LEADING_LINES[begin : self._scanned] != lines or (stripped and self._scanned % 2):
            raise ProtocolError("empty lines before a start line")
        if stripped:
            self._scanned = 0
        return stripped

    def _check_partial(self, partial: bytes | bytearray) -> None:
        """Refuse early what can never become a head, instead of waiting for the deadline."""
        # The end of the head may be here but for its last byte.
        most = self._limits.max_header_size + 4
        if BARE_LF.search(partial, self._scanned, most):
            raise ProtocolError("bare LF in a head")
        if len(partial) >= most:
            raise ProtocolError("head is too large", 431)

    def _receive_body(self, body: Body, data: bytes) -> bytes | EndOfMessage | None:
        if body.done:
            self.held = data
        else:
            payload = body.feed(data)
            if payload:
                size = self._limits.chunk_size
                return payload if len(payload) <= size else self._first_piece(payload, size)
        return self.next_event() if body.done else None  # type: ignore[return-value]  # no head here

    def _first_piece(self, payload: bytes, size: int) -> bytes:
        """Return the first `size` bytes; `next_event` returns the others, piece by piece."""
        self._payload = (payload[at : at + size] for at in range(size, len(payload), size))
        return payload[:size]

    def _expect_body(self, length: int) -> None:
        if length == CHUNKED:
            self._body = ChunkedBody(self._limits)
        elif length == UNTIL_CLOSE:
            self._body = UntilCloseBody()
        else:
            self._body = FixedBody(length)


class RequestParser(_Parser[RequestHead]):
    """A parser of the requests of one connection, as a server sees them."""

    __slots__ = ()

    def receive(self, data: bytes) -> RequestHead | bytes | EndOfMessage | None:
        """Take bytes and return the next event; a head that comes whole is parsed right here.

        :raises ProtocolError: the bytes break the grammar or a limit.
        """
        if self.held or self._body is not None or self._partial is not None:
            return super().receive(data)
        end = data.find(b"\r\n\r\n")
        limits = self._limits
        if not 0 < end <= limits.max_header_size or data[0] == 0x0D:
            return super().receive(data)
        self.held = data[end + 4 :]
        head = parse_request_head(data[: end + 2], limits)
        if head.length:
            self._expect_body(head.length)
        return head

    def _parse_head(self, head: bytes) -> RequestHead:
        parsed = parse_request_head(head, self._limits)
        if parsed.length:
            self._expect_body(parsed.length)
        return parsed


class ResponseParser(_Parser[ResponseHead]):
    """A parser of the responses of one connection, as a client sees them.

    Set ``method`` to the request's method before its response is parsed: a response to HEAD has no
    body, whatever its fields say.
    """

    __slots__ = ("method",)

    def __init__(self, limits: HTTP1ConnectionParameters, method: str = "GET") -> None:
        super().__init__(limits)
        self.method = method

    def _parse_head(self, head: bytes) -> ResponseHead:
        parsed = parse_response_head(head, self._limits.max_header_count, self.method)
        if parsed.start_line.code >= 200:
            self._expect_body(parsed.length)
        return parsed
