"""The form in which a moment is described, and the message that is translated for it.

The messages are part of the API: the translation files of existing programs have them as keys.

=================  ==========================================================
age                message
=================  ==========================================================
under 50 seconds   ``%(seconds)d seconds ago``
under 50 minutes   ``%(minutes)d minutes ago``
under 24 hours     ``%(hours)d hours ago``
the day before     ``yesterday at %(time)s``
under 5 days       ``%(weekday)s at %(time)s``
under 334 days     ``%(month_name)s %(day)s at %(time)s``
older, or future   ``%(month_name)s %(day)s, %(year)s at %(time)s``
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
#: A moment that is less than this in the future counts as now, because clocks differ.
_MAX_SKEW = datetime.timedelta(minutes=1)

#: Moments of fewer days ago are described by their weekday.
_DAYS_BY_WEEKDAY = 5
#: Moments of fewer days ago are described without the year. After about eleven months, such a date could
#: be understood as the next one.
_DAYS_WITHOUT_YEAR = 334

_TWELVE_HOURS = ("en", "en_US")
_TWELVE_HOURS_CHINESE = "zh_CN"


class Moment:
    """A moment and the message that describes it."""

    __slots__ = ("count", "has_time", "local", "message", "plural_message", "shape", "unit")

    def __init__(
        self,
        shape: str,
        has_time: bool,
        message: str,
        local: datetime.datetime,
        plural_message: str | None = None,
        unit: str = "",
        count: int | None = None,
    ) -> None:
        #: ``age``, ``time``, ``yesterday``, ``weekday``, ``day``, ``date`` or ``weekday_day``.
        self.shape = shape
        #: Whether the description has the time of day.
        self.has_time = has_time
        self.message = message
        #: The reader's local time, without a time zone.
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
    """Choose the message by which `Locale.format_date` describes a moment.

    :param now: the current time; by default that of the clock.
    """
    then = _to_utc(date)
    now = now or datetime.datetime.now(_UTC)
    if then > now:
        if relative and then - now < _MAX_SKEW:
            then = now
        else:
            # An age or a weekday would be understood as a moment in the past.
            return _describe_date("date", then, gmt_offset, has_time=not shorter)
    if full_format:
        return _describe_date("date", then, gmt_offset, has_time=not shorter)
    age = now - then
    if relative and age.days == 0:
        return _describe_age(age.seconds, then)
    shape = _choose_shape(then, now, gmt_offset, relative)
    return _describe_date(shape, then, gmt_offset, has_time=shape == "time" or not shorter)


def describe_day(date: object, gmt_offset: int, dow: bool) -> Moment:
    """Choose the message by which `Locale.format_day` describes a day."""
    # No conversion if none is needed, because this may be called for each row of a page.
    then = date if isinstance(date, datetime.datetime) and date.tzinfo is None else _to_utc(date)
    return _describe_date("weekday_day" if dow else "day", then, gmt_offset, has_time=False)


def format_time(local: datetime.datetime, code: str) -> str:
    """Return the time of day as a locale writes it: 3:30 pm in American English."""
    if code in _TWELVE_HOURS:
        return f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    if code == _TWELVE_HOURS_CHINESE:
        half = "上午" if local.hour < 12 else "下午"
        return f"{half}{local.hour % 12 or 12}:{local.minute:02}"
    return f"{local.hour}:{local.minute:02}"


def _choose_shape(
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
    if days < _DAYS_BY_WEEKDAY:
        return "weekday"
    return "day" if days < _DAYS_WITHOUT_YEAR else "date"


def _describe_age(seconds: int, then: datetime.datetime) -> Moment:
    if seconds < 50:
        unit, count = "second", seconds
    elif seconds < 50 * 60:
        unit, count = "minute", round(seconds / 60)
    else:
        unit, count = "hour", round(seconds / 3600)
    units = f"{unit}s"
    plural = f"%({units})d {units} ago"
    return Moment("age", False, f"1 {unit} ago", then, plural, units, count)


def _describe_date(
    shape: str, then: datetime.datetime, gmt_offset: int, *, has_time: bool
) -> Moment:
    message = _DATE_MESSAGES[shape]
    if has_time and shape != "time":
        message += " at %(time)s"
    return Moment(shape, has_time, message, _local(then, gmt_offset))


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
