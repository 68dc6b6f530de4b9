"""Blocks of statements that count together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ._errors import InterfaceError

if TYPE_CHECKING:
    from types import TracebackType

    from ._session import Session


class Transaction:
    """A block whose statements are all stored at its end, or none of them.

    The block is committed when it ends, and rolled back when an exception leaves it. A block within a
    block is a savepoint: it can be undone alone.
    """

    def __init__(self, session: Session, *, read_only: bool = False) -> None:
        self._session = session
        self._read_only = read_only
        self._is_active = False

    def __enter__(self) -> Self:
        if self._is_active:
            raise InterfaceError("the transaction is under way: call transaction() for another one")
        self._session.begin(read_only=self._read_only)
        self._is_active = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_active = False
        if kind is None:
            self._session.commit()
        else:
            self._session.rollback()
