"""The rules of the Unicode CLDR, which come from Babel if that is installed.

Babel is imported when a rule is first needed. So programs that are only in English, or whose
translations say everything, do not need time for it.
"""

from __future__ import annotations

from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ._dates import Moment

#: Codes for which the CLDR has another one.
_OTHER_CODES = {"es_LA": "es_419", "ar_AR": "ar", "tl_PH": "fil_PH", "iw": "he"}


class Rules:
    """The rules of one language for dates, lists, numbers and plurals."""

    def __init__(self, locale: Any) -> None:
        self._locale = locale

    def category(self, count: float) -> str:
        """Return the plural category of a count: zero, one, two, few, many or other."""
        return str(self._locale.plural_form(count))

    def join(self, parts: Sequence[str]) -> str:
        """Join words as in a sentence."""
        from babel.lists import format_list

        return str(format_list(parts, locale=self._locale))

    def group_digits(self, value: int) -> str:
        """Return a whole number with its digits grouped."""
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=self._locale))

    def format_moment(self, moment: Moment) -> str:
        """Return a moment in the form that `_dates` has chosen."""
        if moment.shape == "age":
            return self._format_age(moment)
        from babel.dates import format_time, get_datetime_format

        if not moment.has_time:
            return self._format_day(moment)
        time = str(format_time(moment.local, "short", locale=self._locale))
        if moment.shape == "time":
            return time
        pattern = str(get_datetime_format("long", self._locale)).replace("'", "")
        return pattern.replace("{0}", time).replace("{1}", self._format_day(moment))

    def _format_age(self, moment: Moment) -> str:
        import datetime

        from babel.dates import format_timedelta

        # For Babel, zero seconds are in the future: one second is used instead.
        age = datetime.timedelta(**{moment.unit: max(1, moment.count or 0)})
        # Above the threshold Babel uses the next larger unit. 24 hours remain hours.
        threshold = 1.5 if moment.count == 24 else 1
        unit: Any = moment.unit.removesuffix("s")
        return str(format_timedelta(-age, unit, threshold, add_direction=True, locale=self._locale))

    def _format_day(self, moment: Moment) -> str:
        from babel.dates import format_date

        if moment.shape == "date":
            pattern = "long"
        elif moment.shape == "day":
            pattern = self._widen("MMMMd", "MMMd")
        elif moment.shape == "weekday_day":
            pattern = self._widen("MMMMEd", "MMMEd")
        else:
            # Babel does not have the CLDR's word for yesterday: the weekday says the same.
            pattern = "EEEE"
        return str(format_date(moment.local, pattern, locale=self._locale))

    def _widen(self, *skeletons: str) -> str:
        """Return the first known pattern, with full names (UTS 35 part 4, section 2.6.2.2)."""
        import re

        known = self._locale.datetime_skeletons
        pattern = next(known[skeleton].pattern for skeleton in skeletons if skeleton in known)
        # For c, Babel may return the names of another language after it has loaded several.
        return re.sub("E+|c+", "EEEE", re.sub("M{3,}", "MMMM", pattern))


def find_rules(code: str) -> Rules | None:
    """Return the rules for a language other than English, None without Babel.

    English is written in the documented way with and without Babel, because installing a package
    must not change the pages of a program.
    """
    if code[:2] == "en" and code[2:3] in ("", "_", "-"):
        return None
    return _load_rules(code)


def plural_category(code: str, count: float) -> str:
    """Return the plural category of a count; without Babel, that of English."""
    rules = _load_rules(code)
    if rules is None:
        return "one" if count == 1 else "other"
    return rules.category(count)


def _load_rules(code: str) -> Rules | None:
    # The codes are those of loaded locales, so the table stays small.
    try:
        found: Rules | None = state.rules[code]
    except KeyError:
        found = state.rules[code] = _ask_babel(code)
    return found


def _ask_babel(code: str) -> Rules | None:
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        return None
    code = code.replace("-", "_")
    known = _OTHER_CODES.get(code, code)
    for candidate in (known, known.partition("_")[0]):
        try:
            return Rules(Locale.parse(candidate))
        except (UnknownLocaleError, ValueError):
            continue
    return None
