"""Who may use a connection while a transaction is open on it.

Only the innermost block that is open runs statements, and opens further blocks: they come from the tasks
that are within it. All others wait, each for the end of the blocks that are in its way, and go on in the
order in which they came. So blocks that tasks of one transaction open at the same time come one after
the other, and each of them is undone alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING

from .._errors import OperationalError, StatementTimeoutError

if TYPE_CHECKING:
    from ._transaction import AsyncTransaction

#: The blocks that a task is within, the innermost last. Tasks that it starts have them, too.
entered: ContextVar[tuple[AsyncTransaction, ...]] = ContextVar(
    "tornado.database.transactions", default=()
)


class Turn:
    """A task that waits."""

    __slots__ = ("future", "own")

    def __init__(self, own: AsyncTransaction | None) -> None:
        self.own = own
        self.future: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Let the task look whether it may go on."""
        if self.future is not None and not self.future.done():
            self.future.set_result(None)


class Turns:
    """The blocks that are open on a connection, and the tasks that wait for their end."""

    def __init__(self) -> None:
        self._blocks: list[AsyncTransaction] = []
        self._waiting: deque[Turn] = deque()

    @property
    def matter(self) -> bool:
        """Tell if a statement has to ask for its turn."""
        return bool(self._blocks or self._waiting or entered.get())

    @property
    def innermost(self) -> AsyncTransaction | None:
        """The innermost block that is open."""
        return self._blocks[-1] if self._blocks else None

    def own(self) -> AsyncTransaction | None:
        """Return the innermost block that the code which runs is within, unless it has ended.

        :raises OperationalError: if it has ended without the code, by the end of the block around it.
        """
        for block in reversed(entered.get()):
            if block.turns is self and not block.has_ended:
                if block not in self._blocks:
                    raise OperationalError(
                        "the block around this transaction has ended before it: nothing of it is stored"
                    )
                return block
        return None

    async def take(self, limit: float | None) -> AsyncTransaction | None:
        """Wait until the code may use the connection, and return its block.

        :param limit: seconds to wait at most, None or 0 for no limit.
        :raises StatementTimeoutError: if it took longer.
        """
        own = self.own()
        if self.innermost is own and not self._waiting:
            return own
        turn = Turn(own)
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(limit or None):
                while not self._is_next(turn):
                    turn.future = asyncio.get_running_loop().create_future()
                    await turn.future
        except TimeoutError:
            raise StatementTimeoutError(
                f"a transaction of other tasks has not ended within {limit:g} seconds"
            ) from None
        finally:
            self._waiting.remove(turn)
            self._wake_next()
        return self.own()

    def _is_next(self, turn: Turn) -> bool:
        if turn.own is not None and turn.own not in self._blocks:
            return True  # it is lost, and told so
        return turn.own is self.innermost and self._first() is turn

    def _first(self) -> Turn | None:
        """Return the one who has waited for the longest time of those who may go on."""
        innermost = self.innermost
        return next((turn for turn in self._waiting if turn.own is innermost), None)

    def _wake_next(self) -> None:
        turn = self._first()
        if turn is not None:
            turn.wake()

    def has(self, block: AsyncTransaction) -> bool:
        """Tell if a block is open."""
        return block in self._blocks

    def enter(self, block: AsyncTransaction) -> None:
        """Open a block, in one's own turn."""
        self._blocks.append(block)

    def abandon(self) -> None:
        """End all blocks, whose statements are rolled back."""
        if self._blocks:
            self.leave(self._blocks[0])

    def leave(self, block: AsyncTransaction) -> bool:
        """End a block with those that are open within it.

        :returns: False if some were, or if it had ended with the one around it.
        """
        if block not in self._blocks:
            return False
        position = self._blocks.index(block)
        is_innermost = position == len(self._blocks) - 1
        del self._blocks[position:]
        for turn in self._waiting:  # those who belong to the blocks within are lost
            if turn.own is not None and turn.own not in self._blocks:
                turn.wake()
        self._wake_next()
        return is_innermost
