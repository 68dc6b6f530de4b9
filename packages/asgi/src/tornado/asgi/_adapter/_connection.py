"""The connection of a request under a server of ASGI: what handlers write becomes events."""

from __future__ import annotations

import asyncio
import time
from enum import Enum, auto
from typing import IO, TYPE_CHECKING, Any

from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPOutputError, ResponseStartLine
from tornado.util import shortened

from ._client import ClientContext, ClientStream
from ._fields import interim_event, response_fields
from ._files import offered_path, send_in_chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import RequestStartLine

    from ._limits import Limits
    from ._outgoing import Outgoing

_NO_BODY = frozenset({204, 304})


class Phase(Enum):
    """How far a response is."""

    HEAD = auto()
    BODY = auto()
    DONE = auto()
    #: The client has left, or the application has closed the connection.
    LOST = auto()


class ASGIConnection(HTTPConnection):
    """The connection of one request: ``request.connection``.

    :param scope: of the request, as the server gave it.
    :param outgoing: takes the events of the response.
    :param limits: for the request.
    """

    #: What the types of events begin with.
    event_prefix = "http.response"

    #: The status that the adapter has refused the request with, after its head was passed on.
    refused_with: int | None = None
    is_client = False
    #: Trailers of requests are not passed on by ASGI.
    trailers: HTTPHeaders | None = None

    _left: int | None = None
    _close_callback: Callable[[], object] | None = None

    def __init__(self, scope: dict[str, Any], outgoing: Outgoing, limits: Limits) -> None:
        #: The scope of ASGI, for what only this server offers.
        self.scope = scope
        self.context = ClientContext(scope)
        self.stream: Any = ClientStream(self.close)
        self.max_body_size = limits.max_body_size
        self.body_timeout = limits.body_timeout
        self.min_body_rate = limits.min_body_rate
        self._begin_time = time.time()
        self._outgoing = outgoing
        self._is_head = scope.get("method") == "HEAD"
        self._phase = Phase.HEAD

    @property
    def is_finished(self) -> bool:
        """True when nothing can be sent any more."""
        return self._phase in (Phase.DONE, Phase.LOST)

    @property
    def has_begun(self) -> bool:
        """True when the head of the response is written."""
        return self._phase is not Phase.HEAD

    @property
    def extensions(self) -> dict[str, Any]:
        """What the server offers beyond the core of the specification."""
        return self.scope.get("extensions") or {}

    # Settings for the body of the request, which handlers change in `prepare`.

    def set_max_body_size(self, max_body_size: int) -> None:
        """Set the limit for this request's body, in bytes."""
        self.max_body_size = max_body_size

    def set_body_timeout(self, timeout: float) -> None:
        """Set the deadline for this request's body, in seconds."""
        self.body_timeout = timeout

    def set_min_body_rate(self, rate: int) -> None:
        """Set the bytes per second that this request's body must reach; 0 for a slow stream."""
        self.min_body_rate = rate

    def set_close_callback(self, callback: Callable[[], object] | None) -> None:
        """Set what is called if the client leaves before the response is complete."""
        if callback is not None and self._phase is Phase.LOST:
            asyncio.get_running_loop().call_soon(callback)
        else:
            self._close_callback = callback

    # The response.

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
        callback: Callable[[], object] | None = None,
    ) -> asyncio.Future[None]:
        """Send the head, and with it the first piece of the body.

        :param callback: classic: called without arguments when the future is done.
        :returns: a future that is done when the server has taken them.
        :raises HTTPOutputError: the head would break HTTP.
        """
        if callback is not None:
            return _call_back(self.write_headers(start_line, headers, chunk), callback)
        if self._phase is Phase.LOST:
            return self._send(None)
        if self._phase is not Phase.HEAD:
            raise HTTPOutputError(f"no head is written in the state {self._phase.name}")
        code = int(start_line[1])
        if code < 200:
            return self._write_interim(code, headers, chunk)
        self._begin(code, headers)
        # An empty piece as well: some servers keep the head back until the body begins.
        return self._send(self._frame(chunk or b""))

    def _begin(self, code: int, headers: HTTPHeaders) -> None:
        version = self.scope.get("http_version", "1.1")
        fields = response_fields(code, headers, version, self._begin_time)
        self._left = self._announced(code, headers)
        self._phase = Phase.BODY
        self._outgoing.put_nowait(
            {"type": f"{self.event_prefix}.start", "status": code, "headers": fields}
        )

    def _announced(self, code: int, headers: HTTPHeaders) -> int | None:
        if self._is_head or code in _NO_BODY:
            return 0
        length = headers.get("Content-Length")
        if length is None:
            return None
        if not (length.isascii() and length.isdigit()):
            raise HTTPOutputError(f"Content-Length must be a number, not {shortened(length)}")
        return int(length)

    def _write_interim(
        self, code: int, headers: HTTPHeaders, chunk: bytes | None
    ) -> asyncio.Future[None]:
        if chunk:
            raise HTTPOutputError("an interim response has no body")
        if code == 101:
            return self.switch_protocols(headers)
        event = interim_event(code, headers, self.extensions)
        return self._send(event)

    def switch_protocols(self, headers: HTTPHeaders) -> asyncio.Future[None]:
        """Accept a websocket; only a scope of that type can.

        :raises HTTPOutputError: the server has not passed the request on as a websocket.
        """
        raise HTTPOutputError(
            "the server does not offer websockets: install what it needs for them, or switch them on"
        )

    def write(
        self, chunk: bytes, callback: Callable[[], object] | None = None
    ) -> asyncio.Future[None]:
        """Send a piece of the body.

        :param callback: classic: called without arguments when the future is done.
        :returns: a future that is done when the server has taken it.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.
        """
        if callback is not None:
            return _call_back(self.write(chunk), callback)
        if self._phase is Phase.LOST:
            return self._send(None)
        self._check_in_body()
        return self._send(self._frame(chunk))

    def write_file(self, file: IO[bytes], offset: int, count: int) -> asyncio.Future[None]:
        """Send a slice of a regular file as a piece of the body, by the quickest way on offer.

        :param offset: where the slice begins, in bytes.
        :param count: how many bytes it has.
        :returns: a future that is done when the file may be closed.
        :raises HTTPOutputError: the body becomes longer than its Content-Length says.
        """
        if self._phase is Phase.LOST:
            return self._send(None)
        self._check_in_body()
        if self._is_head or not count:
            return self._send(None)
        extensions = self.extensions
        if "http.response.zerocopysend" in extensions:
            self._take(count)
            return self._send(
                {
                    "type": "http.response.zerocopysend",
                    "file": file.fileno(),
                    "offset": offset,
                    "count": count,
                    "more_body": True,
                }
            )
        path = offered_path(file, offset, count, extensions) if count == self._left else None
        if path is not None:
            self._left, self._phase = 0, Phase.DONE
            return self._send({"type": "http.response.pathsend", "path": path})
        return asyncio.ensure_future(send_in_chunks(self, file, offset, count))

    def finish(self) -> None:
        """End the response.

        :raises HTTPOutputError: the body is shorter than its Content-Length says.
        """
        if self._phase is Phase.LOST:
            return
        if self._phase is Phase.HEAD:
            raise HTTPOutputError("nothing to finish in the state HEAD")
        if self._left and not self._is_head:
            missing = self._left
            self.close()
            raise HTTPOutputError(f"Tried to write {missing} bytes less than Content-Length")
        if self._phase is Phase.BODY:
            self._outgoing.put_nowait(self._body(b"", False))
        self._end()

    def respond(
        self, status_code: int, reason: str, headers: HTTPHeaders, body: bytes
    ) -> asyncio.Future[None]:
        """Send a whole response; see :meth:`tornado.httputil.HTTPConnection.respond`."""
        if self._phase is not Phase.HEAD or status_code < 200:
            return super().respond(status_code, reason, headers, body)
        if status_code not in _NO_BODY and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        self._begin(status_code, headers)
        framed = self._frame(body)
        if self._left and not self._is_head:
            self.finish()  # which raises
        framed["more_body"] = False
        sent = self._send(framed)
        self._end()
        return sent

    def _end(self) -> None:
        self._phase = Phase.DONE
        self._close_callback = None
        self._outgoing.complete()

    def _check_in_body(self) -> None:
        if self._phase is not Phase.BODY:
            raise HTTPOutputError(f"a body is not written in the state {self._phase.name}")

    def _frame(self, chunk: bytes) -> dict[str, Any]:
        if self._is_head:
            chunk = b""
        self._take(len(chunk))
        return self._body(chunk, True)

    def _body(self, chunk: bytes, more_body: bool) -> dict[str, Any]:
        return {"type": f"{self.event_prefix}.body", "body": chunk, "more_body": more_body}

    def _take(self, count: int) -> None:
        if self._left is None:
            return
        if count > self._left:
            self.close()
            error = HTTPOutputError("Tried to write more data than Content-Length")
            error.add_note(f"{count - self._left} bytes too many; none at all with 204 or 304")
            raise error
        self._left -= count

    def _send(self, event: dict[str, Any] | None) -> asyncio.Future[None]:
        if event is not None or self._phase is Phase.LOST:
            return self._outgoing.put(event or {})
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    # The end of the connection.

    def detach(self) -> Any:
        """Refuse to give the stream away: it is the server's.

        :raises RuntimeError: always, except for a websocket.
        """
        raise RuntimeError(
            "the stream cannot be detached: it belongs to the server, not to Tornado"
        )

    def close(self) -> None:
        """Close the connection, without finishing the response."""
        self._close_callback = None
        self.give_up(None)

    def lose(self, error: BaseException | None = None) -> None:
        """Take notice that the client has left: call the close callback."""
        if self.is_finished:
            self.stream.mark_closed(error)
            return
        callback, self._close_callback = self._close_callback, None
        self.give_up(error)
        if callback is not None:
            callback()

    def give_up(self, error: BaseException | None) -> None:
        """Let nothing more be sent: what the application still writes is dropped."""
        if self._phase is Phase.DONE:
            return
        self._phase = Phase.LOST
        self._close_callback = None
        self.stream.mark_closed(error)
        self._outgoing.lose(error)

    def refuse(self, status: int) -> None:
        """Answer a request that is not to be read any further; the handler can send nothing more."""
        self.refused_with = status
        self._close_callback = None
        if self._phase is not Phase.HEAD:
            self.give_up(None)
            return
        self._begin(status, _refusal_fields(status))
        self._outgoing.put_nowait(self._body(b"", False))
        self._outgoing.complete()
        self._phase = Phase.LOST

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scope.get('path')!r} {self._phase.name}>"


def _refusal_fields(status: int) -> HTTPHeaders:
    """Return the fields of a refusal.

    Only a client that sends too slowly loses its connection: others must be able to read the response
    while they go on sending, and some servers reset a connection that they are told to close.
    """
    headers = HTTPHeaders({"Content-Length": "0"})
    if status == 408:
        headers["Connection"] = "close"
    return headers


def _call_back(
    future: asyncio.Future[None], callback: Callable[[], object]
) -> asyncio.Future[None]:
    """Call a classic caller's function on the loop, unless the client has left before."""

    def done(future: asyncio.Future[None]) -> None:
        if not future.cancelled() and future.exception() is None:
            callback()

    future.add_done_callback(done)
    return future
