"""What values of MySQL and MariaDB become in Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ._field_types import FIELD_TYPE
from ._parameters import parse_timedelta

if TYPE_CHECKING:
    from collections.abc import Callable


def _read_datetime(text: str) -> datetime | None:
    """Return a time, or None for a date that the calendar does not have, such as 0000-00-00."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_time(text: str) -> timedelta:
    return parse_timedelta(text)


def _read_bits(value: bytes) -> int:
    return int.from_bytes(value, "big")


#: For each type of column, the function that makes a value of its text. A program may change it before it
#: connects. Columns whose type is not here hold text or bytes.
CONVERSIONS: dict[int, Callable[[Any], Any]] = {
    FIELD_TYPE.BIT: _read_bits,
    FIELD_TYPE.TINY: int,
    FIELD_TYPE.SHORT: int,
    FIELD_TYPE.INT24: int,
    FIELD_TYPE.LONG: int,
    FIELD_TYPE.LONGLONG: int,
    FIELD_TYPE.YEAR: int,
    FIELD_TYPE.FLOAT: float,
    FIELD_TYPE.DOUBLE: float,
    FIELD_TYPE.DECIMAL: Decimal,
    FIELD_TYPE.NEWDECIMAL: Decimal,
    FIELD_TYPE.DATE: _read_date,
    FIELD_TYPE.DATETIME: _read_datetime,
    FIELD_TYPE.TIMESTAMP: _read_datetime,
    FIELD_TYPE.TIME: _read_time,
}
