"""The methods that a connection and a pool have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from .._connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._row import Row
    from .._statement import Values


class AsyncMethods(ABC):
    """The methods of :class:`Connection` as coroutines.

    Each takes ``timeout``, the seconds within which it has to end after a pool has given it a connection;
    None is the ``statement_timeout``, and 0 no limit. After it the statement is interrupted at the
    database, and :class:`StatementTimeoutError` is raised.

    A coroutine that is cancelled takes its statement along: one that waits does not run, and one
    that runs is interrupted. The cancellation is raised after the statement has ended.
    """

    @abstractmethod
    async def _call(
        self, method: Callable[..., Any], query: str, *arguments: Any, timeout: float | None
    ) -> Any:
        """Run a method of a connection with a statement, in a thread."""

    async def query(self, query: str, *parameters: Any, timeout: float | None = None) -> list[Row]:
        """Return the rows of a statement.

        :raises Error: if the statement is wrong or fails.
        """
        rows: list[Row] = await self._call(Connection.query, query, *parameters, timeout=timeout)
        return rows

    async def get(self, query: str, *parameters: Any, timeout: float | None = None) -> Row | None:
        """Return the only row of a statement, or None if it has none.

        :raises ProgrammingError: if there are several.
        """
        row: Row | None = await self._call(Connection.get, query, *parameters, timeout=timeout)
        return row

    async def execute(self, query: str, *parameters: Any, timeout: float | None = None) -> int:
        """Run a statement and return the id of the row that it has inserted, 0 for none."""
        return await self._number(Connection.execute, query, *parameters, timeout=timeout)

    async def execute_lastrowid(
        self, query: str, *parameters: Any, timeout: float | None = None
    ) -> int:
        """Run a statement and return the id of the row that it has inserted, 0 for none."""
        return await self._number(Connection.execute_lastrowid, query, *parameters, timeout=timeout)

    async def execute_rowcount(
        self, query: str, *parameters: Any, timeout: float | None = None
    ) -> int:
        """Run a statement and return how many rows it has changed, or returned."""
        return await self._number(Connection.execute_rowcount, query, *parameters, timeout=timeout)

    async def executemany(
        self, query: str, parameters: Iterable[Values], *, timeout: float | None = None
    ) -> int:
        """Run a statement for each row of values, and return the id of an inserted row.

        All of them are stored, or none.
        """
        return await self._number(Connection.executemany, query, parameters, timeout=timeout)

    async def executemany_lastrowid(
        self, query: str, parameters: Iterable[Values], *, timeout: float | None = None
    ) -> int:
        """Run a statement for each row of values, and return the id of an inserted row."""
        return await self._number(
            Connection.executemany_lastrowid, query, parameters, timeout=timeout
        )

    async def executemany_rowcount(
        self, query: str, parameters: Iterable[Values], *, timeout: float | None = None
    ) -> int:
        """Run a statement for each row of values, and return how many rows were changed."""
        return await self._number(
            Connection.executemany_rowcount, query, parameters, timeout=timeout
        )

    async def _number(
        self, method: Callable[..., int], query: str, *arguments: Any, timeout: float | None
    ) -> int:
        number: int = await self._call(method, query, *arguments, timeout=timeout)
        return number
