"""A client that connects again when its connection is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tornado.httpclient import HTTPRequest
from tornado.log import gen_log

from ._client import WebSocketClientConnection
from ._errors import ReconnectError, WebSocketClosedError, WebSocketError
from ._gap import Gap
from ._retry_policy import FINAL_CLOSE_CODES, Backoff, may_pass, requested_delay

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Self

    from tornado.iostream import IOStream

Target: TypeAlias = str | HTTPRequest

#: Seconds between pings, so that a connection that dies in silence is noticed.
_PING_INTERVAL = 30.0


class _Loss(NamedTuple):
    """The end of a connection."""

    at: float  #: in seconds since the epoch
    close_code: int | None
    close_reason: str | None


class Reconnecting:
    """The messages of a server, over as many connections as it takes.

    ::

        async with Reconnecting("wss://example.com/updates", on_gap=catch_up) as updates:
            async for message in updates:
                print(message)

    Entering the block opens the first connection. While the program iterates, a connection that
    is lost is replaced by a new one. Then ``on_gap`` is called before the first message of the new
    connection, so that the program can ask its server for what it has missed::

        async def catch_up(gap):
            await updates.write_message({"after": last_number})

    Nothing runs in the background: between two messages that the program takes, nobody connects.

    The iteration ends after `close`, and when the server closes with 1000, which says that there
    is no more to come. It raises where connecting again would not help: `HTTPClientError` for a
    refusal with a status 4xx (but 408, 425 and 429), `ReconnectError` for a close code of
    ``final_codes`` and after ``give_up_after``, and any error that does not come from the network or the server.

    :param target: a URL or an `HTTPRequest`, as for `websocket_connect`; or a function that
        returns one, which is called for every attempt and may be a coroutine function. So a token
        that expires can be renewed.
    :param on_gap: called with a `Gap` after each new connection but the first; may be a coroutine
        function. If the new connection is lost meanwhile, it is called again after the next one.
    :param first_delay: seconds before the first attempt to connect again; they double with each
        attempt. A server that refuses with ``Retry-After`` is given that time.
    :param max_delay: seconds that the delays grow to.
    :param jitter: how much of each delay is random, from 0 to 1.
    :param stable_after: a connection that lasted so many seconds makes the delays begin anew.
    :param give_up_after: seconds without a connection after which the iteration raises; None for
        never.
    :param final_codes: close codes of the server after which no connection is tried.
    :param options: those of `websocket_connect`. ``ping_interval`` is 30 seconds here by default.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        target: Target | Callable[[], Target | Awaitable[Target]],
        *,
        on_gap: Callable[[Gap], Any] | None = None,
        first_delay: float = 0.5,
        max_delay: float = 60.0,
        jitter: float = 0.5,
        stable_after: float = 10.0,
        give_up_after: float | None = None,
        final_codes: Collection[int] = FINAL_CLOSE_CODES,
        connect_timeout: float | None = None,
        **options: Any,
    ) -> None:
        if options.get("on_message_callback") is not None:
            raise WebSocketError("messages are iterated over: there is no on_message_callback")
        self._target = target
        self._on_gap = on_gap
        self._backoff = Backoff(first_delay, max_delay, jitter)
        self._stable_after = stable_after
        self._give_up_after = give_up_after
        self._final_codes = final_codes
        self._connect_timeout = connect_timeout
        self._options = {"ping_interval": _PING_INTERVAL, **options}
        #: The connection of the moment, None while there is none.
        self.connection: WebSocketClientConnection | None = None
        self._stream: IOStream | None = None
        self._opened = 0.0  # by the clock of the loop
        self._opening: WebSocketClientConnection | None = None
        self._since: float | None = None  # there has been no connection, by the clock of the loop
        self._loss: _Loss | None = None  # one that on_gap has not heard of
        self._error: BaseException | None = None
        self._attempts = 0
        self._delay = 0.0  # before the next attempt
        self._closed = asyncio.Event()

    # What a program calls.

    async def __aenter__(self) -> Self:
        try:
            await self._ensure_connection()
        except BaseException:
            self.close()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        while (connection := await self._ensure_connection()) is not None:
            message = await connection.read_message()
            if message is not None:
                return message
            self._take_loss(connection)
        raise StopAsyncIteration

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message; see `WebSocketClientConnection.write_message`.

        What was sent shortly before a connection is lost may not have arrived. Nothing is sent
        again.

        :raises WebSocketClosedError: there is no connection at the moment.
        """
        if self.connection is None:
            raise WebSocketClosedError("there is no connection at the moment")
        return self.connection.write_message(message, binary)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection and open no other one; the iteration ends.

        :param code: as for `WebSocketClientConnection.close`, and so is ``reason``.
        """
        self._closed.set()
        for connection in (self.connection, self._opening):
            if connection is not None:
                connection.close(code, reason)

    @property
    def is_closed(self) -> bool:
        """True once no further connection is tried."""
        return self._closed.is_set()

    # Connecting.

    async def _ensure_connection(self) -> WebSocketClientConnection | None:
        """Return the connection, which is opened if there is none; None at the end."""
        while not self.is_closed:
            connection = self.connection
            if connection is None:
                await self._try_to_connect()
            elif self._loss is None or await self._report_gap(connection, self._loss):
                return connection
        return None

    async def _try_to_connect(self) -> None:
        if self._delay:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._delay):
                    await self._closed.wait()
                    return
            self._delay = 0.0
        now = asyncio.get_running_loop().time
        if self._since is None:
            self._since = now()
        self._attempts += 1
        try:
            connection = await self._open()
        except Exception as error:
            if self.is_closed:
                return
            if not may_pass(error):
                self.close()
                raise
            self._plan_attempt(error)
            return
        self.connection, self._stream = connection, connection.stream
        self._opened, self._since = now(), None

    async def _open(self) -> WebSocketClientConnection:
        target = self._target() if callable(self._target) else self._target
        if not isinstance(target, (str, HTTPRequest)):
            target = await target
        if isinstance(target, str):
            target = HTTPRequest(target, connect_timeout=self._connect_timeout)
        connection = self._opening = WebSocketClientConnection(target, **self._options)
        try:
            await connection.connect_future
        except BaseException:
            connection.close()
            raise
        finally:
            self._opening = None
        return connection

    def _plan_attempt(self, error: Exception) -> None:
        """Choose the delay before the next attempt.

        :raises ReconnectError: there is no time for another one.
        """
        self._error = error
        self._delay = max(self._backoff.delay(), requested_delay(error))
        now = asyncio.get_running_loop().time()
        limit, since = self._give_up_after, now if self._since is None else self._since
        if limit is not None and now + self._delay - since > limit:
            self.close()
            raise ReconnectError(
                f"no connection for {now - since:.1f} seconds and {self._attempts} attempts: {error}",
                close_code=None if self._loss is None else self._loss.close_code,
                close_reason=None if self._loss is None else self._loss.close_reason,
            ) from error
        gen_log.info("no websocket (%s): next attempt in %.1f seconds", error, self._delay)

    # Losing a connection.

    def _take_loss(self, connection: WebSocketClientConnection) -> None:
        """Take notice of the end of a connection.

        :raises ReconnectError: the server does not want another one.
        """
        stream, self.connection, self._stream = self._stream, None, None
        if self.is_closed:
            return
        now = asyncio.get_running_loop().time()
        code, reason = connection.close_code, connection.close_reason
        if code in self._final_codes:
            self.close()
            if code == 1000:
                return
            raise ReconnectError(
                f"the server closed the connection with {code}: {reason or 'no reason given'}",
                close_code=code,
                close_reason=reason,
            )
        if now - self._opened >= self._stable_after:
            self._backoff.reset()
        if self._loss is None:
            self._loss, self._attempts = _Loss(time.time(), code, reason), 0
        self._since = now
        self._error = None if stream is None else stream.error
        self._delay = self._backoff.delay()
        gen_log.info("websocket lost (%s): connecting in %.1f seconds", code, self._delay)

    async def _report_gap(self, connection: WebSocketClientConnection, loss: _Loss) -> bool:
        """Tell the program of a gap; return false if the new connection was lost meanwhile."""
        gap = Gap(
            lost_at=loss.at,
            connected_at=time.time(),
            attempts=self._attempts,
            close_code=loss.close_code,
            close_reason=loss.close_reason,
            error=self._error,
        )
        if self._on_gap is not None:
            try:
                result = self._on_gap(gap)
                if isinstance(result, Awaitable):
                    await result
            except WebSocketClosedError:
                if not connection.is_closed:
                    raise
                self._take_loss(connection)
                return False
        self._loss = self._error = None
        return True
