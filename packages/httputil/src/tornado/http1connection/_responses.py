"""The client's side of a connection: responses, and what becomes of them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.iostream import StreamClosedError

from ._errors import ProtocolError
from ._parsing._head import ResponseHead
from ._parsing._parser import EndOfMessage, ResponseParser

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPMessageDelegate
    from tornado.iostream import IOStream

    from ._connection import HTTP1Connection
    from ._parameters import HTTP1ConnectionParameters

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: Interim responses before the final one (RFC 9110 section 15.2); more are an attack.
_MAX_1XX_RESPONSES = 10


class ResponseDriver:
    """The protocol of a client's stream: bytes in, the parts of responses out.

    A subclass says what becomes of the parts: in :meth:`take_head`, :attr:`take_data` and
    :meth:`take_end`, and in :meth:`fail` if the response breaks off. One driver reads any number of
    responses, one after the other. The subclass sets :attr:`is_reading` when it has asked for one
    and calls :meth:`stop_reading` when that is over.

    :param stream: the stream; the subclass attaches the driver by ``stream.set_protocol``.
    :param params: the limits for what comes in.
    :param method: the method of the first request, see :attr:`ResponseParser.method`.

    .. versionadded:: 1.0
    """

    #: Called with each piece of a body; may return an awaitable to hold back the rest until it is
    #: done. A method, or an attribute that is set anew for each response.
    take_data: Callable[[bytes], Awaitable[None] | None]

    #: Whether a response is awaited and not complete.
    is_reading = False
    #: Whether bytes have come since the response before.
    is_answered = False
    #: Whether the server leaves the connection open after this response.
    keep_alive = True
    _interim_count = 0
    _waiting: asyncio.Future[None] | None = None
    #: The stream has ended while the body was held back.
    _at_eof = False

    def __init__(
        self, stream: IOStream, params: HTTP1ConnectionParameters, method: str = "GET"
    ) -> None:
        self.stream = stream
        self.parser = ResponseParser(params, method)

    # What a subclass defines.

    def take_head(self, head: ResponseHead) -> Awaitable[None] | None:
        """Called with the head of each response, interim ones (1xx) included.

        :returns: an awaitable to hold back the body until it is done, or None.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define take_head")

    def take_end(self, end: EndOfMessage) -> None:
        """Called when the response is complete."""
        raise NotImplementedError(f"{type(self).__name__} does not define take_end")

    def fail(self, error: BaseException, *, is_cut_off: bool = False) -> None:
        """Called when the response will not be complete.

        :param error: an :exc:`HTTPInputError` or :exc:`StreamClosedError`, or what one of the other
            methods has raised.
        :param is_cut_off: the server has ended the stream in the middle of the response.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define fail")

    def take_unasked(self, data: bytes) -> None:
        """Called with bytes that come while no response is awaited. Override to close."""

    def schedule(self, awaitable: Awaitable[None]) -> asyncio.Future[None]:
        """Return a future for what holds the body back. Override to run it in another way."""
        return asyncio.ensure_future(awaitable)

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        if not self.is_reading:
            self.take_unasked(data)
            return
        self.is_answered = True
        if self._waiting is not None:
            self.parser.hold(data)
            return
        try:
            self._advance(self.parser.receive(data))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the caller gets it
            self.fail(error)

    def eof_received(self) -> bool:
        """Handle the end of what the server sends: some responses end that way."""
        if self._waiting is not None:
            self._at_eof = True  # the response may be complete with what is held
            return True
        if not self.is_reading:
            return False
        self.keep_alive = False
        try:
            event = self.parser.end_of_stream()
            if event is None:
                raise StreamClosedError
            self._advance(event)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - as above
            self.fail(error, is_cut_off=True)
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        """Fail, because the stream is closed."""
        if self.is_reading:
            self.fail(StreamClosedError(real_error=exc))

    def pause_writing(self) -> None:
        """Do nothing: what writes the request waits for its own futures."""

    def resume_writing(self) -> None:
        """Do nothing, as :meth:`pause_writing`."""

    # From events to the parts.

    def _advance(self, event: ResponseHead | bytes | EndOfMessage | None) -> None:
        while event is not None and self.is_reading:
            if isinstance(event, bytes):
                waiting = self.take_data(event)
            elif isinstance(event, ResponseHead):
                waiting = self._take_any_head(event)
            else:
                self.take_end(event)
                return
            if waiting is not None:
                self._wait_for(waiting)
                return
            event = self.parser.next_event()

    def _take_any_head(self, head: ResponseHead) -> Awaitable[None] | None:
        code = head.start_line.code
        if code < 200 and code != 101:
            self._interim_count += 1
            if self._interim_count > _MAX_1XX_RESPONSES:
                raise ProtocolError(f"Too many 1xx responses: more than {_MAX_1XX_RESPONSES}")
        else:
            self.keep_alive = head.keep_alive
        return self.take_head(head)

    def _wait_for(self, awaitable: Awaitable[None]) -> None:
        self._waiting = waiting = self.schedule(awaitable)
        self.stream.pause_reading()
        waiting.add_done_callback(self._stop_waiting)

    def _stop_waiting(self, waiting: asyncio.Future[None]) -> None:
        if self._waiting is not waiting:
            return
        self._waiting = None
        try:
            waiting.result()
            self._advance(self.parser.next_event())
            if self._waiting is None:
                self.stream.resume_reading()
                if self._at_eof:
                    self.eof_received()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - as above
            self.fail(error)

    def stop_reading(self) -> None:
        """End the response, complete or not; what held its body back is cancelled."""
        self.is_reading = self.is_answered = self._at_eof = False
        self.keep_alive = True
        self._interim_count = 0
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
            self.stream.resume_reading()


class ResponseReader(ResponseDriver):
    """One response, read from a stream for a delegate.

    Interim responses (1xx) reach ``headers_received`` too, before the final one. A delegate that
    takes up a switch of protocols (101) detaches the connection there.

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
        super().__init__(connection.stream, connection.params, method)
        if connection.params.decompress:
            from ._decompression import DecompressingDelegate

            delegate = DecompressingDelegate(delegate, connection)
        self._connection = connection
        self._delegate = delegate
        self._done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._raise_error = raise_error
        self._received = 0
        #: The delegate knows how the message ended.
        self._is_delegate_done = False

    def start(self) -> asyncio.Future[bool]:
        """Begin to read; cancelling the future closes the connection."""
        self._done.add_done_callback(self._close_cancelled)
        timeout = self._connection.body_timeout
        if timeout is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(timeout, self.fail, ProtocolError("response timed out"))
        self.is_reading = True
        self.stream.set_protocol(self)
        return self._done

    # The parts of the response.

    def take_head(self, head: ResponseHead) -> Awaitable[None] | None:
        """Tell the delegate about a head."""
        if not self.keep_alive:
            self._connection.keep_alive = False
        waiting = self._delegate.headers_received(
            head.start_line, HTTPHeaders.from_parsed(head.fields)
        )
        if head.start_line.code == 101 and not self._done.done():
            raise ProtocolError("a switch of protocols that nobody takes up")
        return waiting

    def take_data(self, chunk: bytes) -> Awaitable[None] | None:
        """Hand a piece of the body to the delegate, within the limit."""
        self._received += len(chunk)
        if self._received > self._connection.max_body_size:
            raise ProtocolError(f"Body too long: over {self._connection.max_body_size} bytes")
        return self._delegate.data_received(chunk)

    def take_end(self, end: EndOfMessage) -> None:
        """Tell the delegate about the end, and the caller whether the connection can be kept."""
        connection = self._connection
        if not self.keep_alive or self.parser.held:
            connection.keep_alive = False
        self._release()
        if end.trailers:
            connection.trailers = HTTPHeaders.from_parsed(end.trailers)
        self._delegate.finish()
        self._is_delegate_done = True
        keep = connection.keep_alive and not self.stream.closed()
        if not keep:
            self.stream.close()
        if not self._done.done():
            self._done.set_result(keep)

    # The end.

    def fail(self, error: BaseException, *, is_cut_off: bool = False) -> None:
        """Close, tell the delegate, and log the error or let the future raise it."""
        if self._done.done():
            return
        self._release()
        self.stream.close()
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
        if not self._is_delegate_done:
            self._is_delegate_done = True
            self._delegate.on_connection_close()

    def detach(self) -> None:
        """Give the stream away, with the bytes after the head back in it."""
        self._release()
        self.stream.unread(self.parser.take_held())
        if not self._done.done():
            self._done.set_result(False)

    def _release(self) -> None:
        """Leave the stream, and wait for nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        if not self.stream.closed():
            self.stream.set_protocol(None)  # first, or it would deliver what it holds to nobody
        self.stop_reading()

    def _close_cancelled(self, done: asyncio.Future[bool]) -> None:
        if done.cancelled():
            self._release()
            self.stream.close()
            self._tell_lost()
