"""A websocket connection on a stream, for either side."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError
from tornado.log import gen_log

from .protocol import (
    Agreement,
    Close,
    Connection,
    ConnectionState,
    Event,
    PeerError,
    Ping,
    Pong,
    WebSocketClosedError,
    accept_value,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from tornado.iostream import IOStream

    from ._parameters import ConnectionParameters


class WebSocketProtocol(ABC):
    """What a handler's ``ws_connection`` can do."""

    stream: IOStream | None = None
    handler: Any

    #: The peer has sent a close frame, or this side has.
    client_terminated = False
    server_terminated = False

    close_code: int | None = None
    close_reason: str | None = None

    def __init__(self, handler: Any) -> None:
        self.handler = handler

    @abstractmethod
    def write_message(self, message: Any, binary: bool = False) -> asyncio.Future[None]:
        """Send a message."""

    @abstractmethod
    def write_ping(self, data: bytes) -> None:
        """Send a ping."""

    @abstractmethod
    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begin the closing handshake."""

    @abstractmethod
    def is_closing(self) -> bool:
        """Return true if nothing can be sent any more."""


class WebSocketProtocol13(WebSocketProtocol):
    """A connection that speaks version 13, the one of RFC 6455.

    It is the consumer of its stream (`tornado.iostream.BaseIOStream.set_protocol`): bytes come in
    by `data_received`, and messages go to the handler in the same call. A handler whose
    ``on_message`` returns an awaitable gets the next message when that is done; reading stops
    meanwhile, so a handler that is slow slows its peer down.

    :param handler: whose ``on_message``, ``on_ping``, ``on_pong``, ``log_exception`` and
        ``on_ws_connection_close`` are called.
    :param mask_outgoing: this side is the client.
    """

    def __init__(self, handler: Any, mask_outgoing: bool, params: ConnectionParameters) -> None:
        super().__init__(handler)
        self.mask_outgoing = mask_outgoing
        self.params = params
        self._task: asyncio.Task[None] | None = None  # waits for what the handler returned
        self._held: list[bytes] = []  # what came while it waited
        self._corked: list[bytes] | None = None  # what is sent while events are delivered
        self._is_congested = False  # more is written than the peer takes
        self._has_heard = False  # since the last ping
        self._is_reading_paused = False
        self.is_lost = False
        self._ping_timer: asyncio.TimerHandle | None = None
        self._close_timer: asyncio.TimerHandle | None = None

    def start(
        self, stream: IOStream, context: Context | None = None, agreement: Agreement | None = None
    ) -> None:
        """Take the stream over, after the opening handshake."""
        self.stream = stream
        self._context = context or copy_context()
        self._connection = Connection(
            is_client=self.mask_outgoing,
            max_message_size=self.params.max_message_size,
            agreement=agreement,
        )
        stream.set_protocol(self)
        self.start_pinging()

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer."""
        self._has_heard = True
        if self._task is not None:
            self._hold(data)
            return
        self._context.run(self._receive, data)

    def _receive(self, data: bytes) -> None:
        error = None
        try:
            events = self._connection.receive(data)
        except PeerError as fault:
            events, error = fault.events, fault
        if self._connection.answers:
            self._send(self._connection.take_answers())
        self._deliver(events, error)

    def _deliver(self, events: Sequence[Event], error: PeerError | None) -> None:
        """Pass events on in their order; what is sent meanwhile leaves in one write."""
        if len(events) > 1:
            self._corked = []
        handler = self.handler
        for index, event in enumerate(events):
            try:
                kind = type(event)
                if kind is str or kind is bytes:
                    result = handler.on_message(event)
                else:
                    result = self._take_control(event)
            except Exception as fault:  # noqa: BLE001 - logged by the handler, ends the connection
                self._handler_failed(fault)
                return
            if result is not None:
                self._uncork()
                self._task = asyncio.get_running_loop().create_task(
                    self._go_on_after(result, events[index + 1 :], error)
                )
                return
        self._after_batch(error)

    def _after_batch(self, error: PeerError | None) -> None:
        if self._corked is not None:
            self._uncork()
        if error is not None:
            self._fail(error)
        elif self._connection.has_more:
            # Others get a turn; nothing more is read until these are through.
            self._pause_reading()
            asyncio.get_running_loop().call_soon(self._go_on, context=self._context)

    async def _go_on_after(
        self, result: Awaitable[Any], events: Sequence[Event], error: PeerError | None
    ) -> None:
        """Wait for what a handler returned, and pass on the events after that."""
        try:
            await _awaitable(result)
            for event in events:
                if type(event) in (str, bytes):
                    result = self.handler.on_message(event)
                else:
                    result = self._take_control(event)
                if result is not None:
                    await _awaitable(result)
        except Exception as fault:  # noqa: BLE001 - logged by the handler, ends the connection
            self._task = None
            self._handler_failed(fault)
            return
        self._task = None
        self._after_batch(error)
        if error is None and not self._connection.has_more:
            self._go_on()

    def _go_on(self) -> None:
        """Read what came while a handler or somebody else had its turn."""
        if self._task is not None or self.is_lost:
            return
        data, self._held = b"".join(self._held), []
        if data or self._connection.has_more:
            self._receive(data)
        if self._task is None and not self._connection.has_more and self._is_reading_paused:
            self._is_reading_paused = False
            self.stream.resume_reading()

    def _hold(self, data: bytes) -> None:
        self._held.append(data)
        self._pause_reading()

    def _pause_reading(self) -> None:
        if not self._is_reading_paused and not self.is_lost:
            self._is_reading_paused = True
            self.stream.pause_reading()

    def _take_control(self, event: Event) -> Any:
        """Pass a control frame on; the connection has answered it."""
        if type(event) is Ping:
            return self.handler.on_ping(event.data)
        if type(event) is Pong:
            return self.handler.on_pong(event.data)
        if type(event) is Close:
            self.client_terminated = True
            self._show_close()
            if self._connection.state is ConnectionState.CLOSED:
                self._finish_closing()
        return None

    def eof_received(self) -> None:
        """The peer has ended without a close frame, or after it: the stream closes."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take notice that the stream is closed; the handler's ``on_close`` follows."""
        self.is_lost = True
        self.client_terminated = self.server_terminated = True
        self._connection.lose()
        self._show_close()
        for timer in (self._ping_timer, self._close_timer):
            if timer is not None:
                timer.cancel()
        self._context.run(self.handler.on_ws_connection_close, self.close_code, self.close_reason)

    def pause_writing(self) -> None:
        """The peer takes less than it is sent."""
        self._is_congested = True

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._is_congested = False

    # Sending.

    def write_message(
        self, message: str | bytes | bytearray | memoryview, binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message.

        :returns: done when the system has taken all bytes; failed if the connection ends before.
        :raises WebSocketClosedError: the connection is closed or closing.
        """
        connection = self._connection
        if self._is_congested and self.stream.write_buffer_size > self.params.max_unsent:
            return self._refuse(message, binary)
        frame = connection.send_binary(message) if binary else connection.send_text(message)
        return self._send(frame)

    def _send(self, frame: bytes) -> asyncio.Future[None]:
        if self._corked is not None:
            self._corked.append(frame)
            return self._done()
        try:
            return self.stream.write(frame)
        except StreamClosedError:
            raise WebSocketClosedError from None

    def _done(self) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    def _uncork(self) -> None:
        frames, self._corked = self._corked, None
        if frames and not self.is_lost:
            self.stream.writelines_nowait(frames)

    def write_ping(self, data: bytes) -> None:
        """Send a ping of at most 125 bytes."""
        self._send(self._connection.send_ping(data))

    # Closing.

    def is_closing(self) -> bool:
        """Return true if nothing can be sent any more."""
        return not self._connection.is_open

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begin the closing handshake; the connection ends when the peer has answered."""
        frame = self._connection.close(code, reason)
        if not frame:
            return
        self.server_terminated = True
        self._send(frame)
        loop = asyncio.get_running_loop()
        self._close_timer = loop.call_later(self.params.close_timeout, self._abort)

    def _abort(self) -> None:
        """Close without a handshake."""
        self.client_terminated = self.server_terminated = True
        self.stream.close()

    def _fail(self, error: PeerError) -> None:
        gen_log.debug("websocket connection failed: %s", error)
        frame = self._connection.fail(error)
        if frame:
            self._send(frame)
        self._show_close()
        self._abort()

    def _handler_failed(self, error: Exception) -> None:
        self._uncork()
        self.handler.log_exception(type(error), error, error.__traceback__)
        self._abort()

    def _finish_closing(self) -> None:
        """Both close frames are exchanged: the server closes (RFC 6455 section 7.1.1)."""
        self._uncork()
        self.server_terminated = True
        if not self.mask_outgoing:
            self.stream.close_when_written()
        elif self._close_timer is None:
            loop = asyncio.get_running_loop()
            self._close_timer = loop.call_later(self.params.close_timeout, self._abort)

    def _show_close(self) -> None:
        if self._connection.close_code not in (1005, 1006):
            self.close_code = self._connection.close_code
            self.close_reason = self._connection.close_reason

    # Keeping alive.

    def start_pinging(self) -> None: ...

    def _refuse(self, message, binary): ...

    @staticmethod
    def compute_accept_value(key: str | bytes) -> str:
        """Return the ``Sec-WebSocket-Accept`` for a key."""
        return accept_value(key if isinstance(key, str) else key.decode("latin-1"))


def _awaitable(result: Any) -> Awaitable[Any]:
    if isinstance(result, (asyncio.Future, Coroutine)):
        return result
    from tornado.gen import convert_yielded

    return convert_yielded(result)
