"""The connection of a request under a WSGI server: what handlers write becomes the answer."""

from __future__ import annotations

import asyncio
import io
import os
from typing import IO, TYPE_CHECKING, Any

from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPOutputError, ResponseStartLine
from tornado.log import gen_log

from .._container._head import OF_CONNECTIONS
from ._loop import CannotWaitError
from ._request import EnvironContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tornado.httputil import RequestStartLine

_NO_BODY = frozenset({204, 304})
_PIECE = 65536

#: Fields of a connection that are left out without a word: the server sends its own (PEP 3333).
_OF_SERVERS = frozenset({"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade"})


class WSGIConnection(HTTPConnection):
    """Where a handler writes its response.

    A response that is written at once is returned to the server. One that is flushed in the middle
    goes out by the ``write`` of ``start_response``.

    :param environ: of the request.
    :param start_response: of the server.
    :param max_body_size: the longest body that is accepted, in bytes.
    """

    #: Nothing but HTTP/1 over a stream of ours has one.
    stream = None
    #: Set for a body that is too long, as a server's connection does.
    refused_with: int | None = None
    no_keep_alive = True

    def __init__(self, environ: Mapping[str, Any], start_response: Any, max_body_size: int) -> None:
        self.context = EnvironContext(environ)
        self.max_body_size = max_body_size
        #: What the server gets.
        self.body: Iterable[bytes] = ()
        self.is_finished = False
        #: The handler has given up in the middle of its response.
        self.is_closed = False
        #: What it has asked for and a WSGI server does not have.
        self.error: CannotWaitError | None = None
        self._environ = environ
        self._start_response = start_response
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self._write: Callable[[bytes], object] | None = None
        self._has_body = environ["REQUEST_METHOD"] != "HEAD"

    @property
    def has_begun(self) -> bool:
        """True when the head is written."""
        return self._head is not None

    # The response.

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
        callback: Callable[[], object] | None = None,
    ) -> asyncio.Future[None]:
        """Keep the head; it is sent with the first piece of the body."""
        code, reason = int(start_line[1]), str(start_line[2])
        if code == 101:
            raise self._no_upgrade()
        if code < 200:
            return self._sent(callback)  # a server has no way for interim responses
        if self._head is not None:
            raise HTTPOutputError("the head of the response was written before")
        self._has_body = self._has_body and code not in _NO_BODY
        self._head = f"{code} {reason}", _without_connection(headers)
        return self.write(chunk, callback) if chunk else self._sent(callback)

    def write(
        self, chunk: bytes, callback: Callable[[], object] | None = None
    ) -> asyncio.Future[None]:
        """Send a piece of the body, by the ``write`` that the server has returned."""
        if self._head is None:
            raise HTTPOutputError("a piece of the body was written before the head")
        if self._has_body and chunk and not self.is_closed:
            if self._write is None:
                self._write = self._start(self._head)
            self._write(chunk)
        return self._sent(callback)

    def write_file(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Return a part of a file to the server, which sends it as it can."""
        if self._write is not None or self.body:
            for piece in FilePart(os.dup(file.fileno()), offset, count):
                self.write(piece)
        elif self._has_body and count:
            self.body = self._wrapped(file, offset, count)
        return self._sent(None)

    def finish(self) -> None:
        """End the response."""
        if self._head is None:
            raise HTTPOutputError("the response has no head")
        if self._write is None and not self.is_closed:
            self._start(self._head)
        self.is_finished = True

    def respond(
        self, status_code: int, reason: str, headers: HTTPHeaders, body: bytes
    ) -> asyncio.Future[None]:
        """Return a whole response to the server."""
        has_body = status_code >= 200 and status_code not in _NO_BODY
        if has_body and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        sent = self.write_headers(ResponseStartLine("", status_code, reason), headers)
        if self._has_body and body:
            self.body = [body]
        self.finish()
        return sent

    def _start(self, head: tuple[str, list[tuple[str, str]]]) -> Callable[[bytes], object]:
        write = self._start_response(*head)
        return _no_write if write is None else write

    def _wrapped(self, file: IO[bytes], offset: int, count: int) -> Iterable[bytes]:
        descriptor = os.dup(file.fileno())  # the handler closes its own
        wrapper = self._environ.get("wsgi.file_wrapper")
        # A part of a file is read here: uWSGI sends from the beginning, wherever the file stands.
        if wrapper is None or offset or count < os.fstat(descriptor).st_size:
            return FilePart(descriptor, offset, count)
        os.lseek(descriptor, 0, os.SEEK_SET)
        wrapped: Iterable[bytes] = wrapper(os.fdopen(descriptor, "rb"), _PIECE)
        return wrapped

    def _sent(self, callback: Callable[[], object] | None) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        if callback is not None:
            loop.call_soon(callback)
        sent: asyncio.Future[None] = loop.create_future()
        sent.set_result(None)
        return sent

    # What handlers call besides.

    def set_close_callback(self, callback: Callable[[], object] | None) -> None:
        """Ignore it: a WSGI server does not tell when a client goes."""

    def set_max_body_size(self, max_body_size: int) -> None:
        """Set the limit for the body, in bytes."""
        self.max_body_size = max_body_size

    def set_body_timeout(self, timeout: float) -> None:
        """Ignore it: the server decides how long it waits for its client."""

    def set_min_body_rate(self, rate: int) -> None:
        """Ignore it, for the same reason."""

    def detach(self) -> Any:
        """Refuse to hand the stream over: the server keeps it."""
        raise self._no_upgrade()

    def close(self) -> None:
        """Give up in the middle of the response."""
        self.is_closed = True

    def discard(self) -> None:
        """Close what the server would have got: it does not get it."""
        close = getattr(self.body, "close", None)
        if close is not None:
            close()

    def _no_upgrade(self) -> CannotWaitError:
        self.error = CannotWaitError(
            "a WSGI server has no websockets and hands no connection over: serve this handler with"
            " tornado.httpserver.HTTPServer"
        )
        return self.error


def _no_write(piece: bytes) -> None:
    raise CannotWaitError(
        "flush() in the middle of a response needs the write() of PEP 3333, which this WSGI server does"
        " not have: leave flush() out, or serve this handler with another server"
    )


def _without_connection(headers: HTTPHeaders) -> list[tuple[str, str]]:
    """Return the fields that are not about the connection, which is the server's."""
    fields = []
    for name, value in headers.get_all():
        if name.lower() not in OF_CONNECTIONS:
            fields.append((name, value))
        elif name not in _OF_SERVERS:
            gen_log.warning(
                "a handler must not send the field %s under a WSGI server; it is left out", name
            )
    return fields


class FilePart:
    """A part of a file in pieces, which is closed at the end or by :meth:`close` (PEP 3333).

    :param descriptor: of the file, closed here.
    :param offset: where the part begins, in bytes.
    :param count: how many bytes it has.
    """

    def __init__(self, descriptor: int, offset: int, count: int) -> None:
        self._file = io.FileIO(descriptor)
        self._offset = offset
        self._left = count

    def __iter__(self) -> FilePart:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            self.close()
            raise StopIteration
        piece = os.pread(self._file.fileno(), min(_PIECE, self._left), self._offset)
        if not piece:
            self.close()
            raise OSError(f"the file became {self._left} bytes shorter while it was sent")
        self._offset += len(piece)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._left = 0
        self._file.close()
