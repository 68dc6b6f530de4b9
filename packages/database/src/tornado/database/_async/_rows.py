"""The rows of a long result, read in batches by a thread."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from .._errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import TracebackType

    from .._row import Row
    from .._row_iterator import RowIterator
    from ._connection import AsyncConnection
    from ._thread import ConnectionThread

_BATCH = 200  # rows that are handed over at a time


class AsyncRowIterator:
    """An asynchronous iterator over the rows of a statement that holds few of them at a time.

    ::

        async with db.iter("SELECT * FROM entries") as entries:
            async for entry in entries:
                ...

    Until its end its connection takes no other statement. One task at a time asks it for rows. It ends after the last row, by
    :meth:`aclose`, at the end of its ``async with`` block, or when nothing refers to it any more.
    """

    def __init__(
        self,
        begin: Callable[..., Awaitable[AsyncConnection]],
        query: str,
        parameters: tuple[Any, ...],
        timeout: float | None,
        on_end: Callable[[AsyncConnection], None] | None = None,
    ) -> None:
        self._begin = begin
        self._query = query
        self._parameters = parameters
        self._timeout = timeout
        self._on_end = on_end
        self._connection: AsyncConnection | None = None
        self._thread: ConnectionThread | None = None
        self._opened: list[RowIterator] = []  # filled by the thread
        self._rows: Iterator[Row] = iter(())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_begun = self._has_ended = self._is_fetching = False

    def __aiter__(self) -> AsyncRowIterator:
        return self

    async def __anext__(self) -> Row:
        for row in self._rows:
            return row
        self._rows = iter(await self._fetch())
        for row in self._rows:
            return row
        raise StopAsyncIteration

    async def _fetch(self) -> list[Row]:
        if self._has_ended:
            return []
        if self._is_fetching:
            raise InterfaceError(
                "another task is waiting for rows of this iterator: let one task read them"
            )
        self._is_fetching = True
        try:
            await self._ensure_begun()
            batch = await self._read_batch()
        except BaseException:
            await self.aclose()
            raise
        finally:
            self._is_fetching = False
        if not batch:
            await self.aclose()
        return batch

    async def _ensure_begun(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._loop = asyncio.get_running_loop()
            self._connection = await self._begin(
                self._query, self._parameters, self._timeout, self._opened
            )
            self._thread = self._connection._thread

    async def _read_batch(self) -> list[Row]:
        connection = self._connection
        if connection is None or connection._thread is not self._thread:
            raise InterfaceError("the connection was closed while rows were read from it")
        batch: list[Row] = await connection._run_job(_take, self._opened[0], timeout=self._timeout)
        return batch

    async def aclose(self) -> None:
        """Leave the rest of the rows."""
        self._has_ended = True
        self._rows = iter(())
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if connection._thread is self._thread and self._opened:
                await connection._run_job(_close, self._opened.pop(), when_cancelled="wait")
        finally:
            self._end(connection)

    def _end(self, connection: AsyncConnection) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end(connection)

    def __del__(self) -> None:
        connection = self.__dict__.get("_connection")
        if connection is None or self._loop is None:
            return
        if self._opened and self._thread is not None:
            self._thread.clean_up(self._opened.pop().close)
        if self._on_end is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._on_end, connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def _take(thread: ConnectionThread, rows: RowIterator) -> list[Row]:
    del thread
    return list(islice(rows, _BATCH))


def _close(thread: ConnectionThread, rows: RowIterator) -> None:
    del thread
    rows.close()
