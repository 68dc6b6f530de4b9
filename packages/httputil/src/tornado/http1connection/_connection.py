"""One exchange on an HTTP/1 connection, from the side that the application holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ._outgoing import OutgoingMessage
from ._parameters import HTTP1ConnectionParameters
from ._state import GIVEN_AWAY, HEAD_NEXT, LOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPHeaders, HTTPMessageDelegate
    from tornado.iostream import IOStream

    from ._responses import ResponseReader


class HTTP1Connection(OutgoingMessage):
    """An outgoing message of an HTTP/1 connection, and the incoming one that belongs to it.

    On a server the connection makes one for each request; it is ``request.connection``. A client
    makes one itself, writes its request and then calls :meth:`read_response`.

    :param stream: the stream, connected.
    :param is_client: whether this side sends requests.
    :param params: limits and switches.
    :param context: an opaque object about the connection; a server's has ``remote_ip`` and
        ``protocol``.
    """

    _reader: ResponseReader | None = None
    #: The fields that came after the body of the incoming message, if there were any. They were
    #: received under the limits for heads; none of them can frame, route or authenticate.
    trailers: HTTPHeaders | None = None
    #: Bytes per second that the incoming body must reach; ``None`` leaves it to the parameters.
    min_body_rate: int | None = None
    #: The status that the server's side of the connection has refused the incoming message with,
    #: after its head was passed on: 413 for a body over the limit, 408 for a slow one.
    refused_with: int | None = None

    def __init__(
        self,
        stream: IOStream,
        is_client: bool,
        params: HTTP1ConnectionParameters | None = None,
        context: object | None = None,
    ) -> None:
        self.stream = stream
        self._state = HEAD_NEXT
        self._owner = None
        self._method = ""
        self._version = "HTTP/1.1"
        self.is_client = is_client
        self.params = params = params or HTTP1ConnectionParameters()
        self.context = context
        #: The limit for the incoming body, in bytes.
        self.max_body_size = params.max_body_size
        #: The deadline for the incoming body, in seconds, or ``None``.
        self.body_timeout = params.body_timeout
        self.keep_alive = not params.no_keep_alive
        self._close_callback = None

    @property
    def no_keep_alive(self) -> bool:
        """True if no connection with these parameters serves a second exchange."""
        return self.params.no_keep_alive

    # Settings that a delegate may change while the head is handled.

    def set_max_body_size(self, max_body_size: int) -> None:
        """Set the limit for this message's body, in bytes.

        Call it before the body is read: in ``headers_received``, or in ``prepare`` of a handler
        with ``stream_request_body``.
        """
        self.max_body_size = max_body_size

    def set_body_timeout(self, timeout: float) -> None:
        """Set the deadline for this message's body, in seconds.

        Call it before the body is read, as :meth:`set_max_body_size`. A server counts from when
        ``headers_received`` and what it returned are done. What ``data_received`` waits for is
        counted as well.
        """
        self.body_timeout = timeout

    def set_min_body_rate(self, rate: int) -> None:
        """Set the bytes per second that this message's body must reach; 0 for a slow stream.

        Call it before the body is read, as :meth:`set_max_body_size`. After later calls the new
        rate holds from the next check of the body.

        .. versionadded:: 1.0
        """
        self.min_body_rate = rate

    def set_close_callback(self, callback: Callable[[], object] | None) -> None:
        """Set what is called if the connection closes before this exchange is complete.

        If it is closed already, the callback is called soon.
        """
        if callback is not None and self._state is LOST:
            asyncio.get_running_loop().call_soon(callback)
        else:
            self._close_callback = callback

    # The message that comes in, on the client's side.

    def read_response(
        self, delegate: HTTPMessageDelegate, *, raise_error: bool = False
    ) -> asyncio.Future[bool]:
        """Read one response, on the client's side.

        What goes wrong is logged, closes the connection and is reported to the delegate by
        ``on_connection_close``; the result is then false.

        :param raise_error: let the future raise it instead of logging.
        :returns: a future of whether the connection can be used for another exchange.
        :raises tornado.httputil.HTTPInputError: with `raise_error`, the server broke the protocol.
        :raises tornado.iostream.StreamClosedError: with `raise_error`, the stream ended too early.

        .. versionadded:: 1.0
           ``raise_error``.
        """
        from ._responses import ResponseReader

        self._reader = ResponseReader(self, delegate, self._method, raise_error)
        return self._reader.start()

    # The end of the connection.

    def detach(self) -> IOStream:
        """Give the stream away, for another protocol; this object must not be used any more.

        Bytes that came after the head are read from the stream first.
        """
        self._state = GIVEN_AWAY
        self._close_callback = None
        if self._owner is not None:
            self._owner.detach()
        elif self._reader is not None:
            self._reader.detach()
        return self.stream

    def close(self) -> None:
        """Close the connection, without finishing the message."""
        self._close_callback = None
        self.stream.close()

    def connection_closed(self) -> None:
        """Call the close callback: the connection went away during this exchange."""
        callback = self._close_callback
        self.give_up()
        if callback is not None:
            callback()

    def give_up(self) -> None:
        """Let nothing more be sent: what the application still writes is dropped."""
        self._close_callback = None
        self._state = LOST

    def __repr__(self) -> str:
        side = "client" if self.is_client else "server"
        return f"<HTTP1Connection {side} {self._method} {self._state.name}>"
