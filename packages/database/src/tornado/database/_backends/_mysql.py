"""MySQL and MariaDB, by PyMySQL."""

from __future__ import annotations

import contextlib
import select
import socket
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._conversions import CONVERSIONS
from .._errors import DataError, Error, InterfaceError, OperationalError, shorten_statement
from .._parameters import COMMON, adapt
from . import _tls
from ._interface import Backend, Stream
from ._mysql_errors import TRANSACTION_ENDS, translate
from ._options import read_options, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._statement import Statement
    from .._url import Target
    from ._interface import Result

_LONGEST_WAIT = 31_536_000.0  # seconds: the driver knows no connecting without a limit
_KILL_TIMEOUT = 5.0  # seconds to ask the server to end a statement
_ROWS_LEFT = 1_000  # that are read to their end; more of them are worth a second connection

_TLS_ERROR = 2026  # CR_SSL_CONNECTION_ERROR of the client library

_IN_TRANSACTION = 1  # bits of the server's status
_NO_BACKSLASH_ESCAPES = 512


def _text(value: Any) -> str:
    return str(value)


def _optional_text(value: Any) -> str | None:
    return None if value is None else str(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "charset": _text,
    "collation": _optional_text,
    "connect_timeout": seconds,
    "read_timeout": seconds,
    "sql_mode": _optional_text,
    "time_zone": _text,
    "write_timeout": seconds,
    **_tls.READERS,
}


def load_driver() -> Any:
    """Import PyMySQL, which has no types.

    :raises InterfaceError: if it is not installed.
    """
    try:
        return import_module("pymysql")
    except ImportError:
        raise InterfaceError(
            "MySQL and MariaDB need PyMySQL: pip install 'tornado-database[mysql]'"
        ) from None


def _connect_unix(path: str, timeout: float) -> socket.socket:
    """Connect to a Unix socket; the driver would leave it open where that fails."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_poll(connection: socket.socket) -> Callable[[], Sequence[Any]]:
    """Return a function whose result is empty while there is nothing to read."""
    if not hasattr(select, "poll"):  # on Windows
        return lambda: select.select([connection], [], [], 0)[0]
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return partial(poll.poll, 0)


class MySQLStream(Stream):
    """The rows of a statement as the server sends them."""

    def __init__(self, backend: MySQLBackend, cursor: Any, statement: Statement) -> None:
        self._backend = backend
        self._cursor = cursor
        self._statement = statement
        self._has_ended = False
        self.columns = tuple([each[0] for each in cursor.description or ()])
        if cursor.description is None:
            self._has_ended = True

    def fetch(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Return up to so many rows."""
        if self._has_ended:
            return ()
        try:
            rows: Sequence[tuple[Any, ...]] = self._cursor.fetchmany(count)
        except self._backend.driver_errors as error:
            self.abandon()
            raise translate(error, self._statement) from None
        self._has_ended = len(rows) < count
        return rows

    def close(self) -> None:
        """Read the rest of the rows, or let the server stop sending them if they are many."""
        if len(self.fetch(_ROWS_LEFT)) == _ROWS_LEFT:
            with contextlib.suppress(Error):
                self._backend.interrupt()
        try:
            self._cursor.close()
        except self._backend.driver_errors:  # the statement was interrupted
            self.abandon()

    def abandon(self) -> None:
        """Let nothing of the driver read on when it is collected as garbage."""
        self._has_ended = True
        result, self._cursor.connection = self._cursor._result, None
        if result is not None:
            result.unbuffered_active = False


class MySQLBackend(Backend):
    """A connection to a server."""

    expires = True

    def __init__(self, target: Target, options: Mapping[str, Any]) -> None:
        self._driver = load_driver()
        self.address = target.address
        self._target = target
        read = read_options(options, _READERS, "MySQL")
        self._options = {name: value for name, value in read.items() if name not in _tls.READERS}
        self._tls = self._tls_options(read)
        #: What the driver raises: its own errors, and those of sockets and codecs.
        self.driver_errors = (self._driver.err.Error, OSError, UnicodeError)
        self._connection: Any = None
        self._poll: Any = None
        self._max_packet = 0

    def _tls_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the driver is told: by itself it takes what the server offers, and checks nothing."""
        context = _tls.make_context(options)
        if context is not None:
            return {"ssl": context}
        is_off = bool(self._target.unix_socket) or bool(options.keys() & {"ssl", "ssl_disabled"})
        return {"ssl_disabled": is_off}

    @property
    def dialect(self) -> str:  # type: ignore[override]  # it depends on the mode of the session
        """What is a string in a statement."""
        status = 0 if self._connection is None else self._connection.server_status
        return "mysql-plain" if status & _NO_BACKSLASH_ESCAPES else "mysql"

    def connect(self) -> None:
        """Connect, and set the session up."""
        options = dict(self._options)
        time_zone, mode = options.pop("time_zone"), options.pop("sql_mode")
        timeout = options.pop("read_timeout", None)
        try:
            self._connection = self._connect(**options)
            self._configure(time_zone, mode)
        except Exception as error:  # noqa: BLE001 - the driver raises its own, OSError and RuntimeError
            self.abandon()
            raise self._refusal(error) from None
        self._connection._read_timeout = timeout or None
        self._poll = _make_poll(self._connection._sock)

    def _connect(self, *, connect_timeout: float, **options: Any) -> Any:
        """Connect: the time limit counts for what the server says then, too."""
        target = self._target
        limit = min(connect_timeout or _LONGEST_WAIT, _LONGEST_WAIT)
        connection = self._driver.connect(
            host=target.host or None,
            port=target.port,
            user=target.user,
            # the driver would encode it as Latin-1
            password=(target.password or "").encode(),
            database=target.database,
            autocommit=True,
            conv={**self._driver.converters.encoders, **CONVERSIONS},
            connect_timeout=limit,
            read_timeout=limit,
            defer_connect=True,
            **self._tls,
            **options,
        )
        if target.unix_socket:
            connection._secure = True  # passwords may be sent in clear
            connection.connect(_connect_unix(target.unix_socket, limit))
        else:
            connection.connect()
        return connection

    def _configure(self, time_zone: str, mode: str | None) -> None:
        with self._connection.cursor() as cursor:
            if mode is not None:
                cursor.execute("SET SESSION sql_mode = %s", (mode,))
            cursor.execute("SET SESSION time_zone = %s", (time_zone,))
            cursor.execute("SELECT @@max_allowed_packet")
            (self._max_packet,) = cursor.fetchone()

    def _refusal(self, error: Exception) -> Error:
        """Return the error of a connection that was not made."""
        if isinstance(error, self._driver.err.Error) and len(error.args) > 1:
            number, message = error.args[:2]
            cause = getattr(error, "original_exception", None)
            if problem := _tls.explain(cause):
                number, message, cause = _TLS_ERROR, problem, None
            message = message if cause is None else getattr(cause, "strerror", None) or cause
            return OperationalError(
                number, f"cannot connect to the server at {self.address}: {message}"
            )
        if isinstance(error, OSError):
            return OperationalError(
                2002, f"cannot connect to the server at {self.address}: {error.strerror or error}"
            )
        return InterfaceError(f"cannot connect to the server at {self.address}: {error}")

    def close(self) -> None:
        """Close the connection; the server rolls back what is not committed."""
        connection = self._connection
        if connection is not None and connection.open:
            connection.close()
        self.abandon()

    def abandon(self) -> None:
        """Forget the connection, and say nothing to the server."""
        self._connection = self._poll = None

    @property
    def is_open(self) -> bool:
        """Tell if there is a connection."""
        return self._connection is not None and self._connection.open

    def is_alive(self) -> bool:
        """Tell if the server is silent: what it sends without being asked is its farewell."""
        return not self._poll()

    @property
    def in_transaction(self) -> bool:
        """Tell if a transaction is open, as the server has said after the last statement."""
        return self.is_open and bool(self._connection.server_status & _IN_TRANSACTION)

    @property
    def _open_connection(self) -> Any:
        if self._connection is None:
            raise InterfaceError("the connection is closed")
        return self._connection

    def execute(self, statement: Statement, values: Sequence[Any]) -> Result:
        """Run a statement and read all of its rows."""
        cursor = self._open_connection.cursor()
        self._send(cursor, statement, values)
        try:
            rows = cursor.fetchall()
            description, count, last_id = cursor.description, cursor.rowcount, cursor.lastrowid
            cursor.close()
        except self.driver_errors as error:
            raise translate(error, statement, values) from None
        if description is None:
            return [], count, last_id or 0
        return statement.make_rows(description, rows), count, 0

    def _send(self, cursor: Any, statement: Statement, values: Sequence[Any]) -> None:
        sql = self._fill_in(cursor, statement, values)
        try:
            cursor.execute(sql)
        except self.driver_errors as error:
            raise translate(error, statement, values) from None

    def _fill_in(self, cursor: Any, statement: Statement, values: Sequence[Any]) -> str:
        """Return the statement with its values, as the driver quotes them."""
        statement.check(values)
        sql = statement.format
        if "%" in sql:
            sql = cursor.mogrify(sql, tuple(adapt(values, COMMON)))
        self._check_size(sql, statement)
        return sql

    def _check_size(self, sql: str, statement: Statement) -> None:
        """Refuse a statement that would make the server close the connection."""
        if len(sql) * 4 < self._max_packet:
            return
        size = len(sql.encode("utf-8", "replace")) + 1
        if size > self._max_packet:
            raise DataError(
                f"the statement with its values has {size} bytes, and the server takes "
                f"{self._max_packet} (max_allowed_packet); bytes count twice, "
                f"in: {shorten_statement(statement.text)}"
            )

    def execute_many(self, statement: Statement, rows: Sequence[Sequence[Any]]) -> Result:
        """Run a statement for each row of values; the driver joins the rows of an INSERT."""
        cursor = self._open_connection.cursor()
        adapted = [tuple(adapt(values, COMMON)) for values in rows]
        for values in adapted:
            if sum(len(each) for each in values if isinstance(each, str | bytes)) > 100_000:
                self._fill_in(cursor, statement, values)
        try:
            cursor.executemany(statement.format, adapted)
            count, last_id = max(cursor.rowcount, 0), cursor.lastrowid or 0
            cursor.close()
        except self.driver_errors as error:
            shown = [value for values in rows for value in values]
            raise translate(error, statement, shown) from None
        return [], count, last_id

    def stream(self, statement: Statement, values: Sequence[Any]) -> Stream:
        """Run a statement whose rows the server sends as they are read."""
        cursor = self._open_connection.cursor(self._driver.cursors.SSCursor)
        self._send(cursor, statement, values)
        return MySQLStream(self, cursor, statement)

    def begin(self, *, read_only: bool) -> None:
        """Begin a transaction."""
        self.run("START TRANSACTION READ ONLY" if read_only else "START TRANSACTION")

    def commit(self) -> None:
        """Commit the transaction."""
        self.run("COMMIT")

    def rollback(self) -> None:
        """Roll the transaction back, if there still is one."""
        self.run("ROLLBACK")

    def run(self, sql: str) -> None:
        """Run a statement of our own."""
        try:
            with self._open_connection.cursor() as cursor:
                cursor.execute(sql)
        except self.driver_errors as error:
            raise translate(error, sql) from None

    def ends_transaction(self, error: Error) -> bool:
        """Tell if the server has rolled the transaction back, or would commit a part of it."""
        return error.number in TRANSACTION_ENDS or not self.is_alive()

    def interrupt(self) -> None:
        """End the statement that runs, through a second connection."""
        connection = self._connection
        if connection is None or not connection.open:
            return
        try:
            with self._connect(connect_timeout=_KILL_TIMEOUT) as killer:
                killer.query(f"KILL QUERY {connection.thread_id()}")
        except Exception as error:  # noqa: BLE001 - the driver raises its own, OSError and RuntimeError
            raise self._refusal(error) from None
