"""The server's side of a connection: one request after the other.

Theory of operation
===================

The stream pushes bytes into ``data_received``, the parser makes events of them, and the delegate
gets its calls, all within one callback of the loop. A connection is in one phase at a time::

    IDLE ----(first bytes)----> HEAD ----(head complete)----> BODY or RESPONSE
    BODY ----(end of request)----> RESPONSE
    BODY ----(response written)----> DRAIN ----(end of request)----> IDLE
    RESPONSE ----(response written)----> IDLE
    any ----(last response written, peer still sends)----> LINGER ----> CLOSED
    any ----(detach)----> DETACHED
    any ----(error, deadline, peer gone)----> CLOSED

Requests that arrive while a response is pending are held, at most one read of them, and the stream
is not read on until their turn comes. After a number of requests in a row the connection gives way
to the loop, so that one client's pipeline cannot starve the others.

LINGER reads and discards for a moment behind a shut-down write side: closing a socket that has
unread bytes sends a reset, and the reset would destroy the response on its way (RFC 9112 section
9.6).
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from typing import TYPE_CHECKING

from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
)

from ._errors import ProtocolError
from ._framing import CHUNKED
from ._head import RequestHead
from ._parameters import HTTP1ConnectionParameters
from ._parser import EndOfMessage, RequestParser
from ._refusal import refusal
from ._server_exchange import ServerExchange
from ._sweep import LONGEST_TICK, NEVER, Sweep, sweep_of

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.iostream import IOStream

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: Requests that are served in a row before other connections get their turn.
_MAX_TURN = 16

#: How long, in seconds, and how much, in bytes, a lingering connection listens.
_LINGER_TIME = 2.0
_LINGER_SIZE = 4 * 1024 * 1024

#: Seconds over which the rate of a body is measured.
_RATE_WINDOW = 10.0


class Phase(Enum):
    """Where a connection stands; see the theory of operation."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    RESPONSE = auto()
    DRAIN = auto()
    LINGER = auto()
    CLOSED = auto()
    DETACHED = auto()


# The constructor of a named tuple is a function in Python; this one is not.
_start_line = tuple.__new__

_Event = RequestHead | bytes | EndOfMessage


class HTTP1ServerConnection:
    """Serve HTTP/1 on one stream.

    :param stream: the stream of an accepted connection.
    :param params: limits and switches.
    :param context: an opaque object that each request's connection carries on.
    """

    __slots__ = (
        "__weakref__",
        "_busy",
        "_closed",
        "_delegate",
        "_exchange",
        "_idle_time",
        "_message",
        "_parser",
        "_phase",
        "_received",
        "_sweep",
        "_waiting",
        "_written",
        "context",
        "deadline",
        "is_draining",
        "params",
        "sent",
        "stream",
    )

    def __init__(
        self,
        stream: IOStream,
        params: HTTP1ConnectionParameters | None = None,
        context: object | None = None,
    ) -> None:
        self.stream = stream
        self.params = params = params or HTTP1ConnectionParameters()
        self.context = context
        self.deadline = NEVER
        self._parser = RequestParser(params)
        self._phase = Phase.IDLE
        self._exchange: ServerExchange | None = None
        self._message: HTTPMessageDelegate | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] | None = None
        self._received = 0
        self._busy = False
        self._written = False
        #: True once :meth:`drain` was called.
        self.is_draining = False

    # The life of the connection.

    def start_serving(self, delegate: HTTPServerConnectionDelegate) -> None:
        """Begin to read requests; `delegate` is told about each of them."""
        self._delegate = delegate
        self._sweep: Sweep = sweep_of(asyncio.get_running_loop())
        self.sent = self._sweep.done
        params = self.params
        timeouts = (params.header_timeout, params.head_timeout, params.body_timeout)
        self._sweep.add(self, min([each for each in timeouts if each is not None]))
        self._idle_time = params.header_timeout + min(LONGEST_TICK, params.header_timeout / 8)
        self.deadline = self._sweep.now + self._idle_time
        self.stream.set_protocol(self)

    async def close(self) -> None:
        """Close the connection at once, and wait until that is done."""
        if self._phase is not Phase.CLOSED:
            self._closed = asyncio.get_running_loop().create_future()
            self.stream.close()
            await self._closed

    def drain(self) -> None:
        """Serve what has begun and close behind it; an idle connection closes at once."""
        self.is_draining = True
        if self._phase is Phase.IDLE:
            self._shut()

    @property
    def is_idle(self) -> bool:
        """True if no request has begun."""
        return self._phase is Phase.IDLE

    def detach(self) -> None:
        """Give the stream away; what was read too much goes back into it."""
        self._phase = Phase.DETACHED
        self._forget()
        held = self._parser.take_held()
        self.stream.set_protocol(None)
        if held:
            self.stream.unread(held)
        self._delegate.on_close(self)

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        try:
            if self._phase is Phase.RESPONSE or self._waiting is not None:
                self._hold(data)
            elif self._phase is Phase.LINGER:
                self._discard(len(data))
            else:
                event = self._parser.receive(data)
                if event is not None:
                    self._advance(event)
                elif self._phase is Phase.IDLE:
                    self._head_begins()
        except HTTPInputError as error:
            self._refuse(error)

    def eof_received(self) -> bool:
        """Take note that the client sends nothing more; true keeps the write side open."""
        if self._phase in (Phase.HEAD, Phase.BODY) and not self._waiting:
            try:
                self._parser.end_of_stream()
            except HTTPInputError as error:
                self._refuse(error)
                return not self.stream.closed()
        return self._phase is Phase.IDLE and self.stream.write_buffer_size > 0

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note that the stream is closed."""
        if self._phase is Phase.DETACHED:
            return
        phase, self._phase = self._phase, Phase.CLOSED
        exchange, message = self._exchange, self._message
        waiting = self._waiting
        self._forget()
        if waiting is not None:
            waiting.cancel()
        if phase is Phase.BODY and message is not None:
            message.on_connection_close()
        elif exchange is not None and not exchange.is_finished:
            exchange.connection_closed()
        self._delegate.on_close(self)
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Take note that a slow client's bytes pile up: from now on it has a deadline."""
        timeout = self.params.write_timeout
        if timeout is not None and self.deadline is NEVER:
            self._received = self.stream.write_buffer_size
            self.deadline = self._sweep.after(timeout)

    def resume_writing(self) -> None:
        """Take note that the client has caught up."""
        if self._phase is Phase.RESPONSE:
            self.deadline = NEVER

    # From events to calls of the delegate.

    def _advance(self, event: _Event | None) -> None:
        """Handle an event and those that follow it, until bytes or an answer must be waited for."""
        self._busy = True
        turn = 0
        try:
            while event is not None:
                if event.__class__ is RequestHead:
                    self._begin(event)
                elif event.__class__ is bytes:
                    self._take_body(event)
                else:
                    self._end_of_request()
                if self._phase is Phase.IDLE:
                    if not self._parser.held:
                        return
                    turn += 1
                    if turn >= _MAX_TURN:
                        self._give_way()
                        return
                elif self._waiting is not None or self._phase not in (Phase.BODY, Phase.DRAIN):
                    return
                event = self._parser.next_event()
            if self._phase is Phase.IDLE:
                self._head_begins()
        finally:
            self._busy = False

    def _head_begins(self) -> None:
        if self._parser.is_within_head:
            self._phase = Phase.HEAD
            if self.params.head_timeout is not None:
                self.deadline = self._sweep.after(self.params.head_timeout)

    def _begin(self, head: RequestHead) -> None:
        """Tell the delegate about a new request."""
        exchange = ServerExchange(self, head)
        self._exchange = exchange
        self._written = False
        self._message = message = self._delegate.start_request(self, exchange)
        self.deadline = NEVER
        self._phase = Phase.BODY
        waiting = message.headers_received(
            _start_line(RequestStartLine, (head.method, head.target, head.version)),
            HTTPHeaders.from_parsed(head.fields),
        )
        if waiting is not None:
            self._wait_for(waiting, head)
        elif head.length:
            self._expect_body(head)
        else:
            self._end_of_request()

    def _expect_body(self, head: RequestHead) -> None:
        """Set the limits for a body, and ask for it if the client waits to be asked."""
        exchange = self._exchange
        if exchange is None or self._phase is not Phase.BODY:
            return
        self._received = 0
        if head.length != CHUNKED and head.length > exchange.max_body_size:
            raise ProtocolError(f"body of {head.length} bytes", 413)
        if exchange.body_timeout is not None:
            self.deadline = self._sweep.after(exchange.body_timeout)
        elif self.params.min_body_rate:
            self.deadline = self._sweep.after(_RATE_WINDOW)
        if "Expect" in head.fields and head.version == "HTTP/1.1":
            self._meet_expectation(str(head.fields["Expect"]), exchange)

    def _meet_expectation(self, expectation: str, exchange: ServerExchange) -> None:
        """Answer an Expect field (RFC 9110 section 10.1.1)."""
        if expectation.lower() != "100-continue":
            raise ProtocolError("unknown expectation", 417)
        if not exchange.has_begun:
            self.stream.write_nowait(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _take_body(self, chunk: bytes) -> None:
        exchange, message = self._exchange, self._message
        self._received += len(chunk)
        if exchange is None or message is None:
            return
        if self._phase is Phase.DRAIN:
            if self._received > self.params.max_drain_size:
                self._linger()
            return
        if self._received > exchange.max_body_size:
            raise ProtocolError("body is larger than the limit", 413)
        waiting = message.data_received(chunk)
        if waiting is not None:
            self._wait_for(waiting)

    def _end_of_request(self) -> None:
        exchange, message = self._exchange, self._message
        if exchange is None or message is None:
            return
        if self._phase is Phase.DRAIN:
            self._end_of_exchange(exchange)
            return
        self._phase = Phase.RESPONSE
        self.deadline = NEVER
        try:
            message.finish()
        except HTTPInputError:
            raise
        except Exception:  # noqa: BLE001  # logged; nothing answers this request any more
            app_log.exception("uncaught exception at the end of a request")
            self.stream.close()
            return
        if self._written and self._exchange is exchange:
            self._end_of_exchange(exchange)

    def _wait_for(self, awaitable: Awaitable[None], head: RequestHead | None = None) -> None:
        """Hold the body back until the delegate is ready for more."""
        waiting = asyncio.ensure_future(awaitable)
        self._waiting = waiting
        self.stream.pause_reading()
        waiting.add_done_callback(lambda future: self._waited(future, head))

    def _waited(self, future: asyncio.Future[None], head: RequestHead | None) -> None:
        if self._waiting is not future:
            return
        self._waiting = None
        if future.cancelled() or future.exception() is not None:
            error = None if future.cancelled() else future.exception()
            if isinstance(error, HTTPInputError):
                self._refuse(error)
            else:
                app_log.error("uncaught exception while a body was received", exc_info=error)
                self.stream.close()
            return
        self.stream.resume_reading()
        try:
            if head is not None and not head.length:
                self._advance(EndOfMessage({}))
                return
            if head is not None:
                self._expect_body(head)
            self._advance(self._parser.next_event())
        except HTTPInputError as refused:
            self._refuse(refused)

    # Between two requests.

    def message_written(self, exchange: ServerExchange) -> None:
        """Go on behind a response that is complete."""
        if self._exchange is not exchange:
            return
        self._written = True
        if self._phase is Phase.BODY:
            self._phase = Phase.DRAIN
            self._received = 0
            if not exchange.keep_alive:
                self._linger()
        elif self._phase is Phase.RESPONSE and not self._busy:
            self._end_of_exchange(exchange)
            self._next_request()

    def _end_of_exchange(self, exchange: ServerExchange) -> None:
        self._exchange = self._message = None
        if not exchange.keep_alive or self.is_draining:
            self._shut()
            return
        self._phase = Phase.IDLE
        self.deadline = self._sweep.now + self._idle_time

    def _hold(self, data: bytes) -> None:
        """Keep what a client sends before its turn: one read, then the stream is paused."""
        self._parser.hold(data)
        self.stream.pause_reading()

    def _next_request(self) -> None:
        if self._phase is not Phase.IDLE:
            return
        self.stream.resume_reading()
        if self._parser.held:
            try:
                self._advance(self._parser.next_event())
            except HTTPInputError as error:
                self._refuse(error)

    def _give_way(self) -> None:
        self.stream.pause_reading()
        asyncio.get_running_loop().call_soon(self._next_request)

    # The end.

    def _refuse(self, error: HTTPInputError) -> None:
        """Answer what is no request with a status, and close."""
        gen_log.info("malformed HTTP message from %s: %s", self._peer(), error)
        exchange, message = self._exchange, self._message
        begun = exchange is not None and exchange.has_begun
        self._exchange = self._message = None
        if exchange is not None:
            exchange.give_up()
        if message is not None:
            message.on_connection_close()
        if self.stream.closed():
            return
        if not begun:
            self.stream.write_nowait(refusal(getattr(error, "status", 400)))
        self._linger()

    def _shut(self) -> None:
        """Close behind the last response."""
        if self.stream.write_buffer_size or self._parser.held:
            self._linger()
        else:
            self.stream.close()

    def _linger(self) -> None:
        """Send what is written, then listen until the client closes, or not for long."""
        self._phase = Phase.LINGER
        self._exchange = self._message = None
        self._received = 0
        self.deadline = self._sweep.after(_LINGER_TIME)
        self.stream.write_eof()
        self.stream.resume_reading()

    def _discard(self, size: int) -> None:
        self._received += size
        if self._received > _LINGER_SIZE:
            self.stream.close()

    def _forget(self) -> None:
        self.deadline = NEVER
        self._sweep.discard(self)
        self._exchange = self._message = self._waiting = None

    def deadline_passed(self) -> None:
        """Act on a deadline; called by the sweep."""
        if self._phase is Phase.HEAD:
            self._refuse(ProtocolError("the head took too long", 408))
        elif self._phase is Phase.BODY:
            self._check_body_rate()
        elif self._phase is Phase.RESPONSE:
            self._check_write_stall()
        else:
            self.stream.close()

    def _check_body_rate(self) -> None:
        exchange = self._exchange
        needed = self.params.min_body_rate * _RATE_WINDOW
        if exchange is None or exchange.body_timeout is not None or self._received < needed:
            self._refuse(ProtocolError("the body took too long", 408))
            return
        self._received = 0
        self.deadline = self._sweep.after(_RATE_WINDOW)

    def _check_write_stall(self) -> None:
        waiting = self.stream.write_buffer_size
        if waiting and waiting >= self._received:
            gen_log.info("%s takes nothing of %d bytes, closing", self._peer(), waiting)
            self.stream.abort()
        elif waiting:
            self.pause_writing()

    def _peer(self) -> str:
        return str(getattr(self.context, "remote_ip", None) or "a client")
