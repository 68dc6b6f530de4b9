"""A websocket connection on a stream, for either side."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from tornado.escape import json_encode
from tornado.iostream import IOStream, StreamClosedError
from tornado.log import gen_log
from tornado.web import report_exception

from ._delivery import Delivery
from ._keepalive import EXPIRED_REASON, Keepalive
from ._outbox import Outbox
from ._protocol import WebSocketProtocol
from .protocol import (
    CloseCode,
    Connection,
    ConnectionState,
    PeerError,
    SharedFrames,
    WebSocketClosedError,
    accept_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from ._inbox import Inbox
    from ._parameters import ConnectionParameters
    from .protocol import Agreement

#: Close codes that were never sent: there was none in the frame, or there was no frame.
_NOT_SENT = (1005, 1006)

#: Bytes per read: a message of 64 KiB comes in one, with its head. glibc asks the kernel for memory
#: each time from 128 KiB on.
_READ_SIZE = 124 * 1024

#: From this many bytes on, sending two buffers costs less than joining them.
_SPLIT_FROM = 8 * 1024


class WebSocketProtocol13(WebSocketProtocol):
    """A connection that speaks version 13 of the protocol, that of RFC 6455.

    :param handler: its ``on_message``, ``on_ping``, ``on_pong``, ``log_exception`` and
        ``on_ws_connection_close`` are called.
    :param mask_outgoing: this side is the client.
    :param params: limits and times.
    """

    # The bits of a frame's first byte (RFC 6455 section 5.2).
    FIN = 0x80
    RSV1 = 0x40
    RSV2 = 0x20
    RSV3 = 0x10
    RSV_MASK = RSV1 | RSV2 | RSV3
    OPCODE_MASK = 0x0F

    def __init__(self, handler: Any, mask_outgoing: bool, params: ConnectionParameters) -> None:
        super().__init__(handler)
        self.mask_outgoing = mask_outgoing
        self.params = params
        self._subprotocol: str | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._forget: Callable[[], None] | None = None  # tells the server of the end

    async def accept_connection(self, handler: Any) -> None:
        """Answer the opening handshake of a handler, and call its ``open``."""
        await handler.open_over(self)

    def attach(
        self,
        stream: IOStream,
        *,
        agreement: Agreement | None = None,
        subprotocol: str | None = None,
        context: Context | None = None,
    ) -> None:
        """Take the stream over, after the opening handshake. Nothing is read before `start`.

        :param agreement: the compression that was agreed on.
        :param context: where the handler's methods are called; by default a copy of the current
            one.
        """
        self.stream = stream
        self._loop = asyncio.get_running_loop()
        self._subprotocol = subprotocol
        self._connection = connection = Connection(
            is_client=self.mask_outgoing,
            max_message_size=self.params.max_message_size,
            agreement=agreement,
        )
        connection.receiver.close_comes_alone = True
        if type(stream) is IOStream:  # TLS would make a record of its own of the head
            connection.sender.split_from = _SPLIT_FROM
        stream.read_chunk_size = max(
            stream.read_chunk_size, min(_READ_SIZE, stream.max_buffer_size)
        )
        self._outbox = outbox = Outbox(stream, connection, self.params, self.close)
        self._delivery = Delivery(self, stream, connection, outbox, context or copy_context())
        self._delivery.pause()
        try:
            stream.set_protocol(self._delivery)
        except StreamClosedError:
            self._leave_server()
            raise

    def let_server_end(self, context: Any) -> None:
        """Let the server of a request's connection close this one when it ends.

        :param context: that of the connection; other servers than `tornado.httpserver.HTTPServer`
            may have none.
        """
        adopt = getattr(context, "adopt", None)
        if adopt is not None:
            self._forget = adopt(self)

    def _leave_server(self) -> None:
        if self._forget is not None:
            self._forget()

    def start(self) -> None:
        """Read messages, and send pings if the parameters say so."""
        if not self._delivery.is_lost:
            self.start_pinging()
            self._delivery.go_on()

    def deliver_to(self, inbox: Inbox) -> None:
        """Put messages into an inbox from now on, instead of giving them to ``on_message``."""
        self._delivery.on_message = inbox.put
        self._delivery.inbox = inbox
        asyncio.get_running_loop().call_soon(self.start)

    def limit_by(self, inbox: Inbox) -> None:
        """Read nothing while an inbox is full."""
        self._delivery.inbox = inbox

    def resume_reading(self) -> None:
        """Go on after an inbox was full."""
        self._delivery.go_on()

    # Sending.

    def write_message(
        self,
        message: str | bytes | bytearray | memoryview | dict[str, Any],
        binary: bool = False,
    ) -> asyncio.Future[None]:
        """Send a message.

        :param message: text; a dictionary, which is sent as JSON; or bytes, which are sent as text
            unless ``binary`` is true.
        :returns: done when the system has taken all bytes, so waiting for it slows the program down
            to the speed of its peer.
        :raises WebSocketClosedError: the connection is closed or closing.
        """
        if isinstance(message, dict):
            message = json_encode(message)
        return self._outbox.send(message, binary)

    def send_frames(self, frames: SharedFrames) -> bool:
        """Send a message whose frame may be shared, for `broadcast`.

        :returns: false if the connection is closed or closing, or the message was dropped.
        """
        return self._outbox.send_shared(frames)

    def write_ping(self, data: bytes) -> None:
        """Send a ping.

        :param data: at most 125 bytes, which come back in the pong.
        :raises WebSocketClosedError: the connection is closed or closing.
        """
        self._outbox.send_control(self._connection.send_ping(data))

    @property
    def dropped_messages(self) -> int:
        """How many messages were not sent because the peer read too slowly."""
        return self._outbox.dropped

    def set_nodelay(self, x: bool) -> None:
        """Let small messages leave at once (true), or wait to be joined (false)."""
        self.stream.set_nodelay(x)

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that was agreed on."""
        return self._subprotocol

    # Closing.

    def is_closing(self) -> bool:
        """Return true if nothing can be sent any more."""
        return not self._connection.is_open

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begin the closing handshake; the connection ends when the peer has answered.

        :param code: 1000 if there is a reason and no code; see
            `tornado.websocket.protocol.CloseCode`.
        :param reason: at most 123 bytes in UTF-8.
        """
        if self._delivery.is_lost or not self._connection.is_open:
            return
        self._outbox.send_held()
        self._outbox.send_control(self._connection.close(code, reason))
        self.server_terminated = True
        self._abort_later()

    def go_away(self) -> None:
        """Begin the closing handshake because the server ends (RFC 6455 section 7.4.1)."""
        self.close(CloseCode.GOING_AWAY, "the server is shutting down")

    def _abort_later(self) -> None:
        if self._close_timer is None:
            self._close_timer = self._loop.call_later(self.params.close_timeout, self.abort)

    def on_connection_close(self) -> None:
        """Close the stream, without a closing handshake."""
        self.abort()

    def abort(self) -> None:
        """End the connection at once, without a close frame."""
        self.client_terminated = self.server_terminated = True
        self.stream.close()

    def lose(self) -> None:
        """Take notice that the stream is closed, and tell the handler."""
        self.client_terminated = self.server_terminated = True
        self._connection.lose()
        self._show_close_code()
        if self._delivery.keepalive is not None:
            self._delivery.keepalive.stop()
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._leave_server()
        self.handler.on_ws_connection_close(self.close_code, self.close_reason)

    def take_close(self) -> None:
        """Take notice of the peer's close frame, which is answered already."""
        self.client_terminated = True
        self._show_close_code()
        if self._connection.state is not ConnectionState.CLOSED:
            return
        self.server_terminated = True
        self._outbox.flush()
        if not self.mask_outgoing:  # the server closes first (RFC 6455 section 7.1.1)
            self.stream.close_when_written()
        self._abort_later()

    def fail(self, error: PeerError) -> None:
        """End the connection because of what the peer has sent (RFC 6455 section 7.1.7)."""
        gen_log.debug("websocket connection failed: %s", error)
        frame = self._connection.fail(error)
        self.client_terminated = self.server_terminated = True
        if frame:
            self._outbox.send_control(frame)
        self.stream.close_when_written()
        self._abort_later()

    def fail_handler(self, error: BaseException) -> None:
        """End the connection because a method of the handler has raised."""
        self._outbox.flush()
        if isinstance(error, WebSocketClosedError) and self.stream.closed():
            gen_log.debug("the peer has gone while a handler was sending")
        elif self.mask_outgoing:
            self.handler.log_exception(type(error), error, error.__traceback__)
        else:
            report_exception(self.handler, error)
        self.abort()

    def _show_close_code(self) -> None:
        if self._connection.close_code not in _NOT_SENT:
            self.close_code = self._connection.close_code
            self.close_reason = self._connection.close_reason

    # Keeping alive.

    @property
    def ping_interval(self) -> float | None:
        """Seconds between pings; None if there are none."""
        return self.params.ping_interval or None

    @property
    def ping_timeout(self) -> float | None:
        """Seconds after a ping within which something has to come."""
        interval, timeout = self.params.ping_interval, self.params.ping_timeout
        return interval if timeout is None or (interval and timeout > interval) else timeout

    def start_pinging(self) -> None:
        """Send pings in intervals from now on, if the parameters say so."""
        if self._delivery.keepalive is None and self.ping_interval is not None:
            self._delivery.keepalive = Keepalive(
                self.ping_interval,
                self.ping_timeout or self.ping_interval,
                ping=self._send_keepalive,
                expire=self._expire,
            )

    def _send_keepalive(self) -> None:
        if self._connection.is_open:
            self.write_ping(b"")

    def _expire(self) -> None:
        self.close(reason=EXPIRED_REASON)
        self.stream.close_when_written()

    @staticmethod
    def compute_accept_value(key: str | bytes) -> str:
        """Return the ``Sec-WebSocket-Accept`` for a key (RFC 6455 section 4.2.2)."""
        return accept_value(key if isinstance(key, str) else key.decode("latin-1"))

    @staticmethod
    def ping_sleep_time(*, last_ping_time: float, interval: float, now: float) -> float:
        """Return the seconds until the next ping, so that they come in even intervals."""
        return max(0, last_ping_time + interval - now)
