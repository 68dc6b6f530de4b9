"""Bodies: from the bytes of a connection to the bytes of a message (RFC 9112 sections 6 and 7).

Theory of operation
===================

A body object is fed the bytes that follow a head. ``feed`` returns the payload among them, joined,
so that a piece with a thousand small chunks is one piece for the application. When ``done`` is
true the body has ended, ``rest`` holds the bytes that belong to the next message and ``trailers``
the fields after the last chunk. Nothing here waits, and nothing touches a socket.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from tornado.util import shortened

from .._errors import ProtocolError
from ._grammar import (
    BARE_LF,
    CHUNK_EXTENSIONS,
    CHUNK_EXTENSIONS_BEGUN,
    CHUNK_SIZE,
    FIELD_BLOCK,
)
from ._head import Fields, parse_fields

if TYPE_CHECKING:
    from .._parameters import HTTP1ConnectionParameters

#: A line with a chunk's size and its extensions, in bytes.
_MAX_SIZE_LINE = 256

#: All extensions of one body together, in bytes. They are only used to waste our time.
_MAX_EXTENSIONS = 16384

#: Fields that must not come after a body (RFC 9110 section 6.5.1): they frame, route or
#: authenticate, and a reader that merges them into the head would be deceived.
_FORBIDDEN_TRAILERS = frozenset(
    {
        "Authorization",
        "Cache-Control",
        "Connection",
        "Content-Encoding",
        "Content-Length",
        "Content-Range",
        "Content-Type",
        "Cookie",
        "Expect",
        "Forwarded",
        "Host",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Range",
        "Set-Cookie",
        "Te",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Www-Authenticate",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-Ip",
        "X-Scheme",
    }
)


class Body(Protocol):
    """The interface of the three ways to frame a body."""

    done: bool
    rest: bytes
    trailers: Fields

    def feed(self, data: bytes) -> bytes:
        """Take bytes, and return the payload among them."""

    def end_of_stream(self) -> None:
        """Handle the end of what the peer sends.

        :raises ProtocolError: the body is not complete.
        """


class FixedBody:
    """A body of as many bytes as Content-Length says."""

    __slots__ = ("_left", "done", "rest")

    trailers: Fields = {}  # noqa: RUF012 - there are none, and none is added

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = not length
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        left = self._left
        if len(data) < left:
            self._left = left - len(data)
            return data
        self.done = True
        if len(data) == left:
            return data
        self.rest = data[left:]
        return data[:left]

    def end_of_stream(self) -> None:
        raise ProtocolError(f"connection closed with {self._left} bytes of the body missing")


class UntilCloseBody:
    """A response body that ends with the connection."""

    __slots__ = ("done", "rest", "trailers")

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.trailers: Fields = {}

    def feed(self, data: bytes) -> bytes:
        return data

    def end_of_stream(self) -> None:
        self.done = True


class _Expect(Enum):
    """What the next bytes of a chunked body are."""

    SIZE = auto()
    DATA = auto()
    CRLF = auto()
    TRAILERS = auto()


class ChunkedBody:
    """A body in chunks, with trailers.

    ::

        SIZE --(size > 0)--> DATA --> CRLF --> SIZE
        SIZE --(size = 0)--> TRAILERS --> done
    """

    __slots__ = ("_expect", "_extensions", "_left", "_limits", "_tail", "done", "rest", "trailers")

    def __init__(self, limits: HTTP1ConnectionParameters) -> None:
        self._limits = limits
        self._expect = _Expect.SIZE
        self._left = 0
        self._extensions = 0
        self._tail = b""
        self.done = False
        self.rest = b""
        self.trailers: Fields = {}

    def feed(self, data: bytes) -> bytes:
        if self._tail:
            data = self._tail + data
            self._tail = b""
        pieces: list[bytes] = []
        at = 0
        end = len(data)
        while at < end and not self.done:
            if self._expect is _Expect.DATA:
                stop = at + self._left
                pieces.append(data[at:stop])
                self._left = max(0, stop - end)
                at = min(stop, end)
                if not self._left:
                    self._expect = _Expect.CRLF
                continue
            after = self._read_line(data, at)
            if after < 0:
                self._tail = data[at:]
                break
            at = after
        if self.done:
            self.rest = data[at:]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def end_of_stream(self) -> None:
        raise ProtocolError("connection closed within a chunked body")

    def _read_line(self, data: bytes, at: int) -> int:
        """Read a line of the framing; return the position after it, or -1 if it is not complete yet."""
        if self._expect is _Expect.SIZE:
            return self._read_size(data, at)
        if self._expect is _Expect.TRAILERS:
            return self._read_trailers(data, at)
        if data[at] != 0x0D or data[at + 1 : at + 2] not in (b"\n", b""):
            raise ProtocolError(
                f"improperly terminated chunk: {shortened(data[at : at + 2])} instead of CRLF"
            )
        if at + 2 > len(data):
            return -1
        self._expect = _Expect.SIZE
        return at + 2

    def _read_size(self, data: bytes, at: int) -> int:
        end = data.find(b"\r\n", at, at + _MAX_SIZE_LINE)
        line_end = end if end >= 0 else len(data) - (data[-1] == 0x0D)
        size = CHUNK_SIZE.match(data, at, line_end)
        grammar = CHUNK_EXTENSIONS_BEGUN if end < 0 else CHUNK_EXTENSIONS
        extensions = grammar.fullmatch(data, size.end() if size else at, line_end)
        if (
            (size is None and line_end > at)
            or extensions is None
            or line_end - at >= _MAX_SIZE_LINE
        ):
            raise ProtocolError(f"invalid chunk size {shortened(data[at : at + 40])}")
        if end < 0:
            return -1
        if size is None:
            raise ProtocolError("invalid chunk size: empty")
        self._extensions += end - size.end()
        if self._extensions > _MAX_EXTENSIONS:
            raise ProtocolError("too many bytes of chunk extensions")
        self._left = int(size[0], 16)
        self._expect = _Expect.DATA if self._left else _Expect.TRAILERS
        return end + 2

    def _read_trailers(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            self.done = True
            return at + 2
        end = data.find(b"\r\n\r\n", at, at + self._limits.max_header_size + 4)
        if end < 0:
            most = self._limits.max_header_size + 4
            if BARE_LF.search(data, at, at + most):
                raise ProtocolError("bare LF in the trailers")
            if len(data) - at >= most:
                raise ProtocolError("trailers are too large", 431)
            return -1
        block = data[at : end + 2].decode("latin-1")
        if FIELD_BLOCK.fullmatch(block) is None:
            from ._diagnosis import field_lines_error

            raise field_lines_error(block)
        self.trailers = parse_fields(block, self._limits.max_header_count)
        forbidden = _FORBIDDEN_TRAILERS.intersection(self.trailers)
        if forbidden:
            raise ProtocolError(f"trailers must not hold {', '.join(sorted(forbidden))}")
        self.done = True
        return end + 4
