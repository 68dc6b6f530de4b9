"""Errors of MySQL and MariaDB, without the values that their messages quote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._errors import (
    BY_NAME,
    DataError,
    Error,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    shorten_statement,
)
from .._parameters import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._statement import Statement

#: After these the server has rolled the transaction back (1213), or would commit its first half (1205).
TRANSACTION_ENDS = frozenset({1205, 1213})

#: The number of the client library for a connection that ended during a statement.
LOST = 2013

#: Where the driver's choice differs from what the same mistake is on SQLite.
_CLASSES: dict[int, type[Error]] = {
    1264: DataError,  # out of range
    1292: DataError,  # incorrect value
    1364: IntegrityError,  # no value for a column without a default
    1365: DataError,  # division by zero
    1366: DataError,  # incorrect value
    3819: IntegrityError,  # CHECK, MySQL
    4025: IntegrityError,  # CHECK, MariaDB
}

#: Quoted values in the server's messages, which may have quotes within.
_VALUES = re.compile(
    r"(?<=^Duplicate entry )'.*'(?= for key ')"
    r"|(?<= near )'.*'(?= at line \d+$)"
    r"|(?<= value: )'.*?'(?= for column |$)"
    r"|(?<= value is out of range in )'.*'$",
    re.DOTALL,
)


def translate(error: Exception, statement: Statement | str, values: Sequence[Any] = ()) -> Error:
    """Return the error of ours for one of the driver.

    :param values: of the parameters, which the message must not show.
    """
    text = statement if isinstance(statement, str) else statement.text
    where = f", in: {shorten_statement(text)}"
    if isinstance(error, UnicodeError):
        return DataError(f"a text does not fit the character set of the connection{where}")
    if type(error).__module__.partition(".")[0] != "pymysql":
        return OperationalError(f"{type(error).__name__}: {error}{where}")
    number, message = (*error.args, "")[:2] if error.args else (0, "")
    if not isinstance(number, int):
        return ProgrammingError(f"{number}{where}")
    if (number, message) == (0, ""):
        number, message = LOST, "the connection was lost"
    kind = _CLASSES.get(number) or BY_NAME.get(type(error).__name__, OperationalError)
    if number == LOST:
        message = f"{message}; the statement may have run"
    return kind(number, f"{_hide_values(str(message), values)}{where}")


def _hide_values(message: str, values: Sequence[Any]) -> str:
    if not values:
        return message
    message = _VALUES.sub("'...'", message)
    for text in sorted(texts(values), key=len, reverse=True):
        message = message.replace(f"'{text}'", "'...'") if text else message
    return message
