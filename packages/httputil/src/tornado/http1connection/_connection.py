"""One exchange on an HTTP/1 connection, from the side that the application holds."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import IO, TYPE_CHECKING

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPOutputError,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError

from ._encoding import LAST_CHUNK, encode_chunk, encode_fields, too_much_data
from ._errors import shown
from ._grammar import DIGITS, REASON_TEXT, REQUEST_LINE
from ._parameters import HTTP1ConnectionParameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil._classic_answer import ClassicAnswer

    from ._client import ResponseReader
    from ._head import Fields
    from ._owner import Owner

_NO_BODY = frozenset({204, 304})

#: Fields that 1xx and 204 must not have (RFC 9110 section 8.6, RFC 9112 section 6.1).
_FRAMING = frozenset({"Content-Length", "Transfer-Encoding"})


class Writing(Enum):
    """How far the message that goes out is.

    ::

        HEAD --(1xx)--> HEAD
        HEAD --> BODY --> DONE
        HEAD --(detach)--> DETACHED
    """

    HEAD = auto()
    BODY = auto()
    DONE = auto()
    DETACHED = auto()
    LOST = auto()


class HTTP1Connection(HTTPConnection):
    """Send one message over an HTTP/1 connection, and receive the one that belongs to it.

    On a server the connection makes one for each request; it is ``request.connection``. A client
    makes one itself, writes its request and then calls :meth:`read_response`.

    :param stream: the stream, connected.
    :param is_client: whether this side sends requests.
    :param params: limits and switches.
    :param context: an opaque object about the connection; a server's has ``remote_ip`` and
        ``protocol``.
    """

    # Defaults stand on the class, so that making one for each request sets no more than it must.
    _owner: Owner | None = None
    _reader: ResponseReader | None = None
    _classic: ClassicAnswer | None = None
    _close_callback: Callable[[], object] | None = None
    #: Whether the connection may serve another exchange behind this one.
    keep_alive = True
    _left: int | None = None
    _chunked = False
    _method = ""
    _version = "HTTP/1.1"
    #: The fields that came behind the body of the incoming message, if there were any. They were
    #: received under the limits for heads; none of them can frame, route or authenticate.
    trailers: HTTPHeaders | None = None
    #: Bytes per second that the incoming body must reach; ``None`` leaves it to the parameters.
    min_body_rate: int | None = None
    #: The status that the server's side of the connection has refused the incoming message with,
    #: after its head was handed on: 413 for a body over the limit, 408 for a slow one.
    refused_with: int | None = None

    def __init__(
        self,
        stream: IOStream,
        is_client: bool,
        params: HTTP1ConnectionParameters | None = None,
        context: object | None = None,
    ) -> None:
        self.stream = stream
        self._writing = Writing.HEAD
        self.is_client = is_client
        self.params = params = params or HTTP1ConnectionParameters()
        self.context = context
        #: The limit for the incoming body, in bytes.
        self.max_body_size = params.max_body_size
        #: The deadline for the incoming body, in seconds, or ``None``.
        self.body_timeout = params.body_timeout
        if params.no_keep_alive:
            self.keep_alive = False

    # Settings that a delegate may change while the head is handled.

    def set_max_body_size(self, max_body_size: int) -> None:
        """Set the limit for this message's body, in bytes.

        Call it before the body is read: in ``headers_received``, or in ``prepare`` of a handler
        with ``stream_request_body``.
        """
        self.max_body_size = max_body_size

    def set_body_timeout(self, timeout: float) -> None:
        """Set the deadline for this message's body, in seconds; as :meth:`set_max_body_size`.

        A server counts from when ``headers_received`` and what it returned are done. What
        ``data_received`` waits for is counted as well.
        """
        self.body_timeout = timeout

    def set_min_body_rate(self, rate: int) -> None:
        """Set the bytes per second that this message's body must reach; 0 for a slow stream.

        Call it before the body is read, as :meth:`set_max_body_size`. Later calls hold from the next
        look at the body on.

        .. versionadded:: 1.0
        """
        self.min_body_rate = rate

    def set_close_callback(self, callback: Callable[[], object] | None) -> None:
        """Set what is called if the connection closes before this exchange is complete.

        If it is closed already, the callback is called soon.
        """
        if callback is not None and self._writing is Writing.LOST:
            asyncio.get_running_loop().call_soon(callback)
        else:
            self._close_callback = callback

    # The message that goes out.

    @property
    def no_keep_alive(self) -> bool:
        """True if no connection with these parameters serves a second exchange."""
        return self.params.no_keep_alive

    @property
    def is_finished(self) -> bool:
        """True when the outgoing message is complete, or the stream was given away."""
        return self._writing is not Writing.HEAD and self._writing is not Writing.BODY

    @property
    def has_begun(self) -> bool:
        """True when the head of the outgoing message is written."""
        return self._writing is not Writing.HEAD

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
        callback: Callable[[], object] | None = None,
    ) -> asyncio.Future[None]:
        """Send a head, and the beginning of the body with it.

        :param callback: classic: called without arguments when the future is done.
        :return: a future that is done when the bytes have left, or the stream is closed.
        :raises HTTPOutputError: the head would break the protocol.
        """
        if callback is not None:
            return _call_back(self.write_headers(start_line, headers, chunk), callback)
        if self._is_lost():
            return self._send(b"")
        head = self._encode_head(start_line, headers.fields)
        if self._writing is Writing.HEAD:
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
        """Send a piece of the body; return a future as :meth:`write_headers` does.

        :param callback: classic: called without arguments when the future is done.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.
        """
        if callback is not None:
            return _call_back(self.write(chunk), callback)
        if self._is_lost():
            return self._send(b"")
        if self._writing is Writing.BODY:
            return self._send(self._frame(chunk))
        if self._writing is Writing.HEAD and not self.is_client:
            return self._write_classic(chunk)
        raise HTTPOutputError(f"a body is not written in the state {self._writing.name}")

    def _write_classic(self, chunk: bytes) -> asyncio.Future[None]:
        """Take a response as programs of Tornado 3 wrote it: its head comes by `write` too."""
        if self._classic is None:
            from tornado.httputil._classic_answer import ClassicAnswer

            self._classic = ClassicAnswer(self)
        if not self._classic.goes_on_with(chunk):
            raise HTTPOutputError("a body is not written in the state HEAD")
        return self._classic.write(chunk)

    def write_file(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Send a slice of a regular file as a piece of the body.

        The kernel copies it where it can, see :meth:`tornado.iostream.IOStream.sendfile`. The file
        must stay open until the future is done.

        :return: a future that is done when the bytes have left, as :meth:`write` gives.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.

        .. versionadded:: 1.0
        """
        if self._is_lost():
            return self._send(b"")
        if self._writing is not Writing.BODY:
            raise HTTPOutputError(f"a body is not written in the state {self._writing.name}")
        from ._file_body import send_file

        return send_file(self, file, offset, count)

    def _is_lost(self) -> bool:
        return self._writing is Writing.LOST or self.stream.closed()

    def _send(self, data: bytes) -> asyncio.Future[None]:
        if not self._is_lost():
            return self.stream.write(data)
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(StreamClosedError())
        failed.exception()  # the close callback tells as well: nobody has to wait for this one
        return failed

    def finish(self) -> None:
        """End the message.

        :raises HTTPOutputError: the body is shorter than its Content-Length says; the connection
            is closed, because nothing else could end this message.
        """
        if self._is_lost():
            return
        if self._writing is not Writing.BODY:
            raise HTTPOutputError(f"nothing to finish in the state {self._writing.name}")
        if self._left:
            self.stream.close()
            raise HTTPOutputError(f"Tried to write {self._left} bytes less than Content-Length")
        if self._chunked:
            self.stream.write_nowait(LAST_CHUNK)
        self._finished()

    def _encode_head(
        self, start_line: RequestStartLine | ResponseStartLine, fields: Fields
    ) -> bytes:
        if self._writing is not Writing.HEAD:
            raise HTTPOutputError(f"no head is written in the state {self._writing.name}")
        if self.is_client:
            method, target, _ = start_line
            if REQUEST_LINE.fullmatch(f"{method} {target}") is None:
                raise HTTPOutputError(f"bad request line {shown(f'{method} {target}')}")
            lines = f"{method} {target} HTTP/1.1\r\n{encode_fields(fields)}"
            more = self._frame_request(str(method), fields)
        else:
            code, reason = int(start_line[1]), str(start_line[2])
            if REASON_TEXT.fullmatch(reason) is None:
                raise HTTPOutputError(f"bad reason {shown(reason)}")
            if code < 200 or code == 204:
                fields = {name: fields[name] for name in fields if name not in _FRAMING}
            lines = f"HTTP/1.1 {code} {reason}\r\n{encode_fields(fields)}"
            more = self._frame_response(code, fields)
        return f"{lines}{more}\r\n".encode("latin-1")

    def _frame_request(self, method: str, fields: Fields) -> str:
        """Decide how the body of a request is framed; give the field lines that say so."""
        self._method = method
        self._writing = Writing.BODY
        if "Content-Length" in fields:
            self._left = _announced(str(fields["Content-Length"]))
            return ""
        if "Transfer-Encoding" not in fields and method not in ("POST", "PUT", "PATCH"):
            self._left = 0
            return ""
        self._chunked = True
        return "" if "Transfer-Encoding" in fields else "Transfer-Encoding: chunked\r\n"

    def _frame_response(self, code: int, fields: Fields) -> str:
        """Decide how the body of a response is framed; give the field lines that say so."""
        if code < 200 and code != 101:
            return ""
        self._writing = Writing.BODY
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
        if self._owner is not None and self._owner.is_draining:
            self.keep_alive = False
        if "Connection" in fields:
            if "close" in str(fields["Connection"]).lower():
                self.keep_alive = False
        elif self._version == "HTTP/1.0":
            # A client that did not ask for anything expects the end of the connection.
            more += "Connection: Keep-Alive\r\n" if self.keep_alive else ""
        elif not self.keep_alive:
            more += "Connection: close\r\n"
        return more

    def _frame(self, chunk: bytes) -> bytes:
        if self._chunked:
            return encode_chunk(chunk)
        if self._left is not None:
            if self._method == "HEAD" and not self.is_client:
                return b""
            if len(chunk) > self._left:
                self.stream.close()
                raise too_much_data(len(chunk) - self._left)
            self._left -= len(chunk)
        return chunk

    def _finished(self) -> None:
        self._writing = Writing.DONE
        if self._owner is not None:
            self._close_callback = None
            self._owner.message_written(self)

    # The end of the connection.

    def detach(self) -> IOStream:
        """Give the stream away, for another protocol; this object must not be used any more.

        Bytes that came behind the head are read from the stream first.
        """
        self._writing = Writing.DETACHED
        self._close_callback = None
        if self._owner is not None:
            self._owner.detach()
        elif self._reader is not None:
            self._reader.detach()
        return self.stream

    def close(self) -> None:
        """Close the connection, without finishing the message."""
        self._close_callback = None
        self.stream.close()

    def connection_closed(self) -> None:
        """Tell the application that the connection went away during this exchange."""
        callback = self._close_callback
        self.give_up()
        if callback is not None:
            callback()

    def give_up(self) -> None:
        """Let nothing more be sent: what the application still writes is dropped."""
        self._close_callback = None
        self._writing = Writing.LOST

    def read_response(
        self, delegate: HTTPMessageDelegate, *, raise_error: bool = False
    ) -> asyncio.Future[bool]:
        """Read one response, on the client's side.

        What goes wrong is logged, closes the connection and is told to the delegate by
        ``on_connection_close``; the result is then false.

        :param raise_error: let the future raise it instead of logging.
        :return: a future of whether the connection can be used for another exchange.
        :raises tornado.httputil.HTTPInputError: with `raise_error`, the server broke the protocol.
        :raises tornado.iostream.StreamClosedError: with `raise_error`, the stream ended too early.

        .. versionadded:: 1.0
           ``raise_error``.
        """
        from ._client import ResponseReader

        self._reader = ResponseReader(self, delegate, self._method, raise_error)
        return self._reader.start()

    def __repr__(self) -> str:
        side = "client" if self.is_client else "server"
        return f"<HTTP1Connection {side} {self._method} {self._writing.name}>"


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
        raise HTTPOutputError(f"Content-Length must be a number, not {shown(length)}")
    return int(length)
