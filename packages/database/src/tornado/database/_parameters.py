"""Values of parameters, before the driver gets them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from ._errors import DataError

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Adapter = Callable[[Any], Any]

#: What every driver takes as it is.
_PLAIN = frozenset({int, str, bytes, bool, type(None)})


def adapt(values: Sequence[Any], adapters: Mapping[type, Adapter]) -> Sequence[Any]:
    """Return values as the driver takes them.

    :param values: the values of the parameters.
    :param adapters: what to do with values of a type; subclasses are found by their base.
    :raises DataError: if a value cannot be stored.
    """
    for value in values:
        kind = type(value)
        if kind not in _PLAIN and (kind is not float or value - value != 0.0):  # finite
            return tuple([_adapt(each, adapters) for each in values])
    return values


def _adapt(value: Any, adapters: Mapping[type, Adapter]) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    adapter = adapters.get(kind)
    if adapter is None:
        adapter = next((adapters[base] for base in kind.__mro__ if base in adapters), None)
    if adapter is None:
        return _adapt_sequence(value, adapters)
    return adapter(value)


def _adapt_sequence(values: Any, adapters: Mapping[type, Adapter]) -> list[Any]:
    """Adapt the values of ``IN %s``."""
    if not isinstance(values, list | tuple):
        hint = ", or write %(name)s for each of its items" if isinstance(values, Mapping) else ""
        raise DataError(
            f"{type(values).__name__} cannot be the value of a parameter: convert it first{hint}"
        )
    if not values:
        raise DataError(
            "an empty sequence cannot be the value of a parameter: IN () has no meaning"
        )
    if any(isinstance(each, list | tuple) for each in values):
        raise DataError("a sequence within a sequence cannot be the value of a parameter")
    return [_adapt(each, adapters) for each in values]


def to_utc(value: datetime) -> datetime:
    """Return a time without its offset, in UTC if it has one."""
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise DataError("the time is outside the years 1 to 9999 in UTC") from None


def _float(value: float) -> float:
    if not math.isfinite(value):
        raise DataError(f"{value!r} cannot be stored: columns hold finite numbers")
    return float(value)


def _decimal(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise DataError(f"{value} cannot be stored: columns hold finite numbers")
    return value


def _time(value: time) -> time:
    if value.tzinfo is not None:
        raise DataError("a time of day with an offset has no time in UTC: give a datetime instead")
    return value


#: The types that both backends take. Exact types first: a bool is an int, a datetime is a date.
COMMON: Mapping[type, Adapter] = {
    str: str.__str__,
    int: int.__int__,
    float: _float,
    bytes: bytes,
    bytearray: bytes,
    memoryview: bytes,
    datetime: to_utc,
    date: lambda value: date(value.year, value.month, value.day),
    time: _time,
    timedelta: lambda value: value,
    Decimal: _decimal,
}


def format_timedelta(value: timedelta) -> str:
    """Return a duration as MySQL writes it: ``[-]hours:minutes:seconds[.microseconds]``."""
    sign = "-" if value < timedelta() else ""
    total = abs(value)
    minutes, seconds = divmod(total.days * 86_400 + total.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{total.microseconds:06}" if total.microseconds else ""
    return f"{sign}{hours:02}:{minutes:02}:{seconds:02}{fraction}"


def parse_timedelta(text: str) -> timedelta:
    """Return a duration from ``[-]hours:minutes[:seconds[.fraction]]``.

    :raises ValueError: if it is written otherwise.
    """
    sign = -1 if text.startswith("-") else 1
    hours, minutes, *rest = text.lstrip("-").split(":")
    seconds, _, fraction = (rest or ["0"])[0].partition(".")
    return sign * timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int(f"{fraction:0<6}"[:6]),
    )


def texts(values: Iterable[Any]) -> set[str]:
    """Return values as a message of the server would show them."""
    return {
        each
        if isinstance(each, str)
        else each.decode("latin-1")
        if isinstance(each, bytes)
        else str(each)
        for value in values
        for each in (value if isinstance(value, list | tuple) else (value,))
        if each is not None
    }
