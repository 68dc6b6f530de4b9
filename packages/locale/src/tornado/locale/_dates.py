"""How a moment is told: pure decisions, no language but the messages to translate.

The messages are part of the API: translation files of existing programs have them as keys.

=================  ==========================================================
age                told as
=================  ==========================================================
under 50 seconds   ``%(seconds)d seconds ago``
under 50 minutes   ``%(minutes)d minutes ago``
under 24 hours     ``%(hours)d hours ago``
the day before     ``yesterday at %(time)s``
under 5 days       ``%(weekday)s at %(time)s``
under 334 days     ``%(month_name)s %(day)s at %(time)s``
older, or ahead    ``%(month_name)s %(day)s, %(year)s at %(time)s``
=================  ==========================================================
"""

from __future__ import annotations

import datetime

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_UTC = datetime.UTC
_DAY = datetime.timedelta(days=1)
#: A moment at most this far ahead is taken for now: clocks disagree.
_SKEW = datetime.timedelta(minutes=1)

_WEEK_REACHES = 5
#: About eleven months: from there on, a day of the year could be taken for the coming one.
_YEAR_REACHES = 334

_TWELVE_HOURS = ("en", "en_US")
_TWELVE_HOURS_CHINESE = "zh_CN"


class Moment:
    """A moment and the message that tells it."""

    __slots__ = ("count", "local", "message", "plural_message", "shape", "timed", "unit")

    def __init__(
        self,
        shape: str,
        timed: bool,
        message: str,
        local: datetime.datetime,
        plural_message: str | None = None,
        unit: str = "",
        count: int | None = None,
    ) -> None:
        #: ``age``, ``time``, ``yesterday``, ``weekday``, ``day``, ``date`` or ``weekday_day``.
        self.shape = shape
        #: Whether the time of day is told too.
        self.timed = timed
        self.message = message
        #: On the reader's clock, without a time zone.
        self.local = local
        self.plural_message = plural_message
        #: ``seconds``, ``minutes`` or ``hours`` of an age.
        self.unit = unit
        self.count = count


_DATE_MESSAGES = {
    "time": "%(time)s",
    "yesterday": "yesterday",
    "weekday": "%(weekday)s",
    "day": "%(month_name)s %(day)s",
    "date": "%(month_name)s %(day)s, %(year)s",
    "weekday_day": "%(weekday)s, %(month_name)s %(day)s",
}


def describe(
    date: float | datetime.datetime,
    gmt_offset: int,
    relative: bool,
    shorter: bool,
    full_format: bool,
    now: datetime.datetime | None = None,
) -> Moment:
    """Decide how `Locale.format_date` tells a moment, by the clock or by another ``now``."""
    then = _to_utc(date)
    now = now or datetime.datetime.now(_UTC)
    if then > now:
        if relative and then - now < _SKEW:
            then = now
        else:
            # Ages and weekdays look back; ahead only the whole date is clear.
            return _dated("date", then, gmt_offset, timed=not shorter)
    if full_format:
        return _dated("date", then, gmt_offset, timed=not shorter)
    age = now - then
    if relative and age.days == 0:
        return _aged(age.seconds, then)
    shape = _shape_of_past(then, now, gmt_offset, relative)
    return _dated(shape, then, gmt_offset, timed=shape == "time" or not shorter)


def describe_day(date: object, gmt_offset: int, dow: bool) -> Moment:
    """Decide how `Locale.format_day` tells a day."""
    # As it is where nothing has to be converted: this is called once for each row of a page.
    then = date if isinstance(date, datetime.datetime) and date.tzinfo is None else _to_utc(date)
    return _dated("weekday_day" if dow else "day", then, gmt_offset, timed=False)


def format_time(local: datetime.datetime, code: str) -> str:
    """Write the time of day by the customs of a locale: 3:30 pm in American English."""
    if code in _TWELVE_HOURS:
        return f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    if code == _TWELVE_HOURS_CHINESE:
        half = "上午" if local.hour < 12 else "下午"
        return f"{half}{local.hour % 12 or 12}:{local.minute:02}"
    return f"{local.hour}:{local.minute:02}"


def _shape_of_past(
    then: datetime.datetime, now: datetime.datetime, gmt_offset: int, relative: bool
) -> str:
    days = (now - then).days
    if days == 0:
        return "time"
    if (
        days == 1
        and relative
        and _local(then, gmt_offset).day == _local(now - _DAY, gmt_offset).day
    ):
        return "yesterday"
    if days < _WEEK_REACHES:
        return "weekday"
    return "day" if days < _YEAR_REACHES else "date"


def _aged(seconds: int, then: datetime.datetime) -> Moment:
    if seconds < 50:
        unit, count = "second", seconds
    elif seconds < 50 * 60:
        unit, count = "minute", round(seconds / 60)
    else:
        unit, count = "hour", round(seconds / 3600)
    units = f"{unit}s"
    plural = f"%({units})d {units} ago"
    return Moment("age", False, f"1 {unit} ago", then, plural, units, count)


def _dated(shape: str, then: datetime.datetime, gmt_offset: int, *, timed: bool) -> Moment:
    message = _DATE_MESSAGES[shape]
    if timed and shape != "time":
        message += " at %(time)s"
    return Moment(shape, timed, message, _local(then, gmt_offset))


def _local(then: datetime.datetime, gmt_offset: int) -> datetime.datetime:
    local = then if then.tzinfo is None else then.replace(tzinfo=None)
    return local - datetime.timedelta(minutes=gmt_offset) if gmt_offset else local


def _to_utc(date: object) -> datetime.datetime:
    if isinstance(date, datetime.datetime):
        return date.replace(tzinfo=_UTC) if date.tzinfo is None else date.astimezone(_UTC)
    if isinstance(date, int | float):
        return datetime.datetime.fromtimestamp(date, _UTC)
    msg = f"a date is a datetime or a number of seconds since the epoch, not {date!r:.80}"
    raise TypeError(msg)
