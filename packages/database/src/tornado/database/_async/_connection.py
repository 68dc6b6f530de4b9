"""A connection whose methods are coroutines."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from .._backends._options import read_seconds
from .._connection import Connection
from .._errors import Error, OperationalError, StatementTimeoutError
from ._methods import AsyncMethods
from ._rows import AsyncRowIterator
from ._thread import ConnectionThread, run_aside
from ._transaction import AsyncTransaction
from ._turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ._thread import Job

_INTERRUPT_LIMIT = 5.0  # seconds that a statement gets to end after it was interrupted
_FIRST_PAUSE = 0.02  # seconds between two interruptions: the first may come before the statement
_LONGEST_PAUSE = 1.0

#: What becomes of a job for which nobody waits any more.
INTERRUPT, WITHDRAW, WAIT = "interrupt", "withdraw", "wait"


class _CheckedConnection(Connection):
    """A connection whose arguments are read, and that stays closed."""

    def _open(self) -> None:
        """Leave it closed: the thread opens another one when it is needed."""


class AsyncConnection(AsyncMethods):
    """A connection to SQLite, MySQL or MariaDB whose methods are coroutines.

    ::

        db = AsyncConnection("sqlite:///blog.db")
        entries = await db.query("SELECT * FROM entries WHERE author = %s", author)

        async with db.transaction():
            await db.execute("UPDATE accounts SET credit = credit - 1 WHERE id = %s", giver)
            await db.execute("UPDATE accounts SET credit = credit + 1 WHERE id = %s", taker)

    It has a thread of its own, which opens the connection at the first statement. Statements run in
    the order in which they are asked for. Those of other tasks wait while a transaction is open; tasks that
    are started within it belong to it.

    :param host: as for :class:`Connection`, like ``database``, ``user``, ``password`` and ``options``.
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
        statement_timeout: float | None = None,
        **options: Any,
    ) -> None:
        if statement_timeout is not None:
            statement_timeout = read_seconds("statement_timeout", statement_timeout)
        _CheckedConnection(host, database, user, password, **options)
        self._open = partial(Connection, host, database, user, password, **options)
        self._statement_timeout = statement_timeout
        self._thread = ConnectionThread(self._open)
        self._turns = Turns()
        self._endings: set[asyncio.Task[None]] = set()

    def iter(self, query: str, *parameters: Any, timeout: float | None = None) -> AsyncRowIterator:
        """Return an asynchronous iterator over the rows of a statement, of which few are held at a time.

        No other statement can run on this connection until it has ended, or was closed. Use it in an
        ``async with`` block if the loop may be left early.

        :param timeout: seconds within which each batch of rows has to arrive.
        """
        return AsyncRowIterator(self._begin_rows, query, parameters, timeout)

    def transaction(self, *, read_only: bool = False) -> AsyncTransaction:
        """Return an ``async with`` block whose statements are all stored at its end, or none of them.

        A block within a block is a savepoint.

        :param read_only: refuse statements that change anything. Such blocks do not wait for each
            other on SQLite.
        """
        return AsyncTransaction(self, read_only=read_only)

    async def reconnect(self) -> None:
        """Close the connection and open a new one. A database in memory is empty then."""
        await self._take_turn(None)
        await self._run_job(_reconnect, when_cancelled=WAIT)

    async def close(self) -> None:
        """Close the connection, after the statements that were asked for. The next one opens a new one.

        A transaction that is under way fails.
        """
        if self._thread.is_running:
            job = self._thread.submit(_close, ())
            self._drop()
            await job

    def _drop(self) -> None:
        """Let the thread close its connection after its jobs, and begin with a new one."""
        self._thread.stop()
        self._thread = ConnectionThread(self._open)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        thread = getattr(self, "_thread", None)  # __init__ may have failed
        if thread is not None:
            thread.stop()

    async def _call(
        self, method: Callable[..., Any], query: str, *arguments: Any, timeout: float | None
    ) -> Any:
        if self._turns.matter:
            await self._take_turn(timeout)
        return await self._run_job(_perform, method, query, *arguments, timeout=timeout)

    async def _begin_rows(
        self, query: str, parameters: tuple[Any, ...], timeout: float | None, opened: list[Any]
    ) -> AsyncConnection:
        """Begin a statement whose rows are read in batches."""
        await self._take_turn(timeout)
        thread = self._thread
        try:
            await self._run_job(_begin_iteration, opened, query, parameters, timeout=timeout)
        except BaseException:
            if opened:  # the statement had run when the task was cancelled
                thread.clean_up(opened.pop().close)
            raise
        return self

    async def _take_turn(self, timeout: float | None) -> None:
        """Wait while a transaction of other tasks is open.

        :raises OperationalError: if the own transaction was lost.
        :raises StatementTimeoutError: if that takes too long.
        """
        limit = self._statement_timeout if timeout is None else timeout
        own = await self._turns.take(limit)
        if own is not None and own.thread is not self._thread:
            raise OperationalError(
                "the connection was lost during a transaction: nothing is stored"
            )

    async def _run_job(
        self,
        method: Callable[..., Any],
        *arguments: Any,
        timeout: float | None = None,
        when_cancelled: str = INTERRUPT,
    ) -> Any:
        """Run a call in the thread.

        :param method: what to call with the thread and the arguments.
        :param timeout: seconds, None for the limit of this connection.
        :param when_cancelled: what becomes of it if nobody waits any more: INTERRUPT it, or WITHDRAW
            it if it has not begun, or WAIT for its end.
        """
        thread = self._thread  # the job stays with it, though close() takes another one
        job = thread.submit(method, arguments)
        limit = self._statement_timeout if timeout is None else timeout
        timer = None
        if limit and when_cancelled == INTERRUPT:
            timer = job.loop.call_later(limit, self._time_out, thread, job, limit)
        try:
            return await job
        except asyncio.CancelledError:
            is_withdrawn = when_cancelled != WAIT and job.claim()
            if not is_withdrawn and not job.has_ended:
                self._start_ending(thread, job, interrupt=when_cancelled == INTERRUPT)
            raise
        finally:
            if timer is not None:
                timer.cancel()
            if job.ending is not None:
                await _settle(job.ending)

    def _time_out(self, thread: ConnectionThread, job: Job, limit: float) -> None:
        error = StatementTimeoutError(f"the statement has not ended within {limit:g} seconds")
        if job.claim():
            job.fail(error)
        elif not job.has_ended and not job.is_done:
            job.refusal = error
            self._start_ending(thread, job, interrupt=True)

    def _start_ending(self, thread: ConnectionThread, job: Job, *, interrupt: bool) -> None:
        if job.ending is None:
            job.ending = job.loop.create_task(self._interrupt(thread, job, interrupt=interrupt))
            self._endings.add(job.ending)
            job.ending.add_done_callback(self._endings.discard)

    async def _interrupt(self, thread: ConnectionThread, job: Job, *, interrupt: bool) -> None:
        """Interrupt a statement until it ends. Where it does not, leave its connection to it."""
        job.is_abandoned = interrupt
        waited, pause = 0.0, _FIRST_PAUSE
        while not job.has_ended and waited < _INTERRUPT_LIMIT:
            if interrupt:
                if thread.connection is None:
                    break  # it is being opened, and the statement will not begin
                with contextlib.suppress(Error):
                    await run_aside(partial(thread.interrupt, job))
            await job.wait(pause)
            if thread.current is job:  # instead of waiting for another one
                waited += pause
            pause = min(2 * pause, _LONGEST_PAUSE)
        if not job.has_ended:
            self._replace(thread)
            if job.refusal is not None:
                job.fail(job.refusal)
                job.refusal = None

    def _replace(self, thread: ConnectionThread) -> None:
        """Leave a connection to a statement that does not end, and begin with a new one."""
        if thread.connection is not None:
            thread.connection._session.retire()
        if thread is self._thread:
            self._drop()

    def _tidy(self) -> None:
        """Undo what a user has left open, before the next one runs a statement."""
        self._turns.abandon()
        connection = self._thread.connection
        if connection is not None and not connection._session.is_clean:
            self._thread.clean_up(connection._session.reset)


async def _settle(ending: asyncio.Task[None]) -> None:
    """Wait for the end of an interruption, though the waiting task may be cancelled again."""
    cancelled = False
    while not ending.done():
        try:
            await asyncio.wait([ending])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def _perform(
    thread: ConnectionThread, method: Callable[..., Any], query: str, *arguments: Any
) -> Any:
    return method(thread.open(), query, *arguments)


def _begin_iteration(
    thread: ConnectionThread, opened: list[Any], query: str, parameters: tuple[Any, ...]
) -> None:
    opened.append(thread.open().iter(query, *parameters))


def _reconnect(thread: ConnectionThread) -> None:
    thread.open().reconnect()


def _close(thread: ConnectionThread) -> None:
    if thread.connection is not None:
        thread.connection.close()
