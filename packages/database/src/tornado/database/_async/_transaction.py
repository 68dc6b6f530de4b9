"""Blocks of statements that count together or not at all, for coroutines."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Self

from .._errors import InterfaceError, OperationalError

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType

    from .._transaction import Transaction
    from ._connection import AsyncConnection
    from ._thread import ConnectionThread

#: The open transactions of the task, the innermost last. Tasks that it starts have them, too.
_open_transactions: ContextVar[tuple[AsyncTransaction, ...]] = ContextVar(
    "tornado.database.transactions", default=()
)


def is_within(transaction: AsyncTransaction) -> bool:
    """Tell if the code that runs belongs to an open transaction."""
    return transaction in _open_transactions.get()


class AsyncTransaction:
    """A block whose statements are all stored at its end, or none of them.

    The block is committed when it ends, and rolled back when an exception leaves it, a cancellation
    included. Commit and rollback are not interrupted: a task that is cancelled meanwhile learns of it
    afterwards. A block within a block is a savepoint: it can be undone alone.
    """

    def __init__(self, connection: AsyncConnection, *, read_only: bool = False) -> None:
        self._connection = connection
        self._read_only = read_only
        self._inner: Transaction | None = None
        self._token: Token[tuple[AsyncTransaction, ...]] | None = None
        self._is_outermost = False
        #: The thread in which it was begun.
        self.thread: ConnectionThread | None = None

    async def __aenter__(self) -> Self:
        if self._token is not None:
            raise InterfaceError("the transaction is under way: call transaction() for another one")
        self._is_outermost = await self._connection._enter(self)
        self.thread = self._connection._thread
        try:
            await self._connection._run_job(_begin, self, interrupt=False)
        except BaseException:
            await self._abandon()
            raise
        self._token = _open_transactions.set((*_open_transactions.get(), self))
        return self

    async def _abandon(self) -> None:
        """Undo what was begun for a task that was cancelled meanwhile."""
        try:
            if self._inner is not None and self.thread is self._connection._thread:
                await self._connection._run_job(_rollback, self, interrupt=False)
        finally:
            self._leave()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self.thread is self._connection._thread:
                end = _commit if kind is None else _rollback
                await self._connection._run_job(end, self, interrupt=False)
            elif kind is None:
                raise OperationalError(
                    "the connection was lost during a transaction: nothing is stored"
                )
        finally:
            if self._token is not None:
                _open_transactions.reset(self._token)
            self._leave()

    def _leave(self) -> None:
        self._token = self._inner = self.thread = None
        if self._is_outermost:
            self._connection._leave()

    def begin(self, thread: ConnectionThread) -> None:
        """Begin the transaction, in the thread."""
        inner = thread.open().transaction(read_only=self._read_only)
        inner.__enter__()
        self._inner = inner

    def end(self, error: BaseException | None) -> None:
        """End the transaction, in the thread."""
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.__exit__(None if error is None else type(error), error, None)


def _begin(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    transaction.begin(thread)


def _commit(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    del thread
    transaction.end(None)


def _rollback(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    del thread
    transaction.end(InterfaceError("rolled back"))
