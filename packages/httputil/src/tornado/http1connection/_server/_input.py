"""From the bytes of a connection to the calls of a delegate."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tornado.httputil import HTTPHeaders, HTTPInputError, RequestStartLine
from tornado.iostream import StreamClosedError

from .._errors import ProtocolError
from .._parsing._framing import CHUNKED
from .._parsing._head import RequestHead
from .._parsing._parser import EndOfMessage
from .._state import (
    AFTER_DISPATCH,
    AFTER_FIRST_BYTES,
    AFTER_HEAD,
    AFTER_REQUEST,
    ANSWERED,
    BODY,
    DISPATCH,
    DRAIN,
    IDLE,
    RESPONDING,
)
from ._deadlines import ServerDeadlines
from ._exchange import ServerExchange
from ._sweep import NEVER

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextvars import Context

    from tornado.httputil import HTTPMessageDelegate, HTTPServerConnectionDelegate

    from .._parsing._head import Fields
    from .._parsing._parser import RequestParser

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: What a delegate may meet when it goes on after the end of its connection.
_OF_A_LOST_CONNECTION = (asyncio.CancelledError, StreamClosedError, HTTPInputError)

#: Requests that are served in a row before other connections get their turn.
_MAX_TURN = 16

# These constructors are functions in Python; what stands here is not.
_start_line = tuple.__new__
_headers = object.__new__

_Event = RequestHead | bytes | EndOfMessage


class RequestInput(ServerDeadlines):
    """The requests of a connection; `HTTP1ServerConnection` has the rest of it."""

    __slots__ = (
        "_at_eof",
        "_delegate",
        "_exchange",
        "_is_write_paused",
        "_message",
        "_parser",
        "_state",
        "_variables",
        "_waiting",
        "params",
        "stream",
    )

    if TYPE_CHECKING:
        _at_eof: bool
        _delegate: HTTPServerConnectionDelegate
        _message: HTTPMessageDelegate | None
        _parser: RequestParser
        #: The context variables that each request begins with.
        _variables: Context

        def _fail(self, error: BaseException) -> None: ...
        def _close_unanswered(self) -> None: ...
        def _end_of_exchange(self, exchange: ServerExchange) -> None: ...
        def _serve_held(self) -> None: ...
        def eof_received(self) -> bool: ...

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        state = self._state
        if state is IDLE:
            if self._is_write_paused:
                self._hold(data)
                return
        elif state in RESPONDING or self._waiting is not None:
            self._hold(data)
            return
        try:
            event = self._parser.receive(data)
            if event is not None:
                self._advance(event)
            elif state is IDLE:
                self._begin_head()
        except HTTPInputError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - logged; the request cannot go on
            self._fail(error)

    def _soon_next_request(self) -> None:
        """Serve what is held after the other connections have had their turn."""
        self.stream.pause_reading()
        # Not in the context of the request before, which may be what calls this.
        variables = self._variables.copy()
        asyncio.get_running_loop().call_soon(self._serve_held, context=variables)

    def _hold(self, data: bytes) -> None:
        """Keep what a client sends before its turn: one read, then the stream is paused."""
        self._parser.hold(data)
        self.stream.pause_reading()

    def _advance(self, event: _Event | None) -> None:
        """Handle an event and those that follow it, until bytes or a response must be waited for."""
        turn = 0
        while event is not None:
            if event.__class__ is RequestHead:
                self._begin_request(event)
            elif event.__class__ is bytes:
                self._receive_body(event)
            elif event.__class__ is EndOfMessage:
                self._end_body(event.trailers)
            if self._state is IDLE:
                if not self._parser.held:
                    return
                turn += 1
                if turn >= _MAX_TURN or self._is_write_paused:
                    self._soon_next_request()
                    return
            elif self._waiting is not None or (
                self._state is not BODY and self._state is not DRAIN
            ):
                return
            event = self._parser.next_event()
        if self._state is IDLE:
            self._begin_head()

    def _advance_held(self, event: _Event | None = None) -> None:
        """Do as :meth:`data_received` with what is held, or with an event that comes first."""
        try:
            self._advance(self._parser.next_event() if event is None else event)
        except HTTPInputError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - as in data_received
            self._fail(error)

    # The head.

    def _begin_head(self) -> None:
        if self._parser.is_within_head:
            self._state = AFTER_FIRST_BYTES[self._state]
            if self.params.head_timeout is not None:
                self.deadline = self._sweep.after(self.params.head_timeout)

    def _begin_request(self, head: RequestHead) -> None:
        """Tell the delegate about a new request."""
        method, target, version, fields, keep_alive, length = head
        exchange = ServerExchange(self, method, version, keep_alive)  # type: ignore[arg-type]  # the whole of this class
        self._exchange = exchange
        if length and "Expect" in fields and version == "HTTP/1.1":
            # Nobody can know whether the body comes if it is answered without having been asked for.
            exchange.keep_alive = False
        self.deadline = NEVER
        self._state = BODY if self._state is IDLE else AFTER_HEAD[self._state]
        message = self._delegate.start_request(self, exchange)
        if self._state is BODY:
            self._message = message
        else:  # it is answered already
            asyncio.get_running_loop().call_soon(message.on_connection_close)
        headers = _headers(HTTPHeaders)
        headers.fields = fields  # from_parsed() without a call
        waiting = message.headers_received(
            _start_line(RequestStartLine, (method, target, version)), headers
        )
        if waiting is not None:
            self._wait_for(waiting, head)
        elif length:
            self._expect_body(head)
        else:
            self._end_request()

    # The body.

    def _expect_body(self, head: RequestHead) -> None:
        """Set the limits for a body, and ask for it if the client waits to be asked."""
        exchange = self._exchange
        if exchange is None or self._state is not BODY:
            return
        self._received = 0
        if head.length != CHUNKED and head.length > exchange.max_body_size:
            raise ProtocolError(f"Content-Length too long: {head.length}", 413)
        self._time_body(exchange)
        if "Expect" in head.fields and head.version == "HTTP/1.1":
            self._meet_expectation(head, exchange)

    def _meet_expectation(self, head: RequestHead, exchange: ServerExchange) -> None:
        """Answer an Expect field (RFC 9110 section 10.1.1)."""
        if str(head.fields["Expect"]).lower() != "100-continue":
            raise ProtocolError("unknown expectation", 417)
        if not exchange.has_begun:
            exchange.keep_alive = head.keep_alive and not self.params.no_keep_alive
            self.stream.write_nowait(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _receive_body(self, chunk: bytes) -> None:
        exchange, message = self._exchange, self._message
        self._received += len(chunk)
        if self._state is DRAIN:
            if self._received > self.params.max_drain_size:
                self._linger()
            return
        if exchange is None or message is None:
            return
        if self._received > exchange.max_body_size:
            raise ProtocolError(f"chunked body too large: over {exchange.max_body_size} bytes", 413)
        waiting = message.data_received(chunk)
        if waiting is not None:
            self._wait_for(waiting)

    def _end_body(self, trailers: Fields) -> None:
        self._body_end = NEVER
        if trailers and self._exchange is not None:
            self._exchange.trailers = HTTPHeaders.from_parsed(trailers)
        self._end_request()

    def _end_request(self) -> None:
        """Tell the delegate that the request is complete."""
        exchange = self._exchange
        if exchange is None:
            return
        if self._state is DRAIN:
            self._end_of_exchange(exchange)
            return
        message = self._message
        if message is None:
            return
        self._state = DISPATCH if self._state is BODY else AFTER_REQUEST[self._state]
        self.deadline = self._sweep.now + self._write_time
        try:
            message.finish()
        except HTTPInputError:
            raise
        except Exception as error:  # noqa: BLE001 - as in data_received
            self._fail(error)
            return
        if self._exchange is exchange:
            if self._state is ANSWERED:
                self._end_of_exchange(exchange)
            else:
                self._state = AFTER_DISPATCH[self._state]

    # A delegate that returns an awaitable holds the body back.

    def _wait_for(self, awaitable: Awaitable[None], head: RequestHead | None = None) -> None:
        """Hold the body back until the delegate is ready for more.

        :param head: the head of the request, while the delegate handles that.
        """
        self._waiting = waiting = asyncio.ensure_future(awaitable)
        waiting.add_done_callback(lambda future: self._stop_waiting(future, head))
        if head is not None:
            self._watch_delegate()

    def _stop_waiting(self, future: asyncio.Future[None], head: RequestHead | None) -> None:
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if self._waiting is not future:
            if error is not None and not isinstance(error, _OF_A_LOST_CONNECTION):
                app_log.error("Uncaught exception after the connection was lost", exc_info=error)
            return
        self._waiting = None
        if isinstance(error, HTTPInputError):
            self._refuse(error)
            return
        if future.cancelled():
            # The program that cancels, for example at its end, knows of it; it is not an error.
            gen_log.debug("the handling of a body from %s was cancelled", self._peer())
            self._close_unanswered()
            return
        if error is not None:
            self._fail(error)
            return
        if self._state is BODY or self._state is DRAIN:
            self._resume_body(head)
        if self._at_eof and not self.stream.closed() and not self.eof_received():
            self.stream.close()

    def _resume_body(self, head: RequestHead | None) -> None:
        """Take up again what was held back."""
        try:
            if head is None:
                self._watch_body_again()
            elif head.length:
                self._expect_body(head)
        except HTTPInputError as error:
            self._refuse(error)
            return
        self.stream.resume_reading()
        no_body = head is not None and not head.length
        self._advance_held(EndOfMessage({}) if no_body else None)
