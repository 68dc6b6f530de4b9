"""A body that a producer makes, as fast as libcurl takes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.escape import utf8
from tornado.httpclient._errors import RAISED

from ._library import pycurl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httpclient._fetch._exchange import Exchange


class Feed:
    """A running producer, and what it has written for libcurl.

    :param resume: makes libcurl ask again.
    :param fail: called with the exception of the producer.
    """

    def __init__(
        self,
        exchange: Exchange,
        resume: Callable[[], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._resume = resume
        self._fail = fail
        self._chunk = memoryview(b"")
        self._chunk_was_read = asyncio.Event()
        self._is_complete = False
        self._is_paused = False
        self._is_stopped = False
        fetch = exchange.fetch
        self._task = fetch.loop.create_task(
            self._run(exchange.request.body_producer), context=fetch.context
        )

    def read(self, size: int) -> bytes | int:
        """Return up to ``size`` bytes; ``b""`` at the end."""
        if self._chunk:
            data = bytes(self._chunk[:size])
            self._chunk = self._chunk[size:]
            if not self._chunk:
                self._chunk_was_read.set()
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
                async for chunk in returned:
                    await self._write(chunk)
            elif returned is not None:
                await returned
            self._is_complete = True
            self._unpause()
        except RAISED as error:  # it is raised where the fetch is awaited
            if not self._is_stopped:
                self._fail(error)

    async def _write(self, chunk: bytes | str) -> None:
        data = utf8(chunk)
        if not data:
            return
        self._chunk_was_read.clear()
        self._chunk = memoryview(data)
        self._unpause()
        await self._chunk_was_read.wait()

    def _unpause(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._resume()
