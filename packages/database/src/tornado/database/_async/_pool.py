"""A pool of connections whose methods are coroutines."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from .._backends._options import read_count, read_seconds
from .._errors import InterfaceError, ProgrammingError
from .._statement import StatementCache
from .._url import find_target
from ._connection import AsyncConnection
from ._connection_set import ConnectionSet
from ._methods import AsyncMethods
from ._rows import AsyncRowIterator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType

#: What a statement begins with that changes nothing.
_READING = frozenset({"EXPLAIN", "SELECT", "VALUES"})

#: What a statement begins with that belongs to the connection that runs it.
_OF_TRANSACTIONS = frozenset(
    {"BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START"}
)

#: The connections of the transactions that are open, by the pools that they come from.
_connections: ContextVar[tuple[tuple[Pool, AsyncConnection], ...]] = ContextVar(
    "tornado.database.connections", default=()
)


class Pool(AsyncMethods):
    """Connections to one database, of which each statement takes one that is free.

    ::

        pool = Pool("mysql://user:password@localhost/blog", size=10)
        entries = await pool.query("SELECT * FROM entries")

        async with pool.transaction():
            await pool.execute("INSERT INTO entries (title) VALUES (%s)", title)

    Within a transaction the methods of the pool use its connection. Connections are opened when they are
    first needed.

    SQLite lets one connection write at a time, while others read. So there is one that writes, whose
    users wait for each other here instead of failing with "database is locked", and the others run what
    begins with SELECT. A database in memory has one connection.

    :param host: as for :class:`Connection`, like ``database``, ``user``, ``password`` and ``options``.
    :param size: how many connections there are at most.
    :param max_waiting: how many coroutines may wait for a connection.
    :param acquire_timeout: seconds that each of them waits at most.
    :param statement_timeout: seconds within which each statement has to end, None for no limit.
    :raises InterfaceError: if the arguments are wrong, or if the driver is not installed.
    """

    def __init__(
        self,
        host: str,
        database: str | None = None,
        user: str | None = None,
        password: str | None = None,
        *,
        size: int = 10,
        max_waiting: int = 1000,
        acquire_timeout: float = 30.0,
        statement_timeout: float | None = None,
        **options: Any,
    ) -> None:
        size = read_count("size", size, 1)
        make = partial(
            AsyncConnection,
            host,
            database,
            user,
            password,
            statement_timeout=statement_timeout,
            **options,
        )
        make()  # which reads its arguments, and opens nothing
        limits: dict[str, Any] = {
            "max_waiting": read_count("max_waiting", max_waiting, 0),
            "acquire_timeout": read_seconds("acquire_timeout", acquire_timeout),
        }
        target = find_target(host, database, user, password, options)
        self._dialect = target.kind
        self._statements = StatementCache()
        if target.kind == "sqlite":
            self._writers = self._readers = ConnectionSet(make, size=1, **limits)
            if target.database and size > 1:
                self._readers = ConnectionSet(make, size=size - 1, **limits)
        else:
            self._writers = self._readers = ConnectionSet(make, size=size, **limits)

    @property
    def size(self) -> int:
        """How many connections there are at most."""
        return sum(each.size for each in self._sets())

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return sum(each.in_use for each in self._sets())

    @property
    def waiting(self) -> int:
        """How many coroutines wait for a connection."""
        return sum(each.waiting for each in self._sets())

    def _sets(self) -> list[ConnectionSet]:
        return [self._writers] if self._readers is self._writers else [self._writers, self._readers]

    @asynccontextmanager
    async def acquire(self, *, read_only: bool = False) -> AsyncIterator[AsyncConnection]:
        """Return an ``async with`` block with a connection of its own.

        What it leaves open, a transaction or the rows of a statement, is undone when it is given back.
        Within a transaction of the pool it is the connection of that transaction.

        :param read_only: on SQLite, take one that does not keep others from writing. The program
            promises to write nothing on it.
        :raises PoolExhaustedError: if none is free in time, or if too many wait already.
        """
        joined = self._joined()
        if joined is not None:
            yield joined
            return
        connections = self._readers if read_only else self._writers
        connection = await connections.acquire()
        try:
            yield connection
        finally:
            connections.release(connection)

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[AsyncConnection]:
        """Return an ``async with`` block whose statements are all stored at its end, or none of them.

        The methods of the pool use its connection meanwhile, in this task and in those that it starts.
        A block within a block is a savepoint.

        :param read_only: refuse statements that change anything. Such blocks do not wait for each
            other on SQLite.
        """
        joined = self._joined()
        if joined is not None:
            async with joined.transaction(read_only=read_only):
                yield joined
            return
        async with (
            self.acquire(read_only=read_only) as connection,
            connection.transaction(read_only=read_only),
        ):
            token = _connections.set((*_connections.get(), (self, connection)))
            try:
                yield connection
            finally:
                with suppress(ValueError):  # it is left in another context
                    _connections.reset(token)

    def _joined(self) -> AsyncConnection | None:
        """Return the connection of the transaction that the task is in."""
        for pool, connection in _connections.get():
            if pool is self and connection._turns.own() is not None:
                return connection
        return None

    def _set_for(self, query: str) -> ConnectionSet:
        """Return where the connection for a statement comes from.

        :raises InterfaceError: if it begins or ends a transaction, which only means something to the
            statements after it.
        """
        try:
            statement = self._statements[query, self._dialect]
        except ProgrammingError:  # the connection tells, which knows the mode of its session
            return self._writers
        if statement.verb in _OF_TRANSACTIONS:
            raise InterfaceError(
                "the next statement may have another connection: use `async with pool.transaction()`"
            )
        is_reading = statement.verb in _READING and not statement.is_returning
        return self._readers if is_reading else self._writers

    async def _call(
        self, method: Callable[..., Any], query: str, *arguments: Any, timeout: float | None
    ) -> Any:
        joined = self._joined() if _connections.get() else None
        if joined is not None:
            return await joined._call(method, query, *arguments, timeout=timeout)
        connections = self._set_for(query)
        connection = await connections.acquire()
        try:
            return await connection._call(method, query, *arguments, timeout=timeout)
        finally:
            connections.release(connection)

    def iter(self, query: str, *parameters: Any, timeout: float | None = None) -> AsyncRowIterator:
        """Return an asynchronous iterator over the rows of a statement, of which few are held at a time.

        It has a connection of its own until it ends. Use it in an ``async with`` block if the loop may
        be left early.

        :param timeout: seconds within which each batch of rows has to arrive.
        """
        joined = self._joined()
        if joined is not None:
            return joined.iter(query, *parameters, timeout=timeout)
        connections = self._set_for(query)
        begin = partial(_begin_rows, connections)
        return AsyncRowIterator(begin, query, parameters, timeout, connections.release)

    async def close(self, timeout: float | None = None) -> None:
        """Close the connections when their users are done. No new ones get any.

        :param timeout: seconds to wait for them, None for no limit. Their connections are closed when
            they give them back.
        :raises InterfaceError: if the code that runs is within a transaction of the pool.
        """
        if self._joined() is not None:
            raise InterfaceError(
                "a transaction of the pool cannot close it: leave its block before"
            )
        for each in self._sets():
            each.refuse_users()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                for each in self._sets():
                    await each.wait_for_users()
        for each in self._sets():
            await each.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def _begin_rows(
    connections: ConnectionSet,
    query: str,
    parameters: tuple[Any, ...],
    timeout: float | None,
    opened: list[Any],
) -> AsyncConnection:
    connection = await connections.acquire()
    try:
        return await connection._begin_rows(query, parameters, timeout, opened)
    except BaseException:
        connections.release(connection)
        raise
