"""Values in SQLite, which has numbers, texts and bytes only.

Dates and times are stored as MySQL writes them, in UTC, so that they sort and compare. They become dates
and times again by the declared type of their column.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache

from .._parameters import COMMON, format_timedelta, parse_timedelta, to_utc

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .._parameters import Adapter


def _adapt_decimal(value: Decimal) -> int | float | str:
    """Return the number that compares like it, or its text where a float has too few digits."""
    COMMON[Decimal](value)
    if value == value.to_integral_value() and abs(value) < 2**63:
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def _adapt_datetime(value: datetime) -> str:
    return to_utc(value).isoformat(" ")


def _adapt_time(value: time) -> str:
    return str(COMMON[time](value).isoformat())


ADAPTERS: Mapping[type, Adapter] = {
    **COMMON,
    datetime: _adapt_datetime,
    date: date.isoformat,
    time: _adapt_time,
    timedelta: format_timedelta,
    Decimal: _adapt_decimal,
}


def _or_text(convert: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """Make a converter that returns what it cannot read as it is, since a column may hold anything."""

    def converter(value: bytes) -> Any:
        text = value.decode("utf-8", "replace")
        try:
            return convert(text)
        except (ValueError, InvalidOperation):
            return text

    return converter


def _is_zero(text: str) -> bool:
    """Tell if it is a date of MySQL that has no month or day, such as 0000-00-00."""
    return text[5:7] == "00" or text[8:10] == "00"


def _read_datetime(text: str) -> datetime | None:
    return None if _is_zero(text) else to_utc(datetime.fromisoformat(text))


def _read_date(text: str) -> date | None:
    return None if _is_zero(text) else date.fromisoformat(text[:10])


_CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "DATE": _read_date,
    "DATETIME": _read_datetime,
    "TIMESTAMP": _read_datetime,
    "TIME": parse_timedelta,
    "DECIMAL": Decimal,
    "NUMERIC": Decimal,
}


@cache
def register_converters() -> None:
    """Register the converters, once in a process.

    The module ``sqlite3`` has one table of them for all connections with ``detect_types``. Those for
    DATE and TIMESTAMP replace Python's own, which are deprecated, and return the same values.
    """
    for name, convert in _CONVERTERS.items():
        sqlite3.register_converter(name, _or_text(convert))
