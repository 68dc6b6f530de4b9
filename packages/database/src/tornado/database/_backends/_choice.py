"""The backend for a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._url import Target
    from ._interface import Backend

#: Options of the classic constructor, which SQLite has no use for.
_OF_SERVERS = ("charset", "connect_timeout", "sql_mode", "time_zone")


def make_backend(target: Target, defaults: dict[str, object]) -> Backend:
    """Return a backend, which is not connected yet.

    :param target: the database, with the options that the program has given.
    :param defaults: options that only a server has, with their values where none are given.
    :raises InterfaceError: if it has no such option, or if its driver is not installed.
    """
    if target.kind == "sqlite":
        from ._sqlite import SQLiteBackend

        return SQLiteBackend(target, target.options)
    from ._mysql import MySQLBackend

    return MySQLBackend(target, {**defaults, **target.options})
