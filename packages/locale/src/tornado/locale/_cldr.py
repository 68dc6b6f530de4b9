"""The rules of the Unicode CLDR, by way of Babel, where that is installed.

Babel is imported when a rule is first needed, never before: programs that serve English only, or
whose translations say everything themselves, do not pay for it.
"""

from __future__ import annotations

from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ._dates import Moment

#: Codes in use that the CLDR has another name for.
_OTHER_CODES = {"es_LA": "es_419", "ar_AR": "ar", "tl_PH": "fil_PH", "iw": "he"}


class Rules:
    """How one language writes dates, lists and numbers, and which plurals it has."""

    def __init__(self, locale: Any) -> None:
        self._locale = locale

    def category(self, count: float) -> str:
        """Give the plural category of a count: one of zero, one, two, few, many, other."""
        return str(self._locale.plural_form(count))

    def join(self, parts: Sequence[str]) -> str:
        """Join words as in a sentence."""
        from babel.lists import format_list

        return str(format_list(parts, locale=self._locale))

    def group_digits(self, value: int) -> str:
        """Write a whole number with its digits grouped."""
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=self._locale))

    def format_moment(self, moment: Moment) -> str:
        """Write what `_dates` decided to tell."""
        if moment.shape == "age":
            return self._format_age(moment)
        from babel.dates import format_time, get_datetime_format

        if not moment.timed:
            return self._format_day(moment)
        time = str(format_time(moment.local, "short", locale=self._locale))
        if moment.shape == "time":
            return time
        pattern = str(get_datetime_format("long", self._locale)).replace("'", "")
        return pattern.replace("{0}", time).replace("{1}", self._format_day(moment))

    def _format_age(self, moment: Moment) -> str:
        import datetime

        from babel.dates import format_timedelta

        # Babel puts a zero into the future; one second is as near.
        age = datetime.timedelta(**{moment.unit: max(1, moment.count or 0)})
        # From the threshold on it counts in the next larger unit. 24 hours stay hours.
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
            # The CLDR's word for yesterday is not in Babel: the weekday says the same.
            pattern = "EEEE"
        return str(format_date(moment.local, pattern, locale=self._locale))

    def _widen(self, *skeletons: str) -> str:
        """Give the first of some day patterns, names in full (UTS 35 part 4, section 2.6.2.2)."""
        import re

        known = self._locale.datetime_skeletons
        pattern = next(known[skeleton].pattern for skeleton in skeletons if skeleton in known)
        # Babel may give other languages' names for c, once it has loaded several.
        return re.sub("E+|c+", "EEEE", re.sub("M{3,}", "MMMM", pattern))


def find_rules(code: str) -> Rules | None:
    """Give the rules for a language other than English, None without Babel.

    English is written in the documented way, whether Babel is there or not: a package that some
    other package brought along must not change the pages of a program.
    """
    if code[:2] == "en" and code[2:3] in ("", "_", "-"):
        return None
    return _load_rules(code)


def plural_category(code: str, count: float) -> str:
    """Give the plural category of a count; without Babel by the rule of English."""
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
