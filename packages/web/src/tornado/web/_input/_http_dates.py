"""Dates in the header fields of requests.

::

    HTTP-date    = IMF-fixdate / obs-date
    IMF-fixdate  = "Sun, 06 Nov 1994 08:49:37 GMT"
    obs-date     = "Sunday, 06-Nov-94 08:49:37 GMT" / "Sun Nov  6 08:49:37 1994"

RFC 9110 section 5.6.7: recipients accept all three, senders use the first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - reads better
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = (
    f"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
    f"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
    f"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})",
)


def parse_date(text: str) -> datetime | None:
    """Parse the date of a header field.

    :returns: ``None`` if the text is not exactly one date, for example a list of them.
    """
    for form in _FORMS:
        match = re.fullmatch(form, text)
        if match is not None:
            return _moment(match)
    return None


def _moment(match: re.Match[str]) -> datetime | None:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year = _full_year(year)
    month = _MONTHS.index(match["month"]) + 1
    day, hour, minute, second = (int(match[each]) for each in ("day", "hour", "minute", "second"))
    if second == 60:  # a leap second, which datetime does not know
        second = 59
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _full_year(year: int) -> int:
    """Complete a year of two digits; it is at most 50 years ahead of the current one."""
    current = datetime.now(UTC).year
    full = current - current % 100 + year
    if full > current + 50:
        return full - 100
    return full + 100 if full <= current - 50 else full
