"""Received bytes on their way to a handler.

A message is given to the handler in the callback of the loop in which it came. Where ``on_message``
returns an awaitable, a task waits for it and gives the following messages. While it waits, while an
inbox is full, and while the rest of a flood of tiny frames is left for the next turn of the loop,
nothing is read from the stream. So what a connection holds is bounded, and its peer is slowed down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from .protocol import Close, Connection, PeerError, Ping, Pong

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextvars import Context

    from tornado.iostream import IOStream

    from ._inbox import Inbox
    from ._keepalive import Keepalive
    from ._outbox import Outbox
    from ._protocol13 import WebSocketProtocol13
    from .protocol import Event


class Delivery:
    """What takes the input of a stream (`tornado.iostream.BaseIOStream.set_protocol`).

    :param owner: hears of faults and of the end, and has the handler.
    :param context: where the handler's methods are called.
    """

    def __init__(
        self,
        owner: WebSocketProtocol13,
        stream: IOStream,
        connection: Connection,
        outbox: Outbox,
        context: Context,
    ) -> None:
        self._owner = owner
        self._stream = stream
        self._connection = connection
        self._receiver = connection.receiver
        self._outbox = outbox
        self._context = context
        self._task: asyncio.Task[None] | None = None  # waits for what the handler returned
        self._held: list[bytes] = []  # what came while nothing is delivered
        self._is_reading = True
        self.is_lost = False
        #: Called with each message.
        self.on_message: Callable[[str | bytes], Any] = owner.handler.on_message
        #: While it is full, nothing is read.
        self.inbox: Inbox | None = None
        self.keepalive: Keepalive | None = None

    # What the stream calls.

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer."""
        if self.keepalive is not None:
            self.keepalive.has_heard = True
        if self._task is not None or not self._is_reading:
            self._held.append(data)
            self.pause()
            return
        self._context.run(self._receive, data)

    def eof_received(self) -> None:
        """Let the stream close: a websocket connection has no use for half of it."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take notice that the stream is closed."""
        self.is_lost = True
        self._outbox.lose()
        self._context.run(self._owner.lose)

    def pause_writing(self) -> None:
        """Take notice that the peer takes less than it is sent."""
        self._outbox.is_congested = True

    def resume_writing(self) -> None:
        """Take notice that the peer has caught up."""
        self._outbox.resume()

    # From bytes to the handler.

    def _receive(self, data: bytes) -> None:
        try:
            message = self._receiver.whole_message(data)
        except PeerError as fault:
            self._end_batch(fault)
            return
        if message is None:
            self._receive_events(data)
            return
        try:
            result = self.on_message(message)
        except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - the handler's own
            self._owner.fail_handler(fault)
            return
        if result is not None:
            self._wait_for(result, ())
        elif self.inbox is not None:
            self._end_batch(None)

    def _receive_events(self, data: bytes) -> None:
        """Deliver what came in another way than as one message alone."""
        error = None
        try:
            events = self._connection.receive(data)
        except PeerError as fault:
            events, error = fault.events, fault
        if self._connection.answers:
            self._outbox.send_control(self._connection.take_answers())
        if len(events) > 1:
            self._outbox.collect()  # what is sent meanwhile leaves in one write
        on_message = self.on_message
        for index, event in enumerate(events):
            try:
                if type(event) is str or type(event) is bytes:
                    result = on_message(event)
                else:
                    result = self._take_control(event)
            except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 - the handler's own
                self._owner.fail_handler(fault)
                return
            if result is not None:
                self._outbox.flush()
                self._wait_for(result, events[index + 1 :], error)
                return
        self._end_batch(error)

    def _wait_for(
        self, result: Any, events: Sequence[Event], error: PeerError | None = None
    ) -> None:
        rest = self._deliver_after(result, events, error)
        self._task = asyncio.get_running_loop().create_task(rest)

    async def _deliver_after(
        self, result: Any, events: Sequence[Event], error: PeerError | None
    ) -> None:
        """Wait for what a handler returned before passing on the events that follow."""
        try:
            await _as_awaitable(result)
            for event in events:
                if type(event) is str or type(event) is bytes:
                    following = self.on_message(event)
                else:
                    following = self._take_control(event)
                if following is not None:
                    await _as_awaitable(following)
        except (Exception, asyncio.CancelledError) as fault:
            self._task = None
            if _is_cancelled():  # the loop ends; or else something that the handler awaited did
                self._owner.abort()
                raise
            self._owner.fail_handler(fault)
            return
        self._task = None
        self._end_batch(error)
        self.go_on()

    def _take_control(self, event: Event) -> Any:
        """Let the handler know of a control frame; the answer to it is on its way already."""
        if type(event) is Ping:
            return self._owner.handler.on_ping(event.data)
        if type(event) is Pong:
            return self._owner.handler.on_pong(event.data)
        if type(event) is Close:
            self._owner.take_close()
        return None

    def _end_batch(self, error: PeerError | None) -> None:
        self._outbox.flush()
        if error is not None:
            self._owner.fail(error)
        elif self._is_inbox_full():
            self.pause()
        elif self._connection.has_more:  # others get a turn before the rest is read
            self.pause()
            asyncio.get_running_loop().call_soon(self.go_on)

    # Reading, and not reading.

    def _is_inbox_full(self) -> bool:
        return self.inbox is not None and self.inbox.is_full

    def _must_wait(self) -> bool:
        return self._task is not None or self.is_lost or self._is_inbox_full()

    def go_on(self) -> None:
        """Deliver what has come meanwhile, and then read on."""
        if self._must_wait():
            return
        if self._held or self._connection.has_more:
            data, self._held = b"".join(self._held), []
            self._context.run(self._receive, data)
            if self._must_wait() or self._connection.has_more:
                return
        if not self._is_reading:
            self._is_reading = True
            if self.keepalive is not None:
                self.keepalive.is_reading = True
            self._stream.resume_reading()

    def pause(self) -> None:
        """Read nothing before `go_on`."""
        if self._is_reading and not self.is_lost:
            self._is_reading = False
            if self.keepalive is not None:
                self.keepalive.is_reading = False
            self._stream.pause_reading()


def _as_awaitable(result: Any) -> Awaitable[Any]:
    if isinstance(result, Awaitable):
        return result
    from tornado.gen import convert_yielded  # for what classic handlers return

    converted: Awaitable[Any] = convert_yielded(result)
    return converted


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
