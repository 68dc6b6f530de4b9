"""What an application sends, on its way to the server.

Handlers write without waiting, a server of ASGI is given one event after the other by a coroutine. In
between is a queue: `put` returns a future that is done when the server has taken the event, which is
when it has room for more. So ``await handler.flush()`` slows a handler down to the speed of its client.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Event = dict[str, Any]
    Send = Callable[[Event], Awaitable[None]]

#: What servers raise when the client has left; the specification says OSError (spec version 2.4).
CLIENT_LEFT = (OSError, StreamClosedError)


class Outgoing:
    """The events of one request that the server has not taken yet.

    :param write_timeout: how many seconds the server may take for one event; None for any.
    """

    __slots__ = (
        "_deadline",
        "_events",
        "_is_complete",
        "_is_lost",
        "_sending",
        "_wakeup",
        "_write_timeout",
        "error",
    )

    def __init__(self, write_timeout: float | None) -> None:
        self._write_timeout = write_timeout
        self._deadline: asyncio.Timeout | None = None  # of the event that the server is taking
        self._sending: asyncio.Future[None] | None = None  # who waits for it
        self._events: deque[tuple[Event, asyncio.Future[None] | None]] = deque()
        self._wakeup: asyncio.Future[None] | None = None
        self._is_complete = False
        self._is_lost = False
        #: What the server has raised, None if nothing.
        self.error: BaseException | None = None

    @property
    def is_lost(self) -> bool:
        """True if nothing can be sent any more."""
        return self._is_lost

    def put(self, event: Event) -> asyncio.Future[None]:
        """Send an event.

        :returns: done when the server has taken it; fails with
            :exc:`tornado.iostream.StreamClosedError` if it cannot any more.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._is_lost:
            _fail(future, self.error)
        else:
            self._events.append((event, future))
            self._wake()
        return future

    def put_nowait(self, event: Event) -> None:
        """Send an event that nobody waits for."""
        if not self._is_lost:
            self._events.append((event, None))
            self._wake()

    def complete(self) -> None:
        """Let `run` return when everything is sent."""
        self._is_complete = True
        self._wake()

    def lose(self, error: BaseException | None = None) -> None:
        """Drop what is not sent: the client has left, or the application gives up."""
        if self._is_lost:
            return
        self._is_lost = True
        self.error = error
        if self._deadline is not None:  # some servers never return once the client has left
            self._deadline.reschedule(asyncio.get_running_loop().time())
        if self._sending is not None and not self._sending.done():
            _fail(self._sending, error)
        events, self._events = self._events, deque()
        for _, future in events:
            if future is not None and not future.done():
                _fail(future, error)
        self._wake()

    async def run(self, send: Send) -> None:
        """Give the events to the server until the last one is sent, or the connection is lost."""
        while not self._is_lost:
            if self._events:
                await self._send_next(send)
            elif self._is_complete:
                return
            else:
                self._wakeup = asyncio.get_running_loop().create_future()
                await self._wakeup

    async def _send_next(self, send: Send) -> None:
        event, future = self._events.popleft()
        if event.get("body") == b"" and event["more_body"] and self._events:
            # It was to make the server send the head, and what follows will do so.
            if future is not None and not future.done():
                future.set_result(None)
            return
        self._sending = future
        try:
            async with asyncio.timeout(self._write_timeout) as self._deadline:
                await send(event)
        except CLIENT_LEFT as error:  # a TimeoutError is one of them
            self._deadline = None
            self.lose(error)
        except BaseException as error:
            self._deadline = None
            self.lose(error if isinstance(error, Exception) else None)
            raise
        else:
            self._deadline = self._sending = None
            if future is not None and not future.done():
                future.set_result(None)

    def _wake(self) -> None:
        wakeup, self._wakeup = self._wakeup, None
        if wakeup is not None and not wakeup.done():
            wakeup.set_result(None)


def _fail(future: asyncio.Future[None], error: BaseException | None) -> None:
    future.set_exception(StreamClosedError(real_error=error))
    future.exception()  # the close callback says so as well: nobody has to wait for this one
