"""A locale whose translations come from a CSV file."""

from __future__ import annotations

from ._errors import MissingCount
from ._locale import Locale

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: The form of rows that have no plural form.
NO_PLURAL = "unknown"
#: The classic forms: exactly one, and every other count.
SINGULAR, PLURAL = "singular", "plural"
#: The plural categories of the Unicode CLDR (UTS 35 part 3, section 5.1).
CATEGORIES = ("zero", "one", "two", "few", "many", "other")


class CSVLocale(Locale):
    """A locale with the tables that `tornado.locale.load_translations` reads.

    :param code: the locale's code.
    :param translations: for each plural form a dict from message to translation. The forms are
        ``"unknown"`` (messages without a plural), ``"singular"``, ``"plural"`` and the categories
        of the CLDR: ``"zero"``, ``"one"``, ``"two"``, ``"few"``, ``"many"``, ``"other"``.
    """

    def __init__(self, code: str, translations: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(code, translations)
        empty: dict[str, str] = {}
        self._plain = translations.get(NO_PLURAL, empty)
        self._singular = translations.get(SINGULAR, empty)
        self._plural = translations.get(PLURAL, empty)
        self._by_category = {
            name: table for name in CATEGORIES if (table := translations.get(name))
        }
        self._has_warned = False

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translate a message, see `Locale.translate`.

        For a count of 1, the row of the message that is marked ``singular`` is used, and for any
        other count the row of the plural message that is marked ``plural``. If there are rows that
        are marked with categories of the CLDR, the rule of the language chooses among them, unless
        the count is 1 and there is a ``singular`` row. Without Babel, the rule is that of English.
        """
        if plural_message is None:
            return self._plain.get(message, message)
        if count is None:
            raise MissingCount(message)
        if count == 1 and message in self._singular:
            return self._singular[message]
        if self._by_category:
            found = self._find_category(message, plural_message, count)
            if found is not None:
                return found
        return message if count == 1 else self._plural.get(plural_message, plural_message)

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translate a message without its context, because CSV files have no contexts.

        The first such call of a locale logs a warning.
        """
        if not self._has_warned:
            self._has_warned = True
            import logging

            logging.getLogger("tornado.general").warning(
                "locale %s: CSV translations have no contexts, so %r is translated without %r",
                *(self.code, message, context),
            )
        return self.translate(message, plural_message, count)

    def _find_category(self, message: str, plural_message: str, count: Any) -> str | None:
        for category in (self._plural_category(count), "other"):
            table = self._by_category.get(category)
            if table is not None:
                found = table.get(plural_message)
                if found is None:
                    found = table.get(message)
                if found is not None:
                    return found
        return None
