"""Dates and lengths of time, as people write them on a command line."""

from __future__ import annotations

import datetime

_DATE_EXAMPLE = "2026-01-31 15:30"
_LENGTH_EXAMPLE = "1h30m"

#: Formats that `datetime.datetime.fromisoformat` does not read. Some are here because they allow
#: numbers without zeros, as in 2026-1-31. Without a date, the year is 1900.
_MORE_FORMATS = (
    *("%a %b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"),
    *("%H:%M:%S", "%H:%M"),
)

#: The argument of `datetime.timedelta` for each unit of time.
_UNITS = {
    spelling: argument
    for argument, spellings in {
        "microseconds": ("us", "microsecond"),
        "milliseconds": ("ms", "millisecond"),
        "seconds": ("", "s", "sec", "secs", "second"),
        "minutes": ("m", "min", "mins", "minute"),
        "hours": ("h", "hour"),
        "days": ("d", "day"),
        "weeks": ("w", "week"),
    }.items()
    for spelling in (*spellings, argument)
}

#: The units that lengths are written in, in microseconds.
_WRITTEN = (
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1000),
    ("us", 1),
)


def read_date(text: str) -> datetime.datetime:
    """Read a date and time, in ISO 8601 or as `time.ctime` writes it.

    :raises ValueError: it is neither.
    """
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        pass  # other formats follow
    for form in _MORE_FORMATS:
        try:
            return datetime.datetime.strptime(text, form)
        except ValueError:
            continue
    msg = f"{text!r} is not a date and time, write it like {_DATE_EXAMPLE!r}"
    raise ValueError(msg)


def read_length(text: str) -> datetime.timedelta:
    """Read a length of time: numbers with units, added up. Without a unit they are seconds.

    :raises ValueError: it is something else.
    """
    import re

    total = datetime.timedelta()
    rest = text.strip()
    wrong = f"{text!r} is not a length of time, write it like {_LENGTH_EXAMPLE!r}"
    if not rest:
        raise ValueError(wrong)
    term = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([a-z]*)\s*")
    while rest:
        found = term.match(rest)
        if found is None:
            raise ValueError(wrong)
        number, unit = found.groups()
        if unit not in _UNITS:
            msg = f"{text!r} has no known unit of time in {unit!r}, use w, d, h, m, s, ms or us"
            raise ValueError(msg)
        try:
            total += datetime.timedelta(**{_UNITS[unit]: float(number)})
        except OverflowError:
            msg = f"{text!r} is longer than {datetime.timedelta.max.days} days"
            raise ValueError(msg) from None
        rest = rest[found.end() :]
    return total


def write_length(length: datetime.timedelta) -> str:
    """Return a length of time as a text that `read_length` reads."""
    rest = length // datetime.timedelta(microseconds=1)
    sign = "-" if rest < 0 else ""
    rest = abs(rest)
    terms = []
    for unit, size in _WRITTEN:
        count, rest = divmod(rest, size)
        if count:
            terms.append(f"{sign}{count}{unit}")
    return "".join(terms) or "0s"
