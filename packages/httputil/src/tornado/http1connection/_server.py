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
to the loop, so that one client's pipeline cannot starve the others. A client that does not take its
responses (it has *choked*) is not served on until it has caught up.

A delegate that returns an awaitable holds the body back. While one is pending (``_waiting``), bytes
are held as well, and an end of the stream is remembered until it is done.

LINGER belongs to ``_linger``: it takes the stream over.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
)
from tornado.iostream import StreamClosedError

from ._errors import ProtocolError, refusal
from ._framing import CHUNKED
from ._head import RequestHead
from ._linger import Linger
from ._parameters import HTTP1ConnectionParameters, shorter
from ._parser import EndOfMessage, RequestParser
from ._phase import BODY, CLOSED, DETACHED, DRAIN, HEAD, IDLE, LINGER, RESPONSE
from ._server_deadlines import NOTHING_WAITS, ServerDeadlines
from ._server_exchange import ServerExchange
from ._sweep import LONGEST_TICK, NEVER, Sweep, sweep_of

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.iostream import IOStream

    from ._head import Fields

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: What a delegate may meet when it goes on behind the end of its connection.
_OF_A_LOST_CONNECTION = (asyncio.CancelledError, StreamClosedError, HTTPInputError)

#: Requests that are served in a row before other connections get their turn.
_MAX_TURN = 16

#: Seconds within which the rest of a body must come whose response is written already.
_DRAIN_TIME = 10.0

# These constructors are functions in Python; what stands here is not.
_start_line = tuple.__new__
_headers = object.__new__

_Event = RequestHead | bytes | EndOfMessage


class HTTP1ServerConnection(ServerDeadlines):
    """Serve HTTP/1 on one stream.

    :param stream: the stream of an accepted connection.
    :param params: limits and switches.
    :param context: an opaque object that each request's connection carries on.
    """

    __slots__ = (
        "__weakref__",
        "_busy",
        "_choked",
        "_closed",
        "_delegate",
        "_ended",
        "_exchange",
        "_is_lent",
        "_message",
        "_parser",
        "_phase",
        "_waiting",
        "_written",
        "context",
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
        self._phase = IDLE
        self._exchange: ServerExchange | None = None
        self._message: HTTPMessageDelegate | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] | None = None
        self._received = 0
        self._needed = 0.0
        self._body_end = NEVER
        self._taken = NOTHING_WAITS
        self._busy = False
        self._written = False
        self._choked = False
        self._ended = False
        self._is_lent = False
        #: True once :meth:`drain` was called.
        self.is_draining = False

    # The life of the connection.

    def start_serving(self, delegate: HTTPServerConnectionDelegate) -> None:
        """Begin to read requests; `delegate` is told about each of them."""
        params = self.params
        if params.decompress:
            from ._decompression import DecompressingServer

            delegate = DecompressingServer(delegate)
        self._delegate = delegate
        self._sweep: Sweep = sweep_of(asyncio.get_running_loop())
        self.sent = self._sweep.done
        timeouts = (
            params.header_timeout,
            params.head_timeout,
            params.body_timeout,
            params.write_timeout,
        )
        self._sweep.add(self, min([each for each in timeouts if each is not None]))
        self._idle_time = _with_tick(params.header_timeout)
        self._write_time = _with_tick(
            NEVER if params.write_timeout is None else params.write_timeout
        )
        self.deadline = self._sweep.now + self._idle_time
        self.stream.set_protocol(self)

    async def close(self) -> None:
        """Close the connection at once, and wait until that is done."""
        if self._phase is CLOSED or self._phase is DETACHED:
            return
        if self._closed is None:
            self._closed = asyncio.get_running_loop().create_future()
        self.stream.close()
        await asyncio.shield(self._closed)

    def drain(self) -> None:
        """Serve what has begun and close behind it; an idle connection closes at once."""
        self.is_draining = True
        if self._phase is IDLE:
            self._shut()

    @property
    def is_idle(self) -> bool:
        """True if no request has begun."""
        return self._phase is IDLE and not self._parser.held

    @property
    def is_closing(self) -> bool:
        """True if the last response is written."""
        return self._phase is LINGER or self._phase is CLOSED

    def detach(self) -> None:
        """Give the stream away; what was read too much goes back into it."""
        self._phase = DETACHED
        self._forget()
        held = self._parser.take_held()
        self.stream.set_protocol(None)
        if held:
            self.stream.unread(held)
        self._delegate.on_close(self)

    # A handler that reads from the stream itself.

    def lend_input(self) -> bool:
        """Let a handler that has its whole request read what follows from the stream itself.

        Proxies do so once they have answered CONNECT. The stream asks when somebody reads from it;
        it goes on telling of its end, and comes back when the response is complete.
        """
        if self._phase is not RESPONSE:
            return False
        self._is_lent = True
        self.stream.unread(self._parser.take_held())
        return True

    def _take_back(self) -> None:
        """Read requests again after a handler has read from the stream."""
        self._is_lent = False
        if self.stream.closed():
            return
        if self.stream.reading():
            self.stream.close()  # what comes next is not for us
        else:
            self.stream.set_protocol(self)

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        phase = self._phase
        if phase is RESPONSE or self._waiting is not None:
            self._hold(data)
            return
        if self._choked and phase is IDLE:
            self._hold(data)
            return
        try:
            event = self._parser.receive(data)
            if event is not None:
                self._advance(event)
            elif phase is IDLE:
                self._head_begins()
        except HTTPInputError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - logged; the request cannot go on
            self._fail(error)

    def eof_received(self) -> bool:
        """Take note that the client sends nothing more; true keeps the write side open."""
        self._ended = True
        if self._waiting is not None:
            return True
        if self._phase is HEAD or self._phase is BODY:
            try:
                self._parser.end_of_stream()
            except HTTPInputError as error:
                self._refuse(error)
        if self._phase is RESPONSE:
            return False  # nobody can tell a client that waits from one that is gone
        self.stream.close_when_written()
        return True

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take note that the stream is closed."""
        if self._phase is DETACHED:
            return
        phase, self._phase = self._phase, CLOSED
        exchange, message = self._exchange, self._message
        self._forget()
        try:
            if phase is BODY and message is not None:
                if exchange is not None:
                    exchange.give_up()
                message.on_connection_close()
            elif exchange is not None and not exchange.is_finished:
                exchange.connection_closed()
        finally:
            self._delegate.on_close(self)
            if self._closed is not None and not self._closed.done():
                self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Take note that a slow client's bytes pile up: from now on it has a deadline."""
        self._choked = True
        self._watch_writes()

    def resume_writing(self) -> None:
        """Take note that the client has caught up."""
        self._choked = False
        if self._phase is RESPONSE:
            self.deadline = self._sweep.now + self._write_time
        elif self._phase is IDLE:
            self.deadline = self._sweep.now + self._idle_time
            self._soon_next_request()

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
                elif event.__class__ is EndOfMessage:
                    self._end_of_body(event.trailers)
                if self._phase is IDLE:
                    if not self._parser.held:
                        return
                    turn += 1
                    if turn >= _MAX_TURN or self._choked:
                        self._soon_next_request()
                        return
                elif self._waiting is not None or (
                    self._phase is not BODY and self._phase is not DRAIN
                ):
                    return
                event = self._parser.next_event()
            if self._phase is IDLE:
                self._head_begins()
        finally:
            self._busy = False

    def _advance_later(self, event: _Event | None = None) -> None:
        """Do as :meth:`data_received` with what is held, or with an event in front of it."""
        try:
            self._advance(self._parser.next_event() if event is None else event)
        except HTTPInputError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - as in data_received
            self._fail(error)

    def _head_begins(self) -> None:
        if self._parser.is_within_head:
            self._phase = HEAD
            if self.params.head_timeout is not None:
                self.deadline = self._sweep.after(self.params.head_timeout)

    def _begin(self, head: RequestHead) -> None:
        """Tell the delegate about a new request."""
        exchange = ServerExchange(self, head)
        self._exchange = exchange
        self._written = False
        if head.length and "Expect" in head.fields and head.version == "HTTP/1.1":
            # Nobody can know whether the body comes if it is answered without having been asked for.
            exchange.keep_alive = False
        self._message = message = self._delegate.start_request(self, exchange)
        self.deadline = NEVER
        self._phase = BODY
        headers = _headers(HTTPHeaders)
        headers.fields = head.fields  # from_parsed() without a call
        waiting = message.headers_received(_start_line(RequestStartLine, head[:3]), headers)
        if waiting is not None:
            self._wait_for(waiting, head)
        elif head.length:
            self._expect_body(head)
        else:
            self._end_of_request()

    def _expect_body(self, head: RequestHead) -> None:
        """Set the limits for a body, and ask for it if the client waits to be asked."""
        exchange = self._exchange
        if exchange is None or self._phase is not BODY:
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

    def _take_body(self, chunk: bytes) -> None:
        exchange, message = self._exchange, self._message
        self._received += len(chunk)
        if self._phase is DRAIN:
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

    def _end_of_body(self, trailers: Fields) -> None:
        self._body_end = NEVER
        if trailers and self._exchange is not None:
            self._exchange.trailers = HTTPHeaders.from_parsed(trailers)
        self._end_of_request()

    def _end_of_request(self) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        if self._phase is DRAIN:
            self._end_of_exchange(exchange)
            return
        message = self._message
        if message is None:
            return
        self._phase = RESPONSE
        self.deadline = self._sweep.now + self._write_time
        try:
            message.finish()
        except HTTPInputError:
            raise
        except Exception as error:  # noqa: BLE001 - as in data_received
            self._fail(error)
            return
        if self._written and self._exchange is exchange:
            self._end_of_exchange(exchange)

    def _wait_for(self, awaitable: Awaitable[None], head: RequestHead | None = None) -> None:
        """Hold the body back until the delegate is ready for more."""
        self._waiting = waiting = asyncio.ensure_future(awaitable)
        waiting.add_done_callback(lambda future: self._waited(future, head))
        if head is not None:
            self._watch_delegate()

    def _waited(self, future: asyncio.Future[None], head: RequestHead | None) -> None:
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
            # Whoever cancels, for example a program that ends, knows; it is no error.
            gen_log.debug("the handling of a body from %s was cancelled", self._peer())
            self._close_unanswered()
            return
        if error is not None:
            self._fail(error)
            return
        if self._phase is BODY or self._phase is DRAIN:
            self._go_on(head)
        if self._ended and not self.stream.closed() and not self.eof_received():
            self.stream.close()

    def _go_on(self, head: RequestHead | None) -> None:
        """Take up again what waited for the delegate."""
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
        self._advance_later(EndOfMessage({}) if no_body else None)

    # Between two requests.

    def message_written(self, exchange: ServerExchange) -> None:
        """Go on behind a response that is complete."""
        if self._exchange is not exchange:
            return
        self._written = True
        if self._is_lent:
            self._take_back()
        if self._phase is RESPONSE:
            if not self._busy:
                self._end_of_exchange(exchange)
                self._next_request()
        elif self._phase is BODY:
            self._answered_early(exchange)

    def _answered_early(self, exchange: ServerExchange) -> None:
        """Throw away what is left of a request whose response is written."""
        self._phase = DRAIN
        self._received = 0
        limit = shorter(_DRAIN_TIME, exchange.body_timeout) or 0
        self.deadline = min(self._sweep.after(limit), self._body_end)
        message, self._message = self._message, None
        if message is not None:
            # Not at once: the delegate may be in the middle of one of its methods.
            asyncio.get_running_loop().call_soon(message.on_connection_close)
        if not exchange.keep_alive:
            self._linger()

    def _end_of_exchange(self, exchange: ServerExchange) -> None:
        self._exchange = self._message = None
        if not exchange.keep_alive or self.is_draining:
            self._shut()
            return
        self._phase = IDLE
        self.deadline = self._sweep.now + self._idle_time
        if self._choked:
            self._watch_writes()

    def _hold(self, data: bytes) -> None:
        """Keep what a client sends before its turn: one read, then the stream is paused."""
        self._parser.hold(data)
        self.stream.pause_reading()

    def _next_request(self) -> None:
        if self._phase is IDLE and not self._choked:
            if self._parser.held:
                self._soon_next_request()
            else:
                self.stream.resume_reading()

    def _soon_next_request(self) -> None:
        """Serve what is held after the other connections have had their turn."""
        self.stream.pause_reading()
        asyncio.get_running_loop().call_soon(self._serve_held)

    def _serve_held(self) -> None:
        if self._phase is not IDLE or self._choked:
            return
        self.stream.resume_reading()
        self._advance_later()

    # The end.

    def _refuse(self, error: HTTPInputError) -> None:
        """Answer what is no request with a status, and close."""
        exchange, message = self._exchange, self._message
        is_receiving = self._phase is BODY
        begun = exchange is not None and exchange.has_begun
        status = getattr(error, "status", 400)
        # A client that leaves in the middle of a body is its delegate's to log: that knows the URL.
        level = logging.DEBUG if self._ended and is_receiving and message else logging.INFO
        if status == 408:
            gen_log.info("%s from %s", error, self._peer())
        elif status == 431:
            gen_log.info("Unsatisfiable read, closing connection: %s from %s", error, self._peer())
        else:
            gen_log.log(level, "Malformed HTTP message from %s: %s", self._peer(), error)
        self._exchange = self._message = None
        if exchange is not None:
            exchange.refused_with = None if self._ended else status
            exchange.give_up()
        if message is not None and is_receiving:
            message.on_connection_close()
        if self.stream.closed():
            return
        if not begun:
            self.stream.write_nowait(refusal(status))
        self._linger()

    def _fail(self, error: BaseException) -> None:
        """Log an error of the application, and close: nothing answers its request any more."""
        app_log.error("Uncaught exception while a request was received", exc_info=error)
        self._close_unanswered()

    def _close_unanswered(self) -> None:
        if self._written:
            self.stream.close_when_written()
        else:
            self.stream.close()

    def _shut(self) -> None:
        """Close behind the last response."""
        if self.stream.write_buffer_size or self._parser.held:
            self._linger()
        else:
            self.stream.close()

    def _linger(self) -> None:
        """Hand the stream over for its last moments."""
        self._phase = LINGER
        self._forget()
        self._parser.take_held()
        if self._ended:
            self.stream.close_when_written()  # there is nothing left to listen for
        elif not self.stream.closed():
            Linger(self.stream, self, self._sweep, self.params.write_timeout)

    def _forget(self) -> None:
        self.deadline = NEVER
        self._sweep.discard(self)
        self._exchange = self._message = self._waiting = None

    def _peer(self) -> str:
        return str(getattr(self.context, "remote_ip", None) or "a client")


def _with_tick(timeout: float) -> float:
    """Give what to add to the clock of the sweep, which may be a tick behind."""
    return timeout + min(LONGEST_TICK, timeout / 8)
