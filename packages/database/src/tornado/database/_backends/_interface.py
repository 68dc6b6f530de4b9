"""What a connection needs of a database, and what it gets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from .._errors import Error
    from .._row import Row
    from .._statement import Statement

#: What a statement has returned: its rows, how many rows it has changed or returned, and the id of the row
#: that it has inserted, 0 for none. A tuple, because each statement makes one.
Result: TypeAlias = "tuple[list[Row], int, int]"


class Stream(ABC):
    """The rows of a statement, some at a time. No other statement may run meanwhile."""

    columns: tuple[str, ...]

    @abstractmethod
    def fetch(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Return up to so many rows; none are left if it returns none.

        :raises Error: if the database reports one.
        """

    @abstractmethod
    def close(self) -> None:
        """Leave the rest of the rows, so that another statement can run."""

    @abstractmethod
    def abandon(self) -> None:
        """Forget the rest of the rows: the connection is lost, or will be closed next."""


class Backend(ABC):
    """One connection to a database, by a driver.

    Its methods block. They may be called from any thread, by one thread at a time; only
    :meth:`interrupt` is called while another method runs. What a driver raises is translated: every
    method raises :class:`Error` only.
    """

    #: What a message calls the database: a path, or a host with its port.
    address: str
    #: Its name for :func:`read_statement`.
    dialect: str
    #: A connection that was idle for long may have been closed by the server.
    expires: bool

    @abstractmethod
    def connect(self) -> None:
        """Open the connection.

        :raises OperationalError: if that is not possible.
        :raises InterfaceError: if the driver is not installed.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection. What is not committed is rolled back."""

    @abstractmethod
    def abandon(self) -> None:
        """Forget a connection that belongs to the process from which this one was forked."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Tell if there is a connection, as far as this side knows."""

    @abstractmethod
    def is_alive(self) -> bool:
        """Tell if the server has kept an open connection, without asking it."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Tell if a transaction is open, by :meth:`begin` or by a statement."""

    @abstractmethod
    def execute(self, statement: Statement, values: Sequence[Any]) -> Result:
        """Run a statement and read all of its rows."""

    @abstractmethod
    def execute_many(self, statement: Statement, rows: Sequence[Sequence[Any]]) -> Result:
        """Run a statement once for each row of values. It returns no rows."""

    @abstractmethod
    def stream(self, statement: Statement, values: Sequence[Any]) -> Stream:
        """Run a statement and leave its rows to be read."""

    @abstractmethod
    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction."""

    @abstractmethod
    def commit(self) -> None:
        """Commit the transaction."""

    @abstractmethod
    def rollback(self) -> None:
        """Roll the transaction back, if there still is one."""

    @abstractmethod
    def run(self, sql: str) -> None:
        """Run a statement of our own, without parameters: a savepoint, a setting."""

    @abstractmethod
    def ends_transaction(self, error: Error) -> bool:
        """Tell if the transaction is lost after an error, or must not be committed."""

    @abstractmethod
    def interrupt(self) -> None:
        """End the statement that runs, from another thread: it fails with OperationalError.

        :raises OperationalError: if the server cannot be asked to.
        """
