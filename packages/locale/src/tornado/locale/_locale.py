"""What all locales can do, whatever file their translations came from."""

from __future__ import annotations

from . import _dates
from ._cldr import find_rules, plural_category
from ._lookup import find, find_closest
from ._names import LOCALE_NAMES

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

    Locales are not made by hand: `tornado.locale.get` gives the one that fits. The two kinds,
    `CSVLocale` and `GettextLocale`, differ in how they translate. A subclass of one's own
    overrides `translate` and `pgettext`.
    """

    #: The code, such as ``"en_US"``.
    code: str
    #: What the language calls itself, ``"Unknown"`` for a code that is not in `LOCALE_NAMES`.
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
        """Give the supported locale that fits best, see `tornado.locale.get`."""
        return find_closest(locale_codes)

    @classmethod
    def get(cls, code: str) -> Locale:
        """Give the locale with exactly this code.

        :raises LookupError: if nothing is loaded for it and it is not the default.
        """
        return find(code)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    @property
    def _months(self) -> list[str]:
        """The names of the months, under the name that upstream has for them."""
        return [self.translate(month) for month in _dates.MONTHS]

    @property
    def _weekdays(self) -> list[str]:
        """The names of the days from Monday on, under the name that upstream has for them."""
        return [self.translate(day) for day in _dates.WEEKDAYS]

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translate a message; what has no translation comes back as it is.

        :param message: the text in the language of the source code.
        :param plural_message: the text for a count other than 1, if the message has one.
        :param count: the number of things the message speaks of, needed with ``plural_message``.
            It only chooses the form: put it into the result with the ``%`` operator.
        :raises ValueError: if there is a ``plural_message`` without a ``count``.
        """
        raise NotImplementedError

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translate a message that means different things in different contexts.

        :param context: says which meaning, as gettext's ``msgctxt`` does. The other arguments are
            those of `translate`.
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
        """Say when something was, as people would: "2 minutes ago", "Monday at 3:30 pm".

        Times of the last 24 hours are told by their age, those of the days before by weekday, then
        by month and day, and from eleven months back with the year. A time in the future is
        written in full, except within the next minute, where clocks may disagree: that is now.

        :param date: seconds since the epoch, or a datetime; one without a time zone is in UTC.
        :param gmt_offset: minutes to subtract from UTC for the reader's time of day, as
            JavaScript's ``Date.getTimezoneOffset()`` counts them: 480 is UTC-8.
        :param relative: False writes a date and time instead of an age and "yesterday".
        :param shorter: leave out the time of day.
        :param full_format: write the date in full, whenever it was.
        """
        moment = _dates.describe(date, gmt_offset, relative, shorter, full_format)
        text = self.translate(moment.message, moment.plural_message, moment.count)
        if text in (moment.message, moment.plural_message):
            rules = find_rules(self.code)
            if rules is not None:
                return rules.format_moment(moment)
        return text % self._fill(moment)

    def format_day(self, date: datetime.datetime, gmt_offset: int = 0, dow: bool = True) -> str:
        """Write a date as day, month and, if wanted, weekday: "Monday, January 22".

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
        return text % self._fill(moment)

    def list(self, parts: Sequence[str]) -> str:
        """Join words as in a sentence: "A, B and C", "A and B", "A", or nothing."""
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
        """Write a whole number with its digits grouped: 1,234,567 in American English.

        Other languages than English group by the CLDR if Babel is installed. The rest group not at
        all, and what is not a whole number comes back as text.
        """
        if isinstance(value, bool) or not isinstance(value, int):
            return str(value)
        if self.code in _GROUPED_BY_COMMAS:
            return f"{value:,}"
        rules = find_rules(self.code)
        return str(value) if rules is None else rules.group_digits(value)

    def _categorise(self, count: float) -> str:
        return plural_category(self.code, count)

    def _fill(self, moment: _dates.Moment) -> dict[str, Any]:
        """Give the values that the messages of `_dates` have places for, in this language."""
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
