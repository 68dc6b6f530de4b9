"""The base class of locales, whatever file their translations came from."""

from __future__ import annotations

from . import _dates
from ._cldr import find_rules, plural_category
from ._locale_names import LOCALE_NAMES
from ._lookup import find, find_closest

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from typing import Any

#: Languages (ISO 639) whose usual script runs from right to left, and such scripts (ISO 15924).
_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi")
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset(
    ("adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa")
)

_GROUPED_BY_COMMAS = ("en", "en_US")


class Locale:
    """A language and the customs of a place: translations, dates, lists, numbers.

    Programs do not make locales: `tornado.locale.get` returns the one that fits. There are two
    kinds, `CSVLocale` and `GettextLocale`, with different sources of translations. Another subclass
    overrides `translate` and `pgettext`.
    """

    #: The code, such as ``"en_US"``.
    code: str
    #: The name of the language in itself, ``"Unknown"`` for a code that is not in `LOCALE_NAMES`.
    name: str
    #: Whether the language is written from right to left.
    rtl: bool

    def __init__(self, code: str, translations: Any = None) -> None:
        self.code = code
        self.name = LOCALE_NAMES.get(code, {}).get("name", "Unknown")
        self.rtl = _is_right_to_left(code)
        self.translations = translations
        self._calendar: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    @classmethod
    def get_closest(cls, *locale_codes: str | None) -> Locale:
        """Return the supported locale that fits best, see `tornado.locale.get`."""
        return find_closest(locale_codes)

    @classmethod
    def get(cls, code: str) -> Locale:
        """Return the locale with exactly this code.

        :raises LookupError: nothing is loaded for it, and it is not the default.
        """
        return find(code)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    @property
    def _months(self) -> list[str]:
        """The translated names of the months; upstream has this attribute."""
        return [self.translate(month) for month in _dates.MONTHS]

    @property
    def _weekdays(self) -> list[str]:
        """The translated names of the days, beginning with Monday; upstream has this attribute."""
        return [self.translate(day) for day in _dates.WEEKDAYS]

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Return the translation of a message, or the message itself if it has none.

        :param message: the text in the language of the source code.
        :param plural_message: the text for a count other than 1, if the message has one.
        :param count: the number of things that the message is about, needed with
            ``plural_message``. It only chooses the form: put it into the result by ``%``.
        :raises ValueError: there is a ``plural_message`` without a ``count``.
        """
        raise NotImplementedError

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translate a message that has different meanings in different contexts.

        :param context: the context, like gettext's ``msgctxt``. The other arguments are those of
            `translate`.
        """
        raise NotImplementedError

    def format_date(
        self,
        date: float | datetime.datetime,
        gmt_offset: int = 0,
        relative: bool = True,
        shorter: bool = False,
        full_format: bool = False,
    ) -> str:
        """Return a date as people say it: "2 minutes ago", "Monday at 3:30 pm".

        A time of the last 24 hours is written as an age, one of the days before with its weekday, an
        older one with month and day, and after eleven months also with the year. A time in the
        future is written in full. But one within the next minute counts as now, because clocks
        differ.

        :param date: seconds since the epoch, or a datetime; one without a time zone is in UTC.
        :param gmt_offset: the minutes to subtract from UTC for the reader's time of day, like the
            result of JavaScript's ``Date.getTimezoneOffset()``: 480 is UTC-8.
        :param relative: False writes a date and time instead of an age and "yesterday".
        :param shorter: whether to omit the time of day.
        :param full_format: whether to write any date in full.
        """
        moment = _dates.describe(date, gmt_offset, relative, shorter, full_format)
        text = self.translate(moment.message, moment.plural_message, moment.count)
        if text in (moment.message, moment.plural_message):
            rules = find_rules(self.code)
            if rules is not None:
                return rules.format_moment(moment)
        return text % self._placeholders(moment)

    def format_day(self, date: datetime.datetime, gmt_offset: int = 0, dow: bool = True) -> str:
        """Return a date as day, month and, by default, weekday: "Monday, January 22".

        :param date: a datetime; one without a time zone is in UTC.
        :param gmt_offset: as in `format_date`.
        :param dow: whether to name the day of the week.
        """
        moment = _dates.describe_day(date, gmt_offset, dow)
        text = self.translate(moment.message)
        if text == moment.message:
            rules = find_rules(self.code)
            if rules is not None:
                return rules.format_moment(moment)
        return text % self._placeholders(moment)

    def list(self, parts: Sequence[str]) -> str:
        """Join words as in a sentence: "A, B and C", "A and B", "A", or an empty text."""
        if len(parts) < 2:
            return parts[0] if parts else ""
        message = "%(commas)s and %(last)s"
        text = self.translate(message)
        if text == message:
            rules = find_rules(self.code)
            if rules is not None:
                return rules.join(parts)
        # Persian joins all its words with "and".
        comma = " \N{ARABIC LETTER WAW} " if self.code.startswith("fa") else ", "
        return text % {"commas": comma.join(parts[:-1]), "last": parts[-1]}

    def friendly_number(self, value: object) -> str:
        """Return a whole number with its digits grouped: 1,234,567 in American English.

        If Babel is installed, the digits of other languages are grouped by the rules of the CLDR.
        Without it they are not grouped. A value that is not a whole number is converted to text.
        """
        if isinstance(value, bool) or not isinstance(value, int):
            return str(value)
        if self.code in _GROUPED_BY_COMMAS:
            return f"{value:,}"
        rules = find_rules(self.code)
        return str(value) if rules is None else rules.group_digits(value)

    def _plural_category(self, count: float) -> str:
        return plural_category(self.code, count)

    def _placeholders(self, moment: _dates.Moment) -> dict[str, Any]:
        """Return the values for the placeholders in the messages of `_dates`, in this language."""
        if moment.count is not None:
            return {moment.unit: moment.count}
        local = moment.local
        months, weekdays = self._calendar or self._translate_calendar()
        return {
            "time": _dates.format_time(local, self.code),
            "weekday": weekdays[local.weekday()],
            "month_name": months[local.month - 1],
            "day": local.day,
            "year": local.year,
        }

    def _translate_calendar(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        months = tuple(map(self.translate, _dates.MONTHS))
        weekdays = tuple(map(self.translate, _dates.WEEKDAYS))
        self._calendar = months, weekdays
        return self._calendar


def _is_right_to_left(code: str) -> bool:
    language, *others = code.lower().replace("-", "_").split("_")
    scripts = [part for part in others if len(part) == 4 and part.isalpha()]
    if scripts:
        return scripts[0] in _RIGHT_TO_LEFT_SCRIPTS
    return language in _RIGHT_TO_LEFT
