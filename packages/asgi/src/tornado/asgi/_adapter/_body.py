"""The body of a request: from events to the delegate, within the limits."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError

from ._head import announced_length
from ._steps import outside_task

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPHeaders, HTTPMessageDelegate

    from ._connection import ASGIConnection

    Receive = Callable[[], Awaitable[dict[str, Any]]]

#: How often the rate of a body is checked, and how long one that was quick may pause, in seconds.
_RATE_INTERVAL, _LONGEST_PAUSE = 10.0, 60.0

#: The largest piece that a delegate gets, in bytes.
_CHUNK_SIZE = 65536


class BodyReader:
    """The body of one request.

    :param message: gets the pieces.
    :param waiting: what the delegate returned for the head; the body is held back until it is done.
    """

    def __init__(
        self,
        connection: ASGIConnection,
        message: HTTPMessageDelegate,
        headers: HTTPHeaders,
        waiting: Awaitable[None] | None,
    ) -> None:
        self._connection = connection
        self._message = message
        self._headers = headers
        self._waiting = waiting
        self._received = 0

    async def read(self, receive: Receive) -> bool:
        """Read the body.

        :returns: true if it is complete, false if the client has left.
        :raises HTTPInputError: it crosses a limit.
        """
        # What the delegate does goes on if the exchange ends meanwhile, so it is never cancelled.
        if self._waiting is not None:
            await asyncio.shield(self._waiting)
        announced = announced_length(self._headers)
        if announced is not None:
            self._check_size(announced)
        self._begin = time.monotonic()
        while True:
            event = await self._next(receive)
            if event["type"] == "http.disconnect":
                return False
            chunk = event.get("body", b"")
            self._received += len(chunk)
            self._check_size(self._received)
            await self._pass_on(chunk)
            if not event.get("more_body", False):
                return True

    async def _pass_on(self, chunk: bytes) -> None:
        for start in range(0, len(chunk), _CHUNK_SIZE):
            piece = chunk if len(chunk) <= _CHUNK_SIZE else chunk[start : start + _CHUNK_SIZE]
            waiting = outside_task(partial(self._message.data_received, piece))
            if waiting is not None:
                await asyncio.shield(waiting)

    async def _next(self, receive: Receive) -> dict[str, Any]:
        timeout = self._time_left()
        if timeout is None:
            return await receive()
        try:
            async with asyncio.timeout(timeout):
                return await receive()
        except TimeoutError:
            raise HTTPInputError("Timeout reading the body", status=408) from None

    def _time_left(self) -> float | None:
        """Return how long the next piece may take, in seconds; None for any time."""
        connection = self._connection
        spent = time.monotonic() - self._begin
        limits: list[float] = []
        if connection.body_timeout is not None:
            limits.append(connection.body_timeout - spent)
        rate = connection.min_body_rate
        if rate:
            ahead = self._received / rate - spent
            limits.append(min(max(ahead, 0) + _RATE_INTERVAL, _LONGEST_PAUSE))
            if ahead < -_RATE_INTERVAL:
                limits.append(0)
        return max(min(limits), 0) if limits else None

    def _check_size(self, size: int) -> None:
        limit = self._connection.max_body_size
        if size > limit:
            raise HTTPInputError(f"Body too long: over {limit} bytes", status=413)
