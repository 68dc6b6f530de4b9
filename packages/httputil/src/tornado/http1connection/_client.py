"""The client's side of an exchange: read one response."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.iostream import StreamClosedError

from ._errors import ProtocolError
from ._head import ResponseHead
from ._parser import EndOfMessage, ResponseParser

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httputil import HTTPMessageDelegate

    from ._connection import HTTP1Connection

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: Interim responses in front of the final one (RFC 9110 section 15.2); more are an attack.
_MAX_1XX_RESPONSES = 10


class ResponseReader:
    """Read one response from a stream, and tell a delegate about it.

    Interim responses (1xx) reach ``headers_received`` too, in front of the final one. A delegate
    that takes up a switch of protocols (101) detaches the connection there.

    The future is done with whether the connection may be used again. It may not if the peer sent
    more than the response: those bytes answer nothing that was asked.
    """

    def __init__(
        self,
        connection: HTTP1Connection,
        delegate: HTTPMessageDelegate,
        method: str,
        raise_error: bool,
    ) -> None:
        if connection.params.decompress:
            from ._decompression import DecompressingDelegate

            delegate = DecompressingDelegate(delegate, connection)
        self._connection = connection
        self._delegate = delegate
        self._stream = connection.stream
        self._parser = ResponseParser(connection.params, method)
        self._done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._raise_error = raise_error
        self._received = 0
        self._interim = 0
        #: The stream has ended while the delegate held the body back.
        self._ended = False
        #: The delegate has been told how the message ended.
        self._told = False

    def start(self) -> asyncio.Future[bool]:
        """Begin to read; cancelling the future closes the connection."""
        self._done.add_done_callback(self._check_cancelled)
        timeout = self._connection.body_timeout
        if timeout is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(timeout, self._fail, ProtocolError("response timed out"))
        self._stream.set_protocol(self)
        return self._done

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        if self._done.done():
            return
        if self._waiting is not None:
            self._parser.hold(data)
            return
        try:
            self._advance(self._parser.receive(data))
        except Exception as error:  # noqa: BLE001 - whoever awaits the response gets it
            self._fail(error)

    def eof_received(self) -> bool:
        """Take note that the server sends nothing more: some responses end that way."""
        if self._waiting is not None:
            self._ended = True
            return True
        if self._done.done():
            return False
        self._connection.keep_alive = False
        try:
            event = self._parser.end_of_stream()
            if event is None:
                raise StreamClosedError
            self._advance(event)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note that the stream is closed."""
        if not self._done.done():
            self._fail(StreamClosedError(real_error=exc))

    def pause_writing(self) -> None:
        """The request is written by somebody else, who waits for its futures."""

    def resume_writing(self) -> None:
        """See :meth:`pause_writing`."""

    # From events to calls of the delegate.

    def _advance(self, event: ResponseHead | bytes | EndOfMessage | None) -> None:
        while event is not None and not self._done.done():
            waiting: Awaitable[None] | None = None
            if isinstance(event, ResponseHead):
                waiting = self._take_head(event)
            elif isinstance(event, bytes):
                waiting = self._take_body(event)
            else:
                self._finish(event)
                return
            if waiting is not None:
                self._wait_for(waiting)
                return
            event = self._parser.next_event()

    def _take_head(self, head: ResponseHead) -> Awaitable[None] | None:
        code = head.start_line.code
        if code < 200 and code != 101:
            self._interim += 1
            if self._interim > _MAX_1XX_RESPONSES:
                raise ProtocolError(f"Too many 1xx responses: more than {_MAX_1XX_RESPONSES}")
        elif not head.keep_alive:
            self._connection.keep_alive = False
        waiting = self._delegate.headers_received(
            head.start_line, HTTPHeaders.from_parsed(head.fields)
        )
        if code == 101 and not self._done.done():
            raise ProtocolError("a switch of protocols that nobody takes up")
        return waiting

    def _take_body(self, chunk: bytes) -> Awaitable[None] | None:
        self._received += len(chunk)
        if self._received > self._connection.max_body_size:
            raise ProtocolError(f"Body too long: over {self._connection.max_body_size} bytes")
        return self._delegate.data_received(chunk)

    def _wait_for(self, awaitable: Awaitable[None]) -> None:
        self._waiting = waiting = asyncio.ensure_future(awaitable)
        self._stream.pause_reading()
        waiting.add_done_callback(self._waited)

    def _waited(self, waiting: asyncio.Future[None]) -> None:
        if self._waiting is not waiting:
            return
        self._waiting = None
        try:
            waiting.result()
            self._stream.resume_reading()
            self._advance(self._parser.next_event())
            if self._ended and self._waiting is None:
                self.eof_received()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - as above
            self._fail(error)

    # The end.

    def _finish(self, end: EndOfMessage) -> None:
        self._release()
        if end.trailers:
            self._connection.trailers = HTTPHeaders.from_parsed(end.trailers)
        if self._parser.held:
            self._connection.keep_alive = False
        self._delegate.finish()
        self._told = True
        keep = self._connection.keep_alive and not self._stream.closed()
        if not keep:
            self._stream.close()
        if not self._done.done():
            self._done.set_result(keep)

    def _fail(self, error: BaseException) -> None:
        if self._done.done():
            return
        self._release()
        self._stream.close()
        try:
            self._tell_lost()
        finally:
            if isinstance(error, asyncio.CancelledError):
                self._done.cancel()
            elif not self._done.done():
                self._end_with(error)

    def _end_with(self, error: BaseException) -> None:
        if self._raise_error:
            self._done.set_exception(error)
            return
        self._log(error)
        self._done.set_result(False)

    def _log(self, error: BaseException) -> None:
        if isinstance(error, HTTPInputError):
            peer = self._connection.context or "a server"
            gen_log.info("Malformed HTTP message from %s: %s", peer, error)
        elif not isinstance(error, StreamClosedError):
            app_log.error("Uncaught exception while a response was received", exc_info=error)

    def _tell_lost(self) -> None:
        if not self._told:
            self._told = True
            self._delegate.on_connection_close()

    def detach(self) -> None:
        """Let go of the stream, and put bytes behind the head back into it."""
        self._release()
        self._stream.unread(self._parser.take_held())
        if not self._done.done():
            self._done.set_result(False)

    def _release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if not self._stream.closed():
            self._stream.set_protocol(None)

    def _check_cancelled(self, done: asyncio.Future[bool]) -> None:
        if done.cancelled():
            self._release()
            self._stream.close()
            self._tell_lost()
