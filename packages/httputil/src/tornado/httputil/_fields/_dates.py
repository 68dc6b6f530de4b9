"""Dates as HTTP writes them: IMF-fixdate, RFC 9110 section 5.6.7."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (None, "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=64)
def _format_second(second: int) -> str:
    try:
        year, month, day, hour, minute, sec, weekday, _, _ = time.gmtime(second)
    except OverflowError as error:
        raise ValueError(f"timestamp {second} is out of range") from error
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is out of range")
    return (
        f"{_WEEKDAYS[weekday]}, {day:02} {_MONTHS[month]} {year:04} "
        f"{hour:02}:{minute:02}:{sec:02} GMT"
    )


def format_timestamp(
    ts: float | tuple[int, ...] | time.struct_time | datetime.datetime,
) -> str:
    """Return a moment in the form that HTTP needs.

    >>> format_timestamp(1359312200)
    'Sun, 27 Jan 2013 18:43:20 GMT'

    A second that was formatted recently costs one look-up, so servers need no date cache of their own.

    :param ts: seconds since the epoch, a time tuple in UTC, or a datetime (UTC unless it is aware).
    :raises TypeError: it is of another type.
    :raises ValueError: it is not within the years 1 to 9999.
    """
    if isinstance(ts, (int, float)):
        try:
            return _format_second(int(ts))
        except OverflowError as error:
            raise ValueError(f"timestamp {ts} is out of range") from error
    from calendar import timegm

    if isinstance(ts, tuple):
        return _format_second(timegm(ts))
    as_utc = getattr(ts, "utctimetuple", None)
    if as_utc is None:
        raise TypeError(f"unknown timestamp type: {ts!r}, give seconds, a time tuple or a datetime")
    return _format_second(timegm(as_utc()))
