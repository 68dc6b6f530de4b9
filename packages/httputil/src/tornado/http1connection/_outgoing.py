"""The message that goes out: how its body is framed, and how its bytes leave."""

from __future__ import annotations

import asyncio
from typing import IO, TYPE_CHECKING, Protocol

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPOutputError,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError
from tornado.util import shortened

from ._encoding import LAST_CHUNK, encode_chunk, encode_fields, last_chunk, too_much_data
from ._parsing._grammar import DIGITS, REASON_TEXT, REQUEST_LINE
from ._state import (
    AFTER_BODY_SENT,
    AFTER_HEAD_SENT,
    BODY_NEXT,
    HEAD_NEXT,
    LOST,
    SendState,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil._classic_answer import ClassicAnswer

    from ._parsing._head import Fields

_NO_BODY = frozenset({204, 304})

#: Fields that 1xx and 204 must not have (RFC 9110 section 8.6, RFC 9112 section 6.1).
_FRAMING = frozenset({"Content-Length", "Transfer-Encoding"})


class Owner(Protocol):
    """What an exchange needs of the server's connection that it runs on."""

    #: A future that is done, for what has left at once.
    sent: asyncio.Future[None]

    #: True if no further exchange shall begin on this connection.
    is_draining: bool

    def message_written(self, message: OutgoingMessage) -> None:
        """Called when the outgoing message of an exchange is complete."""

    def detach(self) -> None:
        """Give the stream away, with the bytes that were not parsed back in it."""


class OutgoingMessage(HTTPConnection):
    """A message that goes out: a response, or a client's request."""

    # What few exchanges set, and most never read, has its default here, so that making one for each
    # request sets no more than it must. What every exchange sets has none: from Python 3.12 on, a value
    # beside it would make each access eight times as long (docs/design/0014-hot-path.md).
    _classic: ClassicAnswer | None = None
    #: How many bytes of the body are still to come, ``None`` where its head does not say.
    _left: int | None = None
    _chunked = False

    if TYPE_CHECKING:
        stream: IOStream
        _owner: Owner | None
        _method: str
        _version: str
        is_client: bool
        #: Whether the connection may serve another exchange after this one.
        keep_alive: bool
        _close_callback: Callable[[], object] | None
        _state: SendState

    @property
    def is_finished(self) -> bool:
        """True when the outgoing message is complete, or the stream was given away."""
        return self._state is not HEAD_NEXT and self._state is not BODY_NEXT

    @property
    def has_begun(self) -> bool:
        """True when the head of the outgoing message is written."""
        return self._state is not HEAD_NEXT

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
        callback: Callable[[], object] | None = None,
    ) -> asyncio.Future[None]:
        """Send a head, and the beginning of the body with it.

        :param callback: classic: called without arguments when the future is done.
        :returns: a future that is done when the bytes have left, or the stream is closed.
        :raises HTTPOutputError: the head would break the protocol.
        """
        if callback is not None:
            return _call_back(self.write_headers(start_line, headers, chunk), callback)
        if self._is_lost():
            return self._send(b"")
        head = self._encode_head(start_line, headers.fields)
        if self._state is HEAD_NEXT:
            return self._send_interim(head, chunk)
        return self._send(head + self._frame(chunk) if chunk else head)

    def _send_interim(self, head: bytes, chunk: bytes | None) -> asyncio.Future[None]:
        """Send the head of a 1xx response, which a client of HTTP/1.0 would not understand."""
        if chunk:
            raise HTTPOutputError("an interim response has no body")
        return self._send(b"" if self._version == "HTTP/1.0" else head)

    def write(
        self, chunk: bytes, callback: Callable[[], object] | None = None
    ) -> asyncio.Future[None]:
        """Send a piece of the body.

        :param callback: classic: called without arguments when the future is done.
        :returns: a future as :meth:`write_headers` returns it.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.
        """
        if callback is not None:
            return _call_back(self.write(chunk), callback)
        if self._is_lost():
            return self._send(b"")
        if self._state is BODY_NEXT:
            return self._send(self._frame(chunk))
        if self._state is HEAD_NEXT and not self.is_client:
            return self._write_classic(chunk)
        raise HTTPOutputError(f"a body is not written in the state {self._state.name}")

    def _write_classic(self, chunk: bytes) -> asyncio.Future[None]:
        """Take a response as programs of Tornado 3 wrote it: its head comes by `write` too."""
        if self._classic is None:
            from tornado.httputil._classic_answer import ClassicAnswer

            self._classic = ClassicAnswer(self)
        if not self._classic.continues_head(chunk):
            raise HTTPOutputError("a body is not written in the state HEAD")
        return self._classic.write(chunk)

    def write_file(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Send a slice of a regular file as a piece of the body.

        The kernel copies it where it can, see :meth:`tornado.iostream.IOStream.sendfile`. The file
        must stay open until the future is done.

        :param offset: where the slice begins, in bytes.
        :param count: how many bytes it has.
        :returns: a future as :meth:`write_headers` returns it.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.

        .. versionadded:: 1.0
        """
        if self._is_lost():
            return self._send(b"")
        if self._state is not BODY_NEXT:
            raise HTTPOutputError(f"a body is not written in the state {self._state.name}")
        if self._chunked:
            return self._send_file_chunk(file, offset, count)
        if self._method == "HEAD" and not self.is_client:
            return self._send(b"")
        if self._left is not None:
            if count > self._left:
                raise self._close_too_long(count - self._left)
            self._left -= count
        return self.stream.sendfile(file, offset, count)

    def _send_file_chunk(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        if not count:
            return self._send(b"")
        self.stream.write_nowait(b"%x\r\n" % count)
        self.stream.sendfile_nowait(file, offset, count)
        return self._send(b"\r\n")

    def finish(self, trailers: HTTPHeaders | None = None) -> None:
        """End the message.

        :param trailers: fields that come after a body in chunks (RFC 9112 section 7.1.2); after
            another body there is no place for them, and they are left out.

            .. versionadded:: 1.0
        :raises HTTPOutputError: the body is shorter than its Content-Length says; the connection
            is closed, because nothing else could end this message.
        """
        if self._is_lost():
            return
        if self._state is not BODY_NEXT:
            raise HTTPOutputError(f"nothing to finish in the state {self._state.name}")
        if self._left:
            self.stream.close()
            raise HTTPOutputError(f"Tried to write {self._left} bytes less than Content-Length")
        if self._chunked:
            self.stream.write_nowait(
                LAST_CHUNK if trailers is None else last_chunk(trailers.fields)
            )
        self._state = AFTER_BODY_SENT[self._state]
        if self._owner is not None:
            self._close_callback = None
            self._owner.message_written(self)

    def _is_lost(self) -> bool:
        return self._state is LOST or self.stream.closed()

    def _send(self, data: bytes) -> asyncio.Future[None]:
        if not self._is_lost():
            return self.stream.write(data)
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(StreamClosedError())
        failed.exception()  # the close callback says so as well: nobody has to wait for this one
        return failed

    # The head.

    def _encode_head(
        self, start_line: RequestStartLine | ResponseStartLine, fields: Fields
    ) -> bytes:
        if self._state is not HEAD_NEXT:
            raise HTTPOutputError(f"no head is written in the state {self._state.name}")
        if self.is_client:
            method, target, _ = start_line
            if REQUEST_LINE.fullmatch(f"{method} {target}") is None:
                raise HTTPOutputError(f"bad request line {shortened(f'{method} {target}')}")
            lines = f"{method} {target} HTTP/1.1\r\n{encode_fields(fields)}"
            more = self._frame_request(str(method), fields)
        else:
            code, reason = int(start_line[1]), str(start_line[2])
            if REASON_TEXT.fullmatch(reason) is None:
                raise HTTPOutputError(f"bad reason {shortened(reason)}")
            if code < 200 or code == 204:
                fields = {name: fields[name] for name in fields if name not in _FRAMING}
            lines = f"HTTP/1.1 {code} {reason}\r\n{encode_fields(fields)}"
            more = self._frame_response(code, fields)
        return f"{lines}{more}\r\n".encode("latin-1")

    def _frame_request(self, method: str, fields: Fields) -> str:
        """Decide how the body of a request is framed; return the field lines that say so."""
        self._method = method
        self._state = AFTER_HEAD_SENT[self._state]
        if "Content-Length" in fields:
            self._left = _announced(str(fields["Content-Length"]))
            return ""
        if "Transfer-Encoding" not in fields and method not in ("POST", "PUT", "PATCH"):
            self._left = 0
            return ""
        self._chunked = True
        return "" if "Transfer-Encoding" in fields else "Transfer-Encoding: chunked\r\n"

    def _frame_response(self, code: int, fields: Fields) -> str:
        """Decide how the body of a response is framed; return the field lines that say so."""
        if code < 200 and code != 101:
            return ""
        self._state = AFTER_HEAD_SENT[self._state]
        more = ""
        if self._method == "HEAD" or code in _NO_BODY or code == 101:
            self._left = 0
        elif "Content-Length" in fields:
            self._left = _announced(str(fields["Content-Length"]))
        elif self._version == "HTTP/1.1":
            self._chunked = True
            if "Transfer-Encoding" not in fields:
                more = "Transfer-Encoding: chunked\r\n"
        else:
            self.keep_alive = False
        return more + self._connection_line(fields)

    def _connection_line(self, fields: Fields) -> str:
        """Decide whether the connection stays open; return the field line that says so."""
        if self._owner is not None and self._owner.is_draining:
            self.keep_alive = False
        if "Connection" in fields:
            if "close" in str(fields["Connection"]).lower():
                self.keep_alive = False
            return ""
        if self._version == "HTTP/1.0":
            # A client that did not ask for anything expects the end of the connection.
            return "Connection: Keep-Alive\r\n" if self.keep_alive else ""
        return "" if self.keep_alive else "Connection: close\r\n"

    # The body.

    def _frame(self, chunk: bytes) -> bytes:
        if self._chunked:
            return encode_chunk(chunk)
        if self._left is not None:
            if self._method == "HEAD" and not self.is_client:
                return b""
            if len(chunk) > self._left:
                raise self._close_too_long(len(chunk) - self._left)
            self._left -= len(chunk)
        return chunk

    def _close_too_long(self, count: int) -> HTTPOutputError:
        """Close, because nothing else can end this message; return the error that says why."""
        self.stream.close()
        return too_much_data(count)


def _call_back(
    future: asyncio.Future[None], callback: Callable[[], object]
) -> asyncio.Future[None]:
    """Call a classic caller's function on the loop, unless the stream was closed first."""
    from tornado.ioloop import IOLoop

    def done(future: asyncio.Future[None]) -> None:
        if not future.cancelled() and future.exception() is None:
            callback()

    IOLoop.current().add_future(future, done)
    return future


def _announced(length: str) -> int:
    """Return what a Content-Length that is to be sent says; a wrong one is our own mistake."""
    if DIGITS.fullmatch(length) is None:
        raise HTTPOutputError(f"Content-Length must be a number, not {shortened(length)}")
    return int(length)
