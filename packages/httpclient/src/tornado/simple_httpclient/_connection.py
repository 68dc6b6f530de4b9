"""One connection to a server: it sends requests and receives responses, one after the other."""

from __future__ import annotations

import logging
import select
from typing import TYPE_CHECKING

from tornado.http1connection import EndOfMessage, ProtocolError, ResponseHead, ResponseParser
from tornado.httpclient._errors import (
    RAISED,
    DecodingError,
    HTTPProtocolError,
    RedirectError,
    is_head_too_large,
)
from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.iostream import StreamClosedError

from ._upload import Upload

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Hashable

    from tornado.http1connection import HTTP1ConnectionParameters
    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.iostream import IOStream

    from ._pool import Pool

_general_log = logging.getLogger("tornado.general")

#: Interim responses before a final one (RFC 9110 section 15.2); more are an attack.
_MAX_INTERIM = 10

#: A body up to this size, in bytes, is sent together with its head.
_SMALL_BODY = 65536

#: Errors that mean that a response is refused.
_REFUSALS = (HTTPInputError, DecodingError, HTTPProtocolError)


class Connection:
    """A connection that performs exchanges; its stream pushes bytes to it.

    Between two exchanges the connection waits in the pool, and keeps listening: bytes that come then
    do not answer any request, and end the connection.

    :param stream: is connected, and past the TLS handshake.
    :param key: the key of the exchanges that may use the connection.
    :param pool: where the connection waits.
    :param expires: when it is too old for another exchange, by the clock of the loop.
    :param repeat: performs an exchange again on a new connection.
    :param proxy_fields: for requests to an HTTP proxy: the fields that only the proxy gets.
    """

    exchange: Exchange | None = None
    is_reused = False
    _is_answered = False
    _interim = 0
    _keep_alive = False
    _upload: Upload | None = None
    _waiting: asyncio.Future[None] | None = None

    def __init__(
        self,
        stream: IOStream,
        key: Hashable,
        pool: Pool,
        parameters: HTTP1ConnectionParameters,
        expires: float,
        repeat: Callable[[Exchange], None],
        proxy_fields: str | None = None,
    ) -> None:
        self.stream = stream
        self.key = key
        self.expires = expires
        self._pool = pool
        self._parser = ResponseParser(parameters)
        self._repeat = repeat
        self._proxy_fields = proxy_fields
        stream.set_protocol(self)

    def is_ready(self) -> bool:
        """Tell whether the server has neither closed the connection nor sent anything.

        For requests that must not be sent twice: the loop may not have reported it yet.
        """
        if self.stream.closed():
            return False
        if not hasattr(select, "poll"):
            return True  # on Windows, the request fails otherwise
        poll = select.poll()
        poll.register(self.stream.fileno(), select.POLLIN)
        return not poll.poll(0)

    # The request.

    def perform(self, exchange: Exchange) -> None:
        """Send the request of an exchange, which gets what comes back."""
        fetch, request = exchange.fetch, exchange.request
        fetch.operation = self
        self.exchange = exchange
        self._parser.method = method = request.method
        path = exchange.target.path
        if method == "OPTIONS" and request.url.endswith("/*"):
            path = "*"
        fields = exchange.fields
        if self._proxy_fields is not None:
            path = f"http://{exchange.target.authority}{path}"
            fields = f"{fields}{self._proxy_fields}"
        head = f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode("latin-1")
        fetch.enter("head")
        body = request._body
        try:
            if (
                request.body_producer is not None
                or request.expect_100_continue
                or request.upload_progress
            ):
                self._upload = Upload(self.stream, exchange, self._fail)
                self._upload.start(head)
            elif not body:
                self.stream.write_nowait(head)
            elif len(body) <= _SMALL_BODY:
                self.stream.write_nowait(head + body)
            else:
                self.stream.writelines_nowait((head, body))
        except StreamClosedError as error:
            self._fail(error)

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the stream."""
        if self.exchange is None:
            self.close()  # they do not answer any request
            return
        self._is_answered = True
        if self._waiting is not None:
            self._parser.hold(data)
            return
        try:
            self._advance(self._parser.receive(data))
        except RAISED as error:  # it is raised where the fetch is awaited
            self._fail(error)

    def eof_received(self) -> bool:
        """Called when the server sends nothing more; some responses end that way."""
        if self.exchange is None:
            self.close()
            return False
        if self._waiting is not None:
            # The response may be complete with the bytes that wait for the application.
            self._waiting.add_done_callback(lambda _: self.eof_received())
            return True
        try:
            event = self._parser.end_of_stream()
            if event is None:
                raise StreamClosedError
            self._keep_alive = False
            self._advance(event)
        except RAISED as error:  # as above; a cut response is not logged
            self._fail(error, is_logged=False)
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called when the stream is closed."""
        self._pool.discard(self)
        if self.exchange is not None:
            self._fail(StreamClosedError(real_error=exc))

    def pause_writing(self) -> None:
        """See `Upload`, which waits for its own writes."""

    def resume_writing(self) -> None:
        """See :meth:`pause_writing`."""

    # From events to the exchange.

    def _advance(self, event: ResponseHead | bytes | EndOfMessage | None) -> None:
        exchange = self.exchange
        while event is not None and exchange is not None:
            if isinstance(event, bytes):
                waiting = exchange.take_data(event)
                if waiting is not None:
                    self._wait_for(waiting, exchange)
                    return
            elif isinstance(event, ResponseHead):
                self._take_head(exchange, event)
            else:
                self._finish(exchange, event)
                return
            if self.exchange is not exchange:
                return  # what the exchange called has cancelled the fetch
            event = self._parser.next_event()

    def _take_head(self, exchange: Exchange, head: ResponseHead) -> None:
        code = head.start_line.code
        if code == 101 and exchange.request._switch_callback is not None:
            self._switch(exchange, head)
            return
        if code < 200:
            self._take_interim(code)
            return
        self._keep_alive = head.keep_alive
        if self._upload is not None:
            self._upload.take_final_head()
        length = head.length if head.length >= 0 else None
        exchange.take_head(head.start_line, HTTPHeaders.from_parsed(head.fields), length)

    def _switch(self, exchange: Exchange, head: ResponseHead) -> None:
        """Give the stream away: the server speaks another protocol from here on."""
        switched = exchange.request._switch_callback
        rest = self._parser.take_held()
        self._release()
        self._pool.discard(self)
        self.stream.set_protocol(None)
        if rest:
            self.stream.unread(rest)
        if switched is not None:
            switched(self.stream)
        exchange.take_head(head.start_line, HTTPHeaders.from_parsed(head.fields), None)
        exchange.finish()

    def _take_interim(self, code: int) -> None:
        if code == 101:
            raise ProtocolError("101 Switching Protocols, but no upgrade was asked for")
        self._interim += 1
        if self._interim > _MAX_INTERIM:
            raise ProtocolError(f"Too many 1xx responses: more than {_MAX_INTERIM}")
        if code == 100 and self._upload is not None:
            self._upload.send_body()

    def _wait_for(self, awaitable: Awaitable[None], exchange: Exchange) -> None:
        self._waiting = waiting = exchange.fetch.wait_for(awaitable)
        self.stream.pause_reading()
        waiting.add_done_callback(self._resume)

    def _resume(self, waiting: asyncio.Future[None]) -> None:
        if self._waiting is not waiting:
            return
        self._waiting = None
        try:
            waiting.result()
            self._advance(self._parser.next_event())
            if self._waiting is None:
                self.stream.resume_reading()
        except RAISED as error:  # as above
            self._fail(error)

    # The end of an exchange.

    def _finish(self, exchange: Exchange, end: EndOfMessage) -> None:
        keep = self._keep_alive and not self._parser.held
        if self._upload is not None:
            keep = keep and self._upload.is_complete
        keep = keep and not self.stream.writing() and not self.stream.closed()
        now = exchange.fetch.loop.time()
        keep = keep and now < self.expires
        self._release()
        if keep:
            self.is_reused = True
            keep = self._pool.put(self, now)
        if not keep:
            self.close()
        exchange.finish(end.trailers)

    def _fail(self, error: BaseException, *, is_logged: bool = True) -> None:
        exchange = self.exchange
        if exchange is None:
            return  # an upload has failed whose exchange is over
        is_stale = self.is_reused and not self._is_answered and is_lost(error)
        self._release()
        self.close()
        if is_logged:
            log_refusal(error, exchange.target.authority)
        if is_stale and exchange.can_repeat:
            self._repeat(exchange)
        else:
            exchange.fail(error)

    def abort(self) -> None:
        """Close the connection: the answer is not wanted any more."""
        self._release()
        self.close()

    def close(self) -> None:
        """Close the connection, whether it is idle or not."""
        self._pool.discard(self)
        self.stream.close()

    def _release(self) -> None:
        """Forget the exchange, and what was under way for it."""
        self.exchange = None
        self._is_answered = False
        self._interim = 0
        upload, self._upload = self._upload, None
        if upload is not None:
            upload.stop()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
            self.stream.resume_reading()


def is_lost(error: BaseException) -> bool:
    """Tell whether an error means that the connection is closed."""
    return isinstance(error, (StreamClosedError, ConnectionError))


def log_refusal(error: BaseException, authority: str) -> None:
    """Log why a response was refused; the fetch raises it as well.

    :param authority: the host and the port of the URL.
    """
    if not isinstance(error, _REFUSALS) or isinstance(error, RedirectError):
        return
    if is_head_too_large(error):
        _general_log.info("Unsatisfiable read, closing connection: %s (%s)", error, authority)
    else:
        # The words before the colon are upstream's, whose clients know no address to put there.
        _general_log.info("Malformed HTTP message from None: %s (%s)", error, authority)
