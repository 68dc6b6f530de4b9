"""One connection to a server: it sends requests and receives responses, one after the other."""

from __future__ import annotations

import logging
import select
from typing import TYPE_CHECKING

from tornado.http1connection import ProtocolError, ResponseDriver
from tornado.httpclient._errors import (
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

    from tornado.http1connection import EndOfMessage, HTTP1ConnectionParameters, ResponseHead
    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.iostream import IOStream

    from ._pool import Pool

_general_log = logging.getLogger("tornado.general")

#: A body up to this size, in bytes, is sent together with its head.
_SMALL_BODY = 65536

#: Errors that mean that a response is refused.
_REFUSALS = (HTTPInputError, DecodingError, HTTPProtocolError)


class Connection(ResponseDriver):
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
    _upload: Upload | None = None

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
        super().__init__(stream, parameters)
        self.key = key
        self.expires = expires
        self._pool = pool
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
        self.take_data = exchange.take_data
        self.is_reading = True
        self.parser.method = method = request.method
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
                self._upload = Upload(self.stream, exchange, self.fail)
                self._upload.start(head)
            elif not body:
                self.stream.write_nowait(head)
            elif len(body) <= _SMALL_BODY:
                self.stream.write_nowait(head + body)
            else:
                self.stream.writelines_nowait((head, body))
        except StreamClosedError as error:
            self.fail(error)

    # The response.

    def take_head(self, head: ResponseHead) -> None:
        """Give a final head to the exchange; an interim one may start an upload."""
        code = head.start_line.code
        if code < 200:
            if code == 101:
                self._switch(head)
            if code == 100 and self._upload is not None:
                self._upload.send_body()
        elif self.exchange is not None:
            if self._upload is not None:
                self._upload.take_final_head()
            length = head.length if head.length >= 0 else None
            headers = HTTPHeaders.from_parsed(head.fields)
            self.exchange.take_head(head.start_line, headers, length)

    def _switch(self, head: ResponseHead) -> None:
        """Give the stream away: the server speaks another protocol from here on."""
        exchange = self.exchange
        take_stream = None if exchange is None else exchange.request._switch_callback
        if exchange is None or take_stream is None:
            raise ProtocolError("101 Switching Protocols, but no upgrade was asked for")
        rest = self.parser.take_held()
        self._release()
        self._pool.discard(self)
        self.stream.set_protocol(None)
        if rest:
            self.stream.unread(rest)
        take_stream(self.stream)
        exchange.take_head(head.start_line, HTTPHeaders.from_parsed(head.fields), None)
        exchange.finish()

    def take_end(self, end: EndOfMessage) -> None:
        """Finish the exchange, and keep the connection if it can be used again."""
        exchange = self.exchange
        if exchange is None:
            return
        keep = self.keep_alive and not self.parser.held
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

    def fail(self, error: BaseException, *, is_cut_off: bool = False) -> None:
        """Fail the exchange, or repeat it if the connection was closed while it was idle."""
        exchange = self.exchange
        if exchange is None:
            return  # an upload has failed whose exchange is over
        is_stale = self.is_reused and not self.is_answered and is_lost(error)
        self._release()
        self.close()
        if not is_cut_off:
            log_refusal(error, exchange.target.authority)
        if is_stale and exchange.can_repeat:
            self._repeat(exchange)
        else:
            exchange.fail(error)

    def take_unasked(self, data: bytes) -> None:
        """Close the connection: the bytes do not answer any request."""
        self.close()

    def schedule(self, awaitable: Awaitable[None]) -> asyncio.Future[None]:
        """Wait in the context of the fetch for what one of its callbacks has returned."""
        if self.exchange is None:
            return super().schedule(awaitable)
        return self.exchange.fetch.wait_for(awaitable)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave the pool, and fail the exchange."""
        self._pool.discard(self)
        super().connection_lost(exc)

    # The end.

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
        self.stop_reading()
        self.__dict__.pop("take_data", None)  # a reference cycle would wait for the collector
        upload, self._upload = self._upload, None
        if upload is not None:
            upload.stop()


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
