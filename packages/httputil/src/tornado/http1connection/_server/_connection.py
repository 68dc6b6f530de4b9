"""The server's side of a connection: one request after the other.

The stream pushes bytes into ``data_received``, the parser makes events of them, and the delegate
gets its calls, all within one callback of the loop. ``_state`` has the states of a connection and
says what leads from one to the next.

Requests that arrive while a response is pending are held, at most one read of them, and the stream
is not read until their turn comes. After a number of requests in a row the connection gives way to
the loop, so that one client's pipeline cannot starve the others. A client that does not take its
responses gets no others until it has caught up (``_is_write_paused``).

While a delegate makes the body wait (``_waiting``), bytes are held as well, and an end of the
stream is handled after that (``_at_eof``).

In the state LINGER the stream belongs to ``_linger``.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from typing import TYPE_CHECKING

from tornado.httputil import HTTPInputError

from .._errors import refusal
from .._parameters import HTTP1ConnectionParameters, shorter
from .._parsing._parser import RequestParser
from .._state import (
    AFTER_EXCHANGE,
    AFTER_RESPONSE,
    ANSWERED,
    BODY,
    CLOSED,
    DETACHED,
    DISPATCH,
    HEAD,
    IDLE,
    LINGER,
    RESPONDING,
    RESPONSE,
    UNANSWERED,
)
from ._deadlines import NOTHING_WAITS
from ._input import RequestInput
from ._linger import Linger
from ._sweep import LONGEST_TICK, NEVER, sweep_of

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerConnectionDelegate
    from tornado.iostream import IOStream

    from .._outgoing import OutgoingMessage
    from ._exchange import ServerExchange

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: Seconds within which the rest of a body must come whose response is written already.
_DRAIN_TIME = 10.0


class HTTP1ServerConnection(RequestInput):
    """The HTTP/1 requests of one stream.

    :param stream: the stream of an accepted connection.
    :param params: limits and switches.
    :param context: an opaque object that each request's connection carries on.
    """

    __slots__ = ("__weakref__", "_closed", "_is_lent", "context", "is_draining", "sent")

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
        self._state = IDLE
        self._exchange = None
        self._message = None
        self._waiting = None
        self._closed: asyncio.Future[None] | None = None
        self._received = 0
        self._required = 0.0
        self._body_end = NEVER
        self._drained = NOTHING_WAITS
        #: The client does not take what is written to it.
        self._is_write_paused = False
        #: The client sends nothing more.
        self._at_eof = False
        #: A handler reads from the stream itself.
        self._is_lent = False
        #: True once :meth:`drain` was called.
        self.is_draining = False

    # The life of the connection.

    def start_serving(self, delegate: HTTPServerConnectionDelegate) -> None:
        """Begin to read requests; `delegate` is told about each of them."""
        params = self.params
        if params.decompress:
            from .._decompression import DecompressingServer

            delegate = DecompressingServer(delegate)
        self._delegate = delegate
        self._variables = copy_context()
        self._sweep = sweep_of(asyncio.get_running_loop())
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
        if self._state is CLOSED or self._state is DETACHED:
            return
        if self._closed is None:
            self._closed = asyncio.get_running_loop().create_future()
        self.stream.close()
        await asyncio.shield(self._closed)

    def drain(self) -> None:
        """Serve what has begun and close after it; an idle connection closes at once."""
        self.is_draining = True
        if self._state is IDLE:
            self._close_after_response()

    @property
    def is_idle(self) -> bool:
        """True if no request has begun."""
        return self._state is IDLE and not self._parser.held

    @property
    def is_closing(self) -> bool:
        """True if the last response is written."""
        return self._state is LINGER or self._state is CLOSED

    def detach(self) -> None:
        """Give the stream away; what was read too much goes back into it."""
        self._state = DETACHED
        self._release()
        held = self._parser.take_held()
        self.stream.set_protocol(None)
        if held:
            self.stream.unread(held)
        self._delegate.on_close(self)

    # A handler that reads from the stream itself.

    def lend_input(self) -> bool:
        """Let a handler that has its whole request read what follows from the stream itself.

        Proxies do so once they have answered CONNECT. The stream asks when somebody reads from it;
        it still says when it ends, and comes back when the response is complete.
        """
        if self._state not in RESPONDING:
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

    # What the stream calls, beside data_received().

    def eof_received(self) -> bool:
        """Handle the end of what the client sends.

        :returns: true to keep the write side open.
        """
        self._at_eof = True
        if self._waiting is not None:
            return True
        if self._state is HEAD or self._state is BODY:
            try:
                self._parser.end_of_stream()
            except HTTPInputError as error:
                self._refuse(error)
        if self._state in RESPONDING:
            return False  # nobody can tell a client that waits from one that is gone
        self.stream.close_when_written()
        return True

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell the delegate that the stream is closed."""
        if self._state is DETACHED:
            return
        state, self._state = self._state, CLOSED
        exchange, message = self._exchange, self._message
        self._release()
        try:
            if state is BODY and message is not None:
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
        """Set a deadline for a slow client, whose bytes pile up."""
        self._is_write_paused = True
        self._watch_writes()

    def resume_writing(self) -> None:
        """Go on with a client that has caught up."""
        self._is_write_paused = False
        if self._state in RESPONDING:
            self.deadline = self._sweep.now + self._write_time
        elif self._state is IDLE:
            self.deadline = self._sweep.now + self._idle_time
            self._soon_next_request()

    # Between two requests.

    def message_written(self, message: OutgoingMessage) -> None:
        """Go on after a response that is complete."""
        exchange = self._exchange
        if exchange is None or exchange is not message:
            return
        state = self._state
        self._state = ANSWERED if state is DISPATCH else AFTER_RESPONSE[state]
        if self._is_lent:
            self._take_back()
        if state is RESPONSE:
            if self._exchange is exchange:
                self._end_of_exchange(exchange)
                self._next_request()
        elif state is BODY:
            self._drain_request(exchange)

    def _drain_request(self, exchange: ServerExchange) -> None:
        """Throw away what is left of a request whose response is written."""
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
            self._close_after_response()
            return
        self._state = IDLE if self._state is ANSWERED else AFTER_EXCHANGE[self._state]
        self.deadline = self._sweep.now + self._idle_time
        if self._is_write_paused:
            self._watch_writes()

    def _next_request(self) -> None:
        if self._state is IDLE and not self._is_write_paused:
            if self._parser.held:
                self._soon_next_request()
            else:
                self.stream.resume_reading()

    def _serve_held(self) -> None:
        if self._state is not IDLE or self._is_write_paused:
            return
        self.stream.resume_reading()
        self._advance_held()

    # The end.

    def _refuse(self, error: HTTPInputError) -> None:
        """Answer what is not a request with a status, and close."""
        exchange, message = self._exchange, self._message
        is_receiving = self._state is BODY
        has_begun = exchange is not None and exchange.has_begun
        status = getattr(error, "status", 400)
        # A client that leaves in the middle of a body is its delegate's to log: that knows the URL.
        level = logging.DEBUG if self._at_eof and is_receiving and message else logging.INFO
        if status == 408:
            gen_log.info("%s from %s", error, self._peer())
        elif status == 431:
            gen_log.info("Unsatisfiable read, closing connection: %s from %s", error, self._peer())
        else:
            gen_log.log(level, "Malformed HTTP message from %s: %s", self._peer(), error)
        self._exchange = self._message = None
        if exchange is not None:
            exchange.refused_with = None if self._at_eof else status
            exchange.give_up()
        if message is not None and is_receiving:
            message.on_connection_close()
        if self.stream.closed():
            return
        if not has_begun:
            self.stream.write_nowait(refusal(status))
        self._linger()

    def _fail(self, error: BaseException) -> None:
        """Log an error of the application, and close: nothing answers its request any more."""
        app_log.error("Uncaught exception while a request was received", exc_info=error)
        self._close_unanswered()

    def _close_unanswered(self) -> None:
        if self._state in UNANSWERED:
            self.stream.close()
        else:
            self.stream.close_when_written()

    def _close_after_response(self) -> None:
        if self.stream.write_buffer_size or self._parser.held:
            self._linger()
        else:
            self.stream.close()

    def _linger(self) -> None:
        """Hand the stream over for its last moments."""
        self._state = LINGER
        self._release()
        self._parser.take_held()
        if self._at_eof:
            self.stream.close_when_written()  # there is nothing left to listen for
        elif not self.stream.closed():
            Linger(self.stream, self, self._sweep, self.params.write_timeout)

    def _release(self) -> None:
        """Forget the exchange, and wait for nothing more."""
        self.deadline = NEVER
        self._sweep.discard(self)
        self._exchange = self._message = self._waiting = None

    def _peer(self) -> str:
        return str(getattr(self.context, "remote_ip", None) or "a client")


def _with_tick(timeout: float) -> float:
    """Return what to add to the clock of the sweep, which may be a tick late."""
    return timeout + min(LONGEST_TICK, timeout / 8)
