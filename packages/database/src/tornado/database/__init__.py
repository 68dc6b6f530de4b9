"""A simple interface to SQLite, MySQL and MariaDB.

::

    import tornado.database

    db = tornado.database.Connection("sqlite:///blog.db")
    for entry in db.query("SELECT * FROM entries WHERE author = %s", author):
        print(entry.title)

Rows are dictionaries whose items are attributes. Cursors are hidden, statements are stored as soon as
they have run, times are in UTC, and what goes wrong is an error of this module on every database.

Importing this module loads no driver.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first used

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._async._connection import AsyncConnection
    from ._async._pool import Pool
    from ._async._rows import AsyncRowIterator
    from ._async._transaction import AsyncTransaction
    from ._connection import Connection
    from ._conversions import CONVERSIONS
    from ._errors import (
        DatabaseError,
        DataError,
        Error,
        IntegrityError,
        InterfaceError,
        InternalError,
        NotSupportedError,
        OperationalError,
        PoolExhaustedError,
        ProgrammingError,
        StatementTimeoutError,
    )
    from ._field_types import FIELD_TYPE, FLAG, field_types
    from ._row import Row
    from ._row_iterator import RowIterator
    from ._transaction import Transaction

__all__ = [
    "AsyncConnection",
    "AsyncRowIterator",
    "AsyncTransaction",
    "CONVERSIONS",
    "Connection",
    "DataError",
    "DatabaseError",
    "Error",
    "FIELD_TYPE",
    "FLAG",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "Pool",
    "PoolExhaustedError",
    "ProgrammingError",
    "Row",
    "RowIterator",
    "StatementTimeoutError",
    "Transaction",
    "field_types",
]

publish(
    globals(),
    {
        "AsyncConnection": "_async._connection",
        "AsyncRowIterator": "_async._rows",
        "AsyncTransaction": "_async._transaction",
        "CONVERSIONS": "_conversions",
        "Connection": "_connection",
        "DataError": "_errors",
        "DatabaseError": "_errors",
        "Error": "_errors",
        "FIELD_TYPE": "_field_types",
        "FLAG": "_field_types",
        "IntegrityError": "_errors",
        "InterfaceError": "_errors",
        "InternalError": "_errors",
        "NotSupportedError": "_errors",
        "OperationalError": "_errors",
        "Pool": "_async._pool",
        "PoolExhaustedError": "_errors",
        "ProgrammingError": "_errors",
        "Row": "_row",
        "RowIterator": "_row_iterator",
        "StatementTimeoutError": "_errors",
        "Transaction": "_transaction",
        "field_types": "_field_types",
    },
)
