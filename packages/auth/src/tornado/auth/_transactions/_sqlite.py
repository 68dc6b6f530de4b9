"""Used ids in a file that the processes of one machine share."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .._errors import AuthError
from ._replay import check_place, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds to wait for other processes.
_PATIENCE = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS used (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, expires REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used_expires ON used (expires);
CREATE TABLE IF NOT EXISTS sizes (kind TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS used_more AFTER INSERT ON used BEGIN
    INSERT INTO sizes VALUES (new.kind, 1) ON CONFLICT (kind) DO UPDATE SET size = size + 1;
END;
CREATE TRIGGER IF NOT EXISTS used_less AFTER DELETE ON used BEGIN
    UPDATE sizes SET size = size - 1 WHERE kind = old.kind;
    DELETE FROM sizes WHERE kind = old.kind AND size = 0;
END;
"""


class SQLiteReplayStore:
    """The ids that the processes of one machine have seen, in a file.

    ::

        Application(..., auth_replay_store=SQLiteReplayStore("/run/mysite/auth.db"))

    The file is opened by the first use, so processes may be forked before; a thread waits for the disk. It
    must be on a disk of this machine: locks of network file systems are not to be relied on. Delete
    it whenever no process runs.

    :param path: of the file, which is made if it is not there, for this user alone.
    :param max_entries: how many ids are kept; see :class:`MemoryReplayStore`.
    :param clock: returns the time in seconds since the epoch, which all processes share.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_entries: int = 1_000_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = os.fspath(path)
        self._max_entries = max_entries
        self._clock = clock
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._inherited: list[
            object
        ] = []  #: of the process that forked this one, which must not be closed

    async def use(self, key: str, lifetime: float) -> bool:
        """Record that an id is used; see :meth:`ReplayStore.use`.

        :raises AuthError: the store has no place for another id of this kind, or the file cannot be used.
        """
        return await self._run(lambda connection: self._use(connection, key, lifetime))

    async def forget(self, key: str) -> None:
        """Let an id be used again; see :meth:`ReplayStore.forget`."""
        await self._run(
            lambda connection: bool(connection.execute("DELETE FROM used WHERE key = ?", [key]))
        )

    def close(self) -> None:
        """Close the file. Another use opens it again."""
        thread, connection, self._thread, self._connection = (
            self._thread, self._connection, None, None,
        )  # fmt: skip
        if thread is not None and self._process == os.getpid():
            if connection is not None:
                thread.submit(connection.close).result()
            thread.shutdown()

    def _use(self, connection: sqlite3.Connection, key: str, lifetime: float) -> bool:
        now, kind = self._clock(), kind_of(key)
        connection.execute("DELETE FROM used WHERE expires <= ?", [now])
        if connection.execute("SELECT 1 FROM used WHERE key = ?", [key]).fetchone():
            return False
        [total, size] = connection.execute(
            "SELECT coalesce(sum(size), 0), coalesce(max(size) FILTER (WHERE kind = ?), 0) FROM sizes",
            [kind],
        ).fetchone()
        check_place(size, self._max_entries - total)
        connection.execute("INSERT INTO used VALUES (?, ?, ?)", [key, kind, now + lifetime])
        return True

    async def _run(self, work: Callable[[sqlite3.Connection], bool]) -> bool:
        if self._process != os.getpid():
            self._inherited += (self._thread, self._connection)
            self._thread, self._connection, self._process = None, None, os.getpid()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="auth-replay-store")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._in_transaction, work)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], bool]) -> bool:
        """Do something alone among all processes."""
        try:
            connection = self._connect()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)
        except sqlite3.Error as error:
            raise AuthError(f"the replay store {self._path} cannot be used: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._make_file()
            connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
            try:
                # What a crash of the machine loses is a few seconds of ids; one of a process loses none.
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_SCHEMA)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _make_file(self) -> None:
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            message = f"the replay store {self._path} cannot be used: {error.strerror}"
            raise AuthError(message) from error
