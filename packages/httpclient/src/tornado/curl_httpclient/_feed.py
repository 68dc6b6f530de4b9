"""A body that a producer makes, at the speed at which libcurl takes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.escape import utf8
from tornado.httpclient._failure import RAISED

from ._library import pycurl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httpclient._exchange import Exchange


class Feed:
    """Run a producer and give libcurl what it writes.

    :param resume: lets libcurl ask again.
    :param failed: gets what the producer raised.
    """

    def __init__(
        self,
        exchange: Exchange,
        resume: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._resume = resume
        self._failed = failed
        self._piece = memoryview(b"")
        self._room = asyncio.Event()
        self._is_complete = False
        self._is_paused = False
        self._is_stopped = False
        self._task = exchange.loop.create_task(
            self._run(exchange.hop.body_producer), context=exchange.context
        )

    def read(self, size: int) -> bytes | int:
        """Give up to ``size`` bytes; ``b""`` at the end."""
        if self._piece:
            data = bytes(self._piece[:size])
            self._piece = self._piece[size:]
            if not self._piece:
                self._room.set()
            return data
        if self._is_complete:
            return b""
        self._is_paused = True
        return int(pycurl.READFUNC_PAUSE)

    def stop(self) -> None:
        """Stop the producer."""
        self._is_stopped = True
        self._task.cancel()

    async def _run(self, producer: Any) -> None:
        try:
            returned = producer if hasattr(producer, "__aiter__") else producer(self._write)
            if hasattr(returned, "__aiter__"):
                async for piece in returned:
                    await self._write(piece)
            elif returned is not None:
                await returned
            self._is_complete = True
            self._go_on()
        except RAISED as error:  # it goes to whoever awaits the fetch
            if not self._is_stopped:
                self._failed(error)

    async def _write(self, piece: bytes | str) -> None:
        data = utf8(piece)
        if not data:
            return
        self._room.clear()
        self._piece = memoryview(data)
        self._go_on()
        await self._room.wait()

    def _go_on(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._resume()
