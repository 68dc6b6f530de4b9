"""A websocket connection on a stream, for either side."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from tornado.escape import json_encode
from tornado.log import gen_log

from ._keepalive import Keepalive
from ._outbox import Outbox
from ._protocol import WebSocketProtocol
from .protocol import (
    Close,
    Connection,
    ConnectionState,
    PeerError,
    Ping,
    Pong,
    SharedFrames,
    accept_value,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from contextvars import Context

    from tornado.iostream import IOStream

    from ._inbox import Inbox
    from ._parameters import ConnectionParameters
    from .protocol import Agreement, Event

#: Close codes that were never sent: there was none in the frame, or there was no frame.
_NOT_SENT = (1005, 1006)


class WebSocketProtocol13(WebSocketProtocol):
    """A connection that speaks version 13 of the protocol, that of RFC 6455.

    It takes the input of its stream (`tornado.iostream.BaseIOStream.set_protocol`), and passes
    messages to its handler in the same callback. Where ``on_message`` returns an awaitable, the
    next message comes when that is done. Nothing is read meanwhile, so a slow handler slows its
    peer down.

    :param handler: its ``on_message``, ``on_ping``, ``on_pong``, ``log_exception`` and
        ``on_ws_connection_close`` are called.
    :param mask_outgoing: this side is the client.
    :param params: limits and times.
    """

    def __init__(self, handler: Any, mask_outgoing: bool, params: ConnectionParameters) -> None:
        super().__init__(handler)
        self.mask_outgoing = mask_outgoing
        self.params = params
        self.is_lost = False
        self._subprotocol: str | None = None
        self._task: asyncio.Task[None] | None = None  # waits for what the handler returned
        self._held: list[bytes] = []  # what came while it waited
        self._is_reading = True
        self._inbox: Inbox | None = None
        self._keepalive: Keepalive | None = None
        self._close_timer: asyncio.TimerHandle | None = None

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
        :param context: where the handler's methods are called.
        """
        self.stream = stream
        self._subprotocol = subprotocol
        self._context = copy_context() if context is None else context
        self._connection = Connection(
            is_client=self.mask_outgoing,
            max_message_size=self.params.max_message_size,
            agreement=agreement,
        )
        self._outbox = Outbox(stream, self._connection, self.params)
        self._pause_reading()
        stream.set_protocol(self)

    def start(self) -> None:
        """Read messages, and send pings if the parameters say so."""
        if not self.is_lost:
            self.start_pinging()
            self._go_on()

    def deliver_to(self, inbox: Inbox) -> None:
        """Put messages into an inbox from now on, instead of giving them to ``on_message``."""
        self._inbox = inbox
        asyncio.get_running_loop().call_soon(self.start)

    def resume_reading(self) -> None:
        """Go on after an inbox was full."""
        self._go_on()

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer."""
        if self._keepalive is not None:
            self._keepalive.has_heard = True
        if self._task is not None or not self._is_reading:
            self._held.append(data)
            self._pause_reading()
            return
        self._context.run(self._receive, data)

    def _receive(self, data: bytes) -> None:
        error = None
        try:
            events = self._connection.receive(data)
        except PeerError as fault:
            events, error = fault.events, fault
        if self._connection.answers:
            self._outbox.send_control(self._connection.take_answers())
        self._deliver(events, error)

    def _deliver(self, events: Sequence[Event], error: PeerError | None) -> None:
        """Pass events on in their order; what is sent meanwhile leaves in one write."""
        if len(events) > 1:
            self._outbox.collect()
        on_message = self.handler.on_message if self._inbox is None else self._inbox.put
        for index, event in enumerate(events):
            try:
                if type(event) is str or type(event) is bytes:
                    result = on_message(event)
                else:
                    result = self._take_control(event)
            except Exception as fault:  # noqa: BLE001 - the handler's own; it ends the connection
                self._handler_failed(fault)
                return
            if result is not None:
                self._outbox.flush()
                rest = self._deliver_after(result, events[index + 1 :], error)
                self._task = asyncio.get_running_loop().create_task(rest)
                return
        self._after_delivery(error)

    async def _deliver_after(
        self, result: Awaitable[Any], events: Sequence[Event], error: PeerError | None
    ) -> None:
        """Wait for what a handler returned before passing on the events that follow."""
        try:
            await _as_awaitable(result)
            for event in events:
                if type(event) in (str, bytes):
                    following = self.handler.on_message(event)
                else:
                    following = self._take_control(event)
                if following is not None:
                    await _as_awaitable(following)
        except Exception as fault:  # noqa: BLE001 - the handler's own; it ends the connection
            self._task = None
            self._handler_failed(fault)
            return
        self._task = None
        self._after_delivery(error)
        self._go_on()

    def _after_delivery(self, error: PeerError | None) -> None:
        self._outbox.flush()
        if error is not None:
            self._fail(error)
        elif self._inbox is not None and self._inbox.is_full:
            self._pause_reading()
        elif self._connection.has_more:  # others get a turn before the rest is read
            self._pause_reading()
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        """Read what has come meanwhile, and then whatever comes."""
        if self.is_lost or self._task is not None:
            return
        if self._inbox is not None and self._inbox.is_full:
            return
        if self._held or self._connection.has_more:
            data, self._held = b"".join(self._held), []
            self._context.run(self._receive, data)
            if self._task is not None or self._connection.has_more or self.is_lost:
                return
            if self._inbox is not None and self._inbox.is_full:
                return
        if not self._is_reading:
            self._is_reading = True
            if self._keepalive is not None:
                self._keepalive.is_reading = True
            self.stream.resume_reading()

    def _pause_reading(self) -> None:
        if self._is_reading and not self.is_lost:
            self._is_reading = False
            if self._keepalive is not None:
                self._keepalive.is_reading = False
            self.stream.pause_reading()

    def _take_control(self, event: Event) -> Any:
        """Pass a control frame on; the answer to it is on its way already."""
        if type(event) is Ping:
            return self.handler.on_ping(event.data)
        if type(event) is Pong:
            return self.handler.on_pong(event.data)
        if type(event) is Close:
            self.client_terminated = True
            self._show_close_code()
            if self._connection.state is ConnectionState.CLOSED:
                self._finish_closing()
        return None

    def eof_received(self) -> None:
        """Let the stream close: a websocket connection has no use for half of it."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take notice that the stream is closed."""
        self.is_lost = True
        self.client_terminated = self.server_terminated = True
        self._connection.lose()
        self._show_close_code()
        self._outbox.lose()
        if self._keepalive is not None:
            self._keepalive.stop()
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._context.run(self.handler.on_ws_connection_close, self.close_code, self.close_reason)

    def pause_writing(self) -> None:
        """Take notice that the peer takes less than it is sent."""
        self._outbox.is_congested = True

    def resume_writing(self) -> None:
        """Take notice that the peer has caught up."""
        self._outbox.resume()

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
        if self.is_lost or not self._connection.is_open:
            return
        self._outbox.send_held()
        self._outbox.send_control(self._connection.close(code, reason))
        self.server_terminated = True
        self._abort_later()

    def _abort_later(self) -> None:
        if self._close_timer is None:
            loop = asyncio.get_running_loop()
            self._close_timer = loop.call_later(self.params.close_timeout, self.abort)

    def abort(self) -> None:
        """End the connection at once, without a close frame."""
        self.client_terminated = self.server_terminated = True
        self.stream.close()

    def _fail(self, error: PeerError) -> None:
        """End the connection because of what the peer has sent (RFC 6455 section 7.1.7)."""
        gen_log.debug("websocket connection failed: %s", error)
        frame = self._connection.fail(error)
        self.client_terminated = self.server_terminated = True
        if frame:
            self._outbox.send_control(frame)
        self.stream.close_when_written()
        self._abort_later()

    def _handler_failed(self, error: Exception) -> None:
        self._outbox.flush()
        self.handler.log_exception(type(error), error, error.__traceback__)
        self.abort()

    def _finish_closing(self) -> None:
        """End a connection whose close frames are exchanged: the server closes it (section 7.1.1)."""
        self.server_terminated = True
        self._outbox.flush()
        if not self.mask_outgoing:
            self.stream.close_when_written()
        self._abort_later()

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
        if self._keepalive is None and self.ping_interval is not None:
            self._keepalive = Keepalive(
                self.ping_interval,
                self.ping_timeout or self.ping_interval,
                ping=self._send_keepalive,
                expire=self._expire,
            )

    def _send_keepalive(self) -> None:
        if self._connection.is_open:
            self.write_ping(b"")

    def _expire(self) -> None:
        self.close(reason="ping timed out")
        self.abort()

    @staticmethod
    def compute_accept_value(key: str | bytes) -> str:
        """Return the ``Sec-WebSocket-Accept`` for a key (RFC 6455 section 4.2.2)."""
        return accept_value(key if isinstance(key, str) else key.decode("latin-1"))

    @staticmethod
    def ping_sleep_time(*, last_ping_time: float, interval: float, now: float) -> float:
        """Return the seconds until the next ping, so that they come in even intervals."""
        return max(0, last_ping_time + interval - now)


def _as_awaitable(result: Any) -> Awaitable[Any]:
    if isinstance(result, asyncio.Future) or hasattr(result, "__await__"):
        return result  # type: ignore[no-any-return] - an awaitable
    from tornado.gen import convert_yielded  # for what classic handlers return

    return convert_yielded(result)
