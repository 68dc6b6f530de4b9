"""SQLite, by the module that comes with Python."""

from __future__ import annotations

import re
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from .._errors import (
    BY_NAME,
    DataError,
    Error,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    shorten_statement,
)
from .._parameters import adapt
from ._interface import Backend, Stream
from ._options import boolean, one_of, read_options, seconds
from ._sqlite_types import ADAPTERS, register_converters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .._statement import Statement
    from .._url import Target
    from ._interface import Result

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "busy_timeout": seconds,
    "foreign_keys": boolean,
    "journal_mode": one_of("wal", "delete", "truncate", "persist", "memory"),
    "read_only": boolean,
    "synchronous": one_of("full", "normal", "extra", "off"),
}

_DEFAULTS: Mapping[str, Any] = {
    "busy_timeout": 10.0,
    "foreign_keys": True,
    "journal_mode": "wal",
    "read_only": False,
    "synchronous": "full",
}

#: What the driver raises for a statement or a value; not all of it belongs to its own tree.
_DRIVER_ERRORS = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError, ValueError)

_WRONG_STATEMENT = re.compile(
    r"syntax error|no such table|incomplete input|unrecognized token|one statement at a time"
)
_DATATYPE = 3091  # SQLITE_CONSTRAINT_DATATYPE: a value that a STRICT table does not take
_CACHED_STATEMENTS = 256

#: Connections of the process from which this one was forked. Closing one would touch its files.
_abandoned: list[sqlite3.Connection] = []


class SQLiteStream(Stream):
    """The rows of a statement as SQLite finds them."""

    def __init__(self, cursor: sqlite3.Cursor, statement: Statement) -> None:
        self._cursor = cursor
        self._statement = statement
        self.columns = tuple([each[0] for each in cursor.description or ()])

    def fetch(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Return up to so many rows."""
        try:
            return self._cursor.fetchmany(count)
        except _DRIVER_ERRORS as error:
            raise _translate(error, self._statement) from None

    def close(self) -> None:
        """End the statement."""
        self._cursor.close()

    abandon = close


class SQLiteBackend(Backend):
    """A connection to a database in a file or in memory."""

    dialect = "sqlite"
    expires = False

    def __init__(self, target: Target, options: Mapping[str, Any]) -> None:
        self.address = target.address
        self._path = target.database
        self._options = {**_DEFAULTS, **read_options(options, _READERS, "SQLite")}
        self._connection: sqlite3.Connection | None = None
        self._refuses_writes = False  # by a transaction that only reads

    def connect(self) -> None:
        """Open the file, and set what a server wants."""
        register_converters()
        self._refuses_writes = False
        try:
            self._connection = self._open()
            self._configure(self._connection)
        except sqlite3.Error as error:
            self.close()
            raise OperationalError(
                _number(error), f"cannot open the database {self.address}: {error}"
            ) from None

    def _open(self) -> sqlite3.Connection:
        path = self._path or ":memory:"
        if self._options["read_only"] and self._path:
            from pathlib import Path

            path = f"{Path(self._path).absolute().as_uri()}?mode=ro"
        return sqlite3.connect(
            path,
            timeout=self._options["busy_timeout"],
            isolation_level=None,  # statements commit by themselves outside a transaction
            detect_types=sqlite3.PARSE_DECLTYPES,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
            uri=path.startswith("file:"),
        )

    def _configure(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA foreign_keys={int(self._options['foreign_keys'])}")
        connection.execute(f"PRAGMA synchronous={self._options['synchronous']}")
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if self._path and not self._options["read_only"] and mode != self._options["journal_mode"]:
            self._set_journal_mode(connection)

    def _set_journal_mode(self, connection: sqlite3.Connection) -> None:
        """Set the mode of the file; SQLite does not wait for other connections here by itself."""
        deadline = time.monotonic() + self._options["busy_timeout"]
        while True:
            try:
                connection.execute(f"PRAGMA journal_mode={self._options['journal_mode']}")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def abandon(self) -> None:
        """Keep the connection where nothing closes it: SQLite is not to be carried over a fork."""
        if self._connection is not None:
            _abandoned.append(self._connection)
            self._connection = None

    @property
    def is_open(self) -> bool:
        """Tell if the file is open."""
        return self._connection is not None

    def is_alive(self) -> bool:
        """Tell if the file is open: nothing else closes it."""
        return True

    @property
    def in_transaction(self) -> bool:
        """Tell if a transaction is open."""
        return self._connection is not None and self._connection.in_transaction

    @property
    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise _closed()
        return self._connection

    def execute(self, statement: Statement, values: Sequence[Any]) -> Result:
        """Run a statement and read all of its rows."""
        sql, flat = statement.qmark, adapt(values, ADAPTERS)
        if flat is not values or len(values) != statement.count:
            sql, flat = _bind(statement, flat)
        connection = self._connection
        if connection is None:
            raise _closed()
        try:
            cursor = connection.execute(sql, flat)
            rows = cursor.fetchall()
        except _DRIVER_ERRORS as error:
            raise _translate(error, statement) from None
        description = cursor.description
        if description is not None:
            return statement.make_rows(description, rows), len(rows), 0
        count = cursor.rowcount
        # SQLite keeps the id of an earlier statement if this one inserts nothing.
        last_id = cursor.lastrowid if statement.inserts and count > 0 else 0
        return [], max(count, 0), last_id or 0

    def execute_many(self, statement: Statement, rows: Sequence[Sequence[Any]]) -> Result:
        """Run a statement for each row of values."""
        connection = self._open_connection
        try:
            cursor = connection.executemany(statement.qmark, _flat_rows(statement, rows))
            (last_id,) = connection.execute("SELECT last_insert_rowid()").fetchone()
        except _DRIVER_ERRORS as error:
            raise _translate(error, statement) from None
        count = max(cursor.rowcount, 0)
        return [], count, last_id if statement.inserts and count else 0

    def stream(self, statement: Statement, values: Sequence[Any]) -> Stream:
        """Run a statement; SQLite finds its rows as they are read."""
        sql, flat = _bind(statement, adapt(values, ADAPTERS))
        try:
            return SQLiteStream(self._open_connection.execute(sql, flat), statement)
        except _DRIVER_ERRORS as error:
            raise _translate(error, statement) from None

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction: one that writes waits here for its turn, not in its middle."""
        self.run("BEGIN" if read_only else "BEGIN IMMEDIATE")
        if read_only:
            self._refuse_writes(True)

    def commit(self) -> None:
        """Commit the transaction."""
        self.run("COMMIT")
        self._refuse_writes(False)

    def rollback(self) -> None:
        """Roll the transaction back, if SQLite has not done so."""
        if self.in_transaction:
            self.run("ROLLBACK")
        self._refuse_writes(False)

    def _refuse_writes(self, refuse: bool) -> None:
        if refuse is not self._refuses_writes:
            self.run(f"PRAGMA query_only={int(refuse)}")
            self._refuses_writes = refuse

    def run(self, sql: str) -> None:
        """Run a statement of our own."""
        try:
            self._open_connection.execute(sql)
        except sqlite3.Error as error:
            raise _translate(error, sql) from None

    def ends_transaction(self, error: Error) -> bool:
        """Tell if SQLite has rolled the transaction back."""
        del error
        return not self.in_transaction

    def interrupt(self) -> None:
        """End the statement that runs."""
        connection = self._connection
        if connection is not None:
            connection.interrupt()


def _bind(statement: Statement, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """Return the statement and the values as the driver takes them; a list fills several places."""
    statement.check(values)
    parts = statement.parts
    if list not in map(type, values):
        return statement.qmark, values
    text = [parts[0]]
    flat: list[Any] = []
    for value, part in zip(values, parts[1:], strict=True):
        if isinstance(value, list):
            text.append(f"({', '.join('?' * len(value))})")
            flat += value
        else:
            text.append("?")
            flat.append(value)
        text.append(part)
    return "".join(text), flat


def _flat_rows(statement: Statement, rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for values in rows:
        adapted = adapt(values, ADAPTERS)
        statement.check(adapted)
        yield adapted


def _closed() -> InterfaceError:
    return InterfaceError("the connection is closed")


def _number(error: BaseException) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def _translate(error: BaseException, statement: Statement | str) -> Error:
    """Return the error of ours for one of the driver. SQLite names columns and never shows values."""
    text = statement if isinstance(statement, str) else statement.text
    where = f", in: {shorten_statement(text)}"
    if isinstance(error, UnicodeError):
        return DataError("a text with lone surrogates cannot be stored" + where)
    if isinstance(error, OverflowError):
        return DataError(
            "SQLite stores integers of 64 bits with a sign, and texts up to 1 GB" + where
        )
    if not isinstance(error, sqlite3.Error | sqlite3.Warning):
        return ProgrammingError(f"{error}{where}")
    return _class_of(error)(_number(error), f"{error}{where}")


def _class_of(error: Exception) -> type[Error]:
    if _WRONG_STATEMENT.search(str(error)):
        return ProgrammingError
    if _number(error) in (_DATATYPE, sqlite3.SQLITE_MISMATCH):
        return DataError
    return BY_NAME.get(type(error).__name__, OperationalError)
