"""What a connection remembers between its statements.

Theory of operation: a session has one backend, and says before each statement whether it can be used.

- A connection that has been idle for too long, or that the server has closed meanwhile, is replaced. This is
  decided before anything is sent, so a statement that may have run is never sent again.
- Within a transaction nothing is replaced: the error reaches the program. The transaction has *failed* then,
  as it has after an error that made the server roll it back. Every further statement is refused until its
  outermost block ends, so that its second half is not stored without the first.
- While the rows of a stream are being read, no other statement may run.

A session blocks, and is used by one thread at a time. Only :meth:`Session.interrupt` may be called
while another thread is in it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._errors import Error, InterfaceError, OperationalError, ProgrammingError
from ._process import process
from ._statement import StatementCache

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ._backends._interface import Backend, Result, Stream
    from ._statement import Statement, Values

_SERVER_LOST = 2006  # CR_SERVER_GONE_ERROR of the client library
_CLOSED = -1  # instead of a number of forks


class Session:
    """A connection with its transaction, its stream and its idle time."""

    def __init__(self, backend: Backend, *, max_idle_time: float) -> None:
        self._backend = backend
        self._max_idle_time = max_idle_time
        self._last_use = 0.0
        self._opened_in = _CLOSED  # how often the process had been forked when it connected
        self._statements = StatementCache()
        self._savepoints: list[
            str
        ] = []  # of the open blocks; the empty string is a whole transaction
        self._failure = ""  # why the transaction cannot go on
        self._stream: Stream | None = None
        self._is_retired = False

    @property
    def in_transaction(self) -> bool:
        """Tell if a transaction is open, or has failed and its block has not ended."""
        return bool(self._savepoints) or self._backend.in_transaction

    @property
    def is_open(self) -> bool:
        """Tell if there is a connection."""
        return self._backend.is_open

    @property
    def is_clean(self) -> bool:
        """Tell if neither a transaction nor a stream is open."""
        return self._stream is None and not self.in_transaction

    @property
    def depth(self) -> int:
        """How many blocks are open, one within the other."""
        return len(self._savepoints)

    def reset(self) -> None:
        """Leave the rows that are being read, and roll back what is not committed."""
        self.rollback_to(0)
        if self._stream is not None:
            with contextlib.suppress(Error):
                self.end_stream(self._stream)
        if self._backend.in_transaction:
            try:
                self._backend.rollback()
            except Error:
                self.close()

    def rollback_to(self, depth: int) -> None:
        """Undo the innermost blocks until so many are left."""
        while len(self._savepoints) > depth:
            self.rollback()

    def retire(self) -> None:
        """Open no connection any more, from another thread."""
        self._is_retired = True

    def connect(self) -> None:
        """Open a connection, instead of the one that is open.

        :raises OperationalError: if that is not possible.
        """
        self.close()
        self._connect()
        self._last_use = time.monotonic()

    def _connect(self) -> None:
        self._backend.connect()
        self._opened_in = process.forks

    def close(self) -> None:
        """Close the connection, if there is one. A transaction that is under way fails."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abandon()
        if self._savepoints:
            self._failure = self._failure or "the connection was closed"
        if self._opened_in not in (process.forks, _CLOSED):
            self._backend.abandon()
        self._opened_in = _CLOSED
        self._backend.close()

    def interrupt(self) -> None:
        """End the statement that runs, from another thread."""
        self._backend.interrupt()

    def execute(self, query: str, values: Sequence[Any]) -> Result:
        """Run a statement and read all of its rows.

        :param query: the statement.
        :param values: the values of its parameters.
        :raises Error: if it is wrong or fails.
        """
        backend = self._backend
        if (
            self._stream is not None
            or self._failure
            or backend.expires
            or self._opened_in != process.forks
        ):
            self._prepare()
        try:
            statement = self._statements[query, backend.dialect]
            if statement.names:
                values = statement.put_in_order(values)
            return backend.execute(statement, values)
        except Error as error:
            self._note_error(error)
            raise
        finally:
            if backend.expires:
                self._last_use = time.monotonic()

    def execute_many(self, query: str, rows: Iterable[Values]) -> Result:
        """Run a statement for each row of values: for all of them, or for none.

        :raises ProgrammingError: if the statement returns rows.
        """
        self._prepare()
        statement = self._statements[query, self._backend.dialect]
        if statement.is_returning:
            raise ProgrammingError(
                "executemany returns no rows: run a statement with RETURNING once for each row"
            )
        values = [_read_values(statement, each) for each in rows]
        if not values:
            return [], 0, 0
        self.begin()
        try:
            result = self._backend.execute_many(statement, values)
        except BaseException as error:
            if isinstance(error, Error):
                self._note_error(error)
            self.rollback()
            raise
        self.commit()
        return result

    def stream(self, query: str, values: Sequence[Any]) -> Stream:
        """Run a statement, and leave its rows to :meth:`fetch` until :meth:`end_stream`."""
        self._prepare()
        try:
            statement = self._statements[query, self._backend.dialect]
            if statement.names:
                values = statement.put_in_order(values)
            self._stream = self._backend.stream(statement, values)
        except Error as error:
            self._note_error(error)
            raise
        return self._stream

    def fetch(self, stream: Stream, count: int) -> Sequence[tuple[Any, ...]]:
        """Return up to so many rows of a stream, none at its end."""
        if self._stream is not stream:
            raise InterfaceError("the connection was closed while rows were read from it")
        try:
            return stream.fetch(count)
        except Error as error:
            self._note_error(error)
            raise

    def end_stream(self, stream: Stream) -> None:
        """Leave the rest of the rows of a stream."""
        if self._stream is not stream:
            return  # the connection was closed meanwhile
        self._stream = None
        try:
            stream.close()
        except Error as error:
            self._note_error(error)
            raise
        finally:
            self._last_use = time.monotonic()

    def begin(self, *, read_only: bool = False) -> None:
        """Begin a transaction, or a savepoint within one.

        :param read_only: refuse statements that change anything; a savepoint is as its transaction.
        """
        self._prepare()
        savepoint = ""
        if self.in_transaction:
            savepoint = f"tornado_{len(self._savepoints) + 1}"
            self._backend.run(f"SAVEPOINT {savepoint}")
        else:
            self._backend.begin(read_only=read_only)
        self._savepoints.append(savepoint)

    def commit(self) -> None:
        """Commit the innermost transaction, or release its savepoint.

        :raises OperationalError: if the transaction has failed, and nothing of it is stored.
        """
        try:
            self._refuse_stream()
            self._refuse_failed()
            if self._savepoints[-1]:
                self._backend.run(f"RELEASE SAVEPOINT {self._savepoints[-1]}")
            else:
                self._backend.commit()
        except BaseException:
            self.rollback()
            raise
        self._savepoints.pop()

    def rollback(self) -> None:
        """Undo the innermost transaction, or what was done since its savepoint.

        It raises nothing: a connection on which that is not possible is closed, and then the server
        rolls the transaction back.
        """
        if self._stream is not None:
            with contextlib.suppress(Error):
                self.end_stream(self._stream)
        savepoint = self._savepoints.pop()
        try:
            if self._backend.is_open and not self._failure:
                self._undo(savepoint)
        except Error:
            self.close()
        if not self._savepoints:
            self._failure = ""

    def _undo(self, savepoint: str) -> None:
        if savepoint:
            self._backend.run(f"ROLLBACK TO SAVEPOINT {savepoint}")
            self._backend.run(f"RELEASE SAVEPOINT {savepoint}")
        else:
            self._backend.rollback()

    def _prepare(self) -> None:
        """Make sure that a statement can run.

        :raises InterfaceError: if rows are being read.
        :raises OperationalError: if the transaction has failed, or if the server cannot be reached.
        """
        if self._stream is not None or self._failure:
            self._refuse_stream()
            self._refuse_failed()
        if self._is_usable():
            return
        was_in_transaction = self.in_transaction
        self.close()
        if was_in_transaction:
            self._failure = "the server has closed the connection" if self._savepoints else ""
            raise OperationalError(
                _SERVER_LOST,
                f"the server at {self._backend.address} has closed the connection during a "
                f"transaction: nothing of it is stored",
            )
        self._connect()
        if self._is_retired:
            self.close()
            raise InterfaceError("nobody waits for this statement any more")

    def _is_usable(self) -> bool:
        backend = self._backend
        if self._opened_in != process.forks or not backend.is_open:
            return False
        if not backend.expires:
            return True
        is_fresh = time.monotonic() - self._last_use <= self._max_idle_time
        return (is_fresh or self.in_transaction) and backend.is_alive()

    def _refuse_stream(self) -> None:
        if self._stream is not None:
            raise InterfaceError(
                "rows of iter() are still being read on this connection: read all of them, close() "
                "what iter() has returned, or use another connection"
            )

    def _refuse_failed(self) -> None:
        if self._failure:
            raise OperationalError(
                f"the transaction has been rolled back, and its block has not ended: {self._failure}"
            )

    def _note_error(self, error: Error) -> None:
        """Take notice of the end of a transaction."""
        if not self.in_transaction or self._failure:
            return
        if not self._backend.is_open:
            reason = "the connection was lost"
        elif self._backend.ends_transaction(error):
            reason = error.message
            try:
                self._backend.rollback()
            except Error:  # it was interrupted too: the server rolls back what is not committed
                self._backend.close()
        else:
            return
        if self._savepoints:
            self._failure = reason


def _read_values(statement: Statement, row: Values) -> Sequence[Any]:
    """Return the values of one run of a statement.

    :raises ProgrammingError: if they are not those of its parameters.
    """
    values: Sequence[Any] = (row,) if statement.names or isinstance(row, Mapping) else tuple(row)
    if statement.names:
        values = statement.put_in_order(values)
    statement.check(values)
    return values
