"""Blocks of statements that count together or not at all, for coroutines."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from .._errors import InterfaceError, OperationalError
from ._turns import entered

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType

    from .._transaction import Transaction
    from ._connection import AsyncConnection
    from ._thread import ConnectionThread
    from ._turns import Turns


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
        self._depth = 0  # how many blocks are around it
        self._token: Token[tuple[AsyncTransaction, ...]] | None = None
        #: The order of the blocks of its connection.
        self.turns: Turns = connection._turns
        #: The thread in which it was begun.
        self.thread: ConnectionThread | None = None
        #: It was left.
        self.has_ended = False

    async def __aenter__(self) -> Self:
        if self._token is not None:
            raise InterfaceError("the transaction is under way: call transaction() for another one")
        await self._connection._take_turn(None)
        self.turns.enter(self)
        self.has_ended = False
        self.thread = self._connection._thread
        try:
            await self._connection._run_job(_begin, self, when_cancelled="withdraw")
        except BaseException:
            await self._abandon()
            raise
        self._token = entered.set((*entered.get(), self))
        return self

    async def _abandon(self) -> None:
        """Undo what was begun for a task that was cancelled meanwhile."""
        try:
            if self._inner is not None and self.thread is self._connection._thread:
                await self._connection._run_job(_rollback, self, when_cancelled="wait")
        finally:
            self._leave()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        is_whole = self.turns.innermost is self
        try:
            if self.thread is not self._connection._thread:
                self._refuse_commit(kind, "the connection was lost during a transaction")
            elif self.has_been_left_out:
                self._refuse_commit(kind, "the block around this transaction has ended before it")
            elif kind is None and is_whole:
                await self._connection._run_job(_commit, self, when_cancelled="wait")
            else:
                await self._connection._run_job(_rollback, self, when_cancelled="wait")
                if not is_whole:
                    self._refuse_commit(kind, "a block within the transaction has not ended")
        finally:
            self._leave()

    @property
    def has_been_left_out(self) -> bool:
        """Tell if the block around it has ended, and took it along."""
        return not self.turns.has(self)

    @staticmethod
    def _refuse_commit(kind: type[BaseException] | None, reason: str) -> None:
        if kind is None:
            raise OperationalError(f"{reason}: nothing of it is stored")

    def _leave(self) -> None:
        self.has_ended = True
        token, self._token = self._token, None
        self._inner = self.thread = None
        self.turns.leave(self)
        if token is not None:
            with contextlib.suppress(ValueError):  # it is left in another context
                entered.reset(token)

    def begin(self, thread: ConnectionThread) -> None:
        """Begin the transaction, in the thread."""
        connection = thread.open()
        self._depth = connection._session.depth
        inner = connection.transaction(read_only=self._read_only)
        inner.__enter__()
        self._inner = inner

    def commit(self) -> None:
        """Commit the transaction, in the thread."""
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.__exit__(None, None, None)

    def rollback(self, thread: ConnectionThread) -> None:
        """Undo the transaction, with the blocks that are open within it, in the thread."""
        self._inner = None
        if thread.connection is not None:
            thread.connection._session.rollback_to(self._depth)


def _begin(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    transaction.begin(thread)


def _commit(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    del thread
    transaction.commit()


def _rollback(thread: ConnectionThread, transaction: AsyncTransaction) -> None:
    transaction.rollback(thread)
