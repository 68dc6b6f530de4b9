"""The errors of the database, the same for every backend.

::

    Error                      what all have in common
    +-- InterfaceError         the connection is used wrongly, or its driver is missing
    +-- DatabaseError
        +-- DataError          a value that does not fit
        +-- IntegrityError     a constraint: unique, not null, foreign key, check
        +-- InternalError      the driver and the server have lost track of each other
        +-- NotSupportedError  the server cannot do that
        +-- OperationalError   the server: unreachable, gone, locked, full, refuses the user
        |   +-- PoolExhaustedError     no connection of a pool was free in time
        |   +-- StatementTimeoutError  a statement took too long
        +-- ProgrammingError   the statement: its syntax, its table, the number of its parameters
"""

from __future__ import annotations

_SHOWN = 200  # characters of a statement in a message


class Error(Exception):
    """Something that went wrong with a database.

    An error that the database reports has two arguments, as the drivers have them: its number (of
    MySQL such as 1062, of SQLite its extended result code such as 2067) and its message. The message ends
    with the beginning of the statement, and never has the values of its parameters. An error of this
    module has a message only.
    """

    #: The number of the error at the database, None for an error of this module.
    number: int | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        if len(args) > 1 and isinstance(args[0], int):
            self.number = args[0]

    @property
    def message(self) -> str:
        """The message without the number."""
        return str(self.args[-1]) if self.args else ""


class InterfaceError(Error):
    """A wrong use of a connection, or a driver that is not installed."""


class DatabaseError(Error):
    """Something that went wrong with the database itself."""


class DataError(DatabaseError):
    """A value that the database or its column does not take."""


class IntegrityError(DatabaseError):
    """A constraint that a statement would break: unique, not null, foreign key or check."""


class InternalError(DatabaseError):
    """A state that the driver or the database cannot be in."""


class NotSupportedError(DatabaseError):
    """Something that this database cannot do."""


class OperationalError(DatabaseError):
    """A database that is unreachable, gone, locked or full, or that refuses the user."""


class PoolExhaustedError(OperationalError):
    """A pool whose connections are all in use: for too long, or too many wait for one."""


class StatementTimeoutError(OperationalError):
    """A statement that was interrupted because it took too long."""


class ProgrammingError(DatabaseError):
    """A statement that is wrong: its syntax, its table, the number of its parameters."""


#: The classes by the names that PEP 249 gives them in every driver.
BY_NAME: dict[str, type[Error]] = {
    each.__name__: each
    for each in (
        Error,
        InterfaceError,
        DatabaseError,
        DataError,
        IntegrityError,
        InternalError,
        NotSupportedError,
        OperationalError,
        ProgrammingError,
    )
}


def shorten_statement(text: str) -> str:
    """Return a statement on one line, cut for a message."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN and len(text) <= 4 * _SHOWN else line[:_SHOWN] + "..."
