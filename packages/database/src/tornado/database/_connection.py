"""A connection whose methods block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from ._backends._choice import make_backend
from ._backends._options import read_seconds
from ._errors import ProgrammingError, shorten_statement
from ._row_iterator import RowIterator
from ._session import Session
from ._transaction import Transaction
from ._url import find_target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from ._row import Row
    from ._statement import Values


class Connection:
    """A connection to SQLite, MySQL or MariaDB whose methods block.

    ::

        db = Connection("sqlite:///blog.db")
        db = Connection("mysql://user:password@localhost/blog")
        db = Connection("localhost:3306", "blog", user="user", password="password")

    Each statement is stored as soon as it has run, except within :meth:`transaction`. ``%s`` is the place of
    a parameter, ``%(name)s`` that of a named one, ``%%`` a percent sign. A connection belongs to one thread at a time.

    :param host: a URL, a host with or without ``:port``, or the path of a Unix socket.
    :param database: the name of the database, unless the host is a URL.
    :param user: who connects; a URL may have it too.
    :param password: the password of the user.
    :param max_idle_time: seconds after which an idle connection is replaced at its next use. A server
        closes it by itself after its ``wait_timeout``, which is 8 hours by default.
    :param connect_timeout: seconds within which a server has to answer, 0 for no limit.
    :param time_zone: the time zone of the server's session, in which times are written and read.
    :param charset: the character set of the connection.
    :param sql_mode: the mode of the server's session. ``TRADITIONAL`` refuses values that do not fit,
        instead of changing them; None leaves the mode of the server.
    :param options: options of one kind of database, see ``docs/database.md``; a URL may have them too.
    :raises InterfaceError: if the arguments are wrong, or if the driver is not installed.
    :raises OperationalError: if the database cannot be opened or reached.

    .. versionchanged:: 1.0
       SQLite and URLs. A database that cannot be reached is an error at once; Tornado 2.4 logged it.
    """

    def __init__(
        self,
        host: str,
        database: str | None = None,
        user: str | None = None,
        password: str | None = None,
        max_idle_time: float = 7 * 3600,
        connect_timeout: float = 10,
        time_zone: str = "+0:00",
        charset: str = "utf8mb4",
        sql_mode: str | None = "TRADITIONAL",
        **options: Any,
    ) -> None:
        target = find_target(host, database, user, password, options)
        self.host = host
        self.database = target.database
        self.max_idle_time = read_seconds("max_idle_time", max_idle_time)
        defaults = {
            "connect_timeout": connect_timeout,
            "time_zone": time_zone,
            "charset": charset,
            "sql_mode": sql_mode,
        }
        self._session = Session(make_backend(target, defaults), max_idle_time=self.max_idle_time)
        self._open()

    def _open(self) -> None:
        """Connect, in the constructor."""
        self._session.connect()

    def query(self, query: str, *parameters: Any, **kwparameters: Any) -> list[Row]:
        """Return the rows of a statement.

        :param parameters: the values of ``%s``, or one mapping with those of ``%(name)s``.
        :param kwparameters: the values of ``%(name)s``, instead of the mapping.

        :raises Error: if the statement is wrong or fails.
        """
        if kwparameters:
            parameters = _join(parameters, kwparameters)
        rows, _, _ = self._session.execute(query, parameters)
        return rows

    def get(self, query: str, *parameters: Any, **kwparameters: Any) -> Row | None:
        """Return the only row of a statement, or None if it has none.

        :raises ProgrammingError: if there are several.
        """
        if kwparameters:
            parameters = _join(parameters, kwparameters)
        rows, _, _ = self._session.execute(query, parameters)
        if len(rows) > 1:
            raise ProgrammingError(
                f"Multiple rows returned for Database.get() query, in: {shorten_statement(query)}"
            )
        return rows[0] if rows else None

    def iter(self, query: str, *parameters: Any, **kwparameters: Any) -> RowIterator:
        """Return an iterator over the rows of a statement, of which few are held at a time.

        No other statement can run on this connection until it has ended, or was closed.
        """
        if kwparameters:
            parameters = _join(parameters, kwparameters)
        return RowIterator(self._session, self._session.stream(query, parameters), owner=self)

    def execute(self, query: str, *parameters: Any, **kwparameters: Any) -> int:
        """Run a statement and return the id of the row that it has inserted, 0 for none."""
        if kwparameters:
            parameters = _join(parameters, kwparameters)
        _, _, last_id = self._session.execute(query, parameters)
        return last_id

    def execute_lastrowid(self, query: str, *parameters: Any, **kwparameters: Any) -> int:
        """Run a statement and return the id of the row that it has inserted, 0 for none."""
        return self.execute(query, *parameters, **kwparameters)

    def execute_rowcount(self, query: str, *parameters: Any, **kwparameters: Any) -> int:
        """Run a statement and return how many rows it has changed, or returned."""
        if kwparameters:
            parameters = _join(parameters, kwparameters)
        _, count, _ = self._session.execute(query, parameters)
        return count

    def executemany(self, query: str, parameters: Iterable[Values]) -> int:
        """Run a statement for each row of values, and return the id of an inserted row.

        All of them are stored, or none.

        :param parameters: for each run a sequence, or a mapping where the parameters have names.
        """
        _, _, last_id = self._session.execute_many(query, parameters)
        return last_id

    def executemany_lastrowid(self, query: str, parameters: Iterable[Values]) -> int:
        """Run a statement for each row of values, and return the id of an inserted row."""
        return self.executemany(query, parameters)

    def executemany_rowcount(self, query: str, parameters: Iterable[Values]) -> int:
        """Run a statement for each row of values, and return how many rows were changed."""
        _, count, _ = self._session.execute_many(query, parameters)
        return count

    def transaction(self, *, read_only: bool = False) -> Transaction:
        """Return a ``with`` block whose statements are all stored at its end, or none of them.

        A block within a block is a savepoint.

        :param read_only: refuse statements that change anything. Such blocks do not wait for each
            other on SQLite.
        """
        return Transaction(self._session, read_only=read_only)

    def interrupt(self) -> None:
        """End the statement that runs, from another thread: it fails with OperationalError.

        Nothing happens if none runs.

        :raises OperationalError: if the server cannot be asked to.
        """
        self._session.interrupt()

    def reconnect(self) -> None:
        """Close the connection and open a new one. A database in memory is empty then."""
        self._session.connect()

    def close(self) -> None:
        """Close the connection. The next statement opens a new one."""
        session = getattr(self, "_session", None)  # __init__ may have failed
        if session is not None:
            session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def _join(parameters: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return keyword arguments as the one parameter that is a mapping.

    :raises ProgrammingError: if there are others.
    """
    if parameters:
        raise ProgrammingError(
            "the values of parameters are given by their places or by their names, not both"
        )
    return (named,)
