"""A locale whose translations come from a gettext catalogue."""

from __future__ import annotations

from ._errors import MissingCount
from ._locale import Locale

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import gettext

#: The character between context and message in a catalogue (GNU gettext manual, "The Format of GNU
#: MO Files").
CONTEXT_SEPARATOR = "\x04"


class GettextLocale(Locale):
    """A locale with the catalogue that `tornado.locale.load_gettext_translations` reads.

    :param code: the locale's code.
    :param translations: a `gettext.NullTranslations` of any class, such as that of Babel. Its own
        rule chooses among the plural forms.
    """

    def __init__(self, code: str, translations: gettext.NullTranslations) -> None:
        super().__init__(code, translations)
        self.gettext = translations.gettext
        self.ngettext = translations.ngettext
        self._pgettext = translations.pgettext
        self._npgettext = translations.npgettext

    def translate(
        self, message: str, plural_message: str | None = None, count: int | None = None
    ) -> str:
        """Translate a message, see `Locale.translate`."""
        if plural_message is None:
            return self.gettext(message)
        if count is None:
            raise MissingCount(message)
        return self.ngettext(message, plural_message, count) or _untranslated(
            message, plural_message, count
        )

    def pgettext(
        self,
        context: str,
        message: str,
        plural_message: str | None = None,
        count: int | None = None,
    ) -> str:
        """Translate a message in a context, see `Locale.pgettext`."""
        if plural_message is None:
            return self._pgettext(context, message)
        if count is None:
            raise MissingCount(message)
        return self._npgettext(context, message, plural_message, count) or _untranslated(
            message, plural_message, count
        )


def _untranslated(message: str, plural_message: str, count: int) -> str:
    """Return the form of the source code, for a form that the translator has left empty."""
    return message if count == 1 else plural_message
