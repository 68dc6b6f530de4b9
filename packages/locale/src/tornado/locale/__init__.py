"""Translate words, dates and numbers for the people who read them.

A locale is a language and, often, a place: ``en_US``, ``es_LA``, ``zh_CN``. Load a folder of
translations once, when the program starts, and ask for the locale that fits best each time::

    import tornado.locale

    tornado.locale.load_translations("translations")
    user_locale = tornado.locale.get("es-AR", "es_LA")
    print(user_locale.translate("Sign out"))

`load_translations` reads one CSV file per locale, which a person can edit in a spreadsheet.
`load_gettext_translations` reads the compiled ``.mo`` files of gettext and its tools.

A message may have a plural form, and the count chooses::

    user_locale.translate("One seat is free", "%(num)d seats are free", seats) % {"num": seats}

Without further packages, every language is treated as English treats plurals, dates and lists,
unless the translations say how to write them. Install the extra ``tornado-locale[babel]`` and the
rules of the Unicode CLDR are used where the translations are silent.
"""

from __future__ import annotations

from tornado.util import publish

from ._csvlocale import CSVLocale
from ._gettextlocale import CONTEXT_SEPARATOR, GettextLocale
from ._loading import load_gettext_translations, load_translations
from ._locale import Locale
from ._lookup import get, get_supported_locales, set_default_locale
from ._names import LOCALE_NAMES

__all__ = [
    "CONTEXT_SEPARATOR",
    "CSVLocale",
    "GettextLocale",
    "LOCALE_NAMES",
    "Locale",
    "get",
    "get_supported_locales",
    "load_gettext_translations",
    "load_translations",
    "set_default_locale",
]

publish(
    globals(),
    aliases=dict.fromkeys(
        ("_default_locale", "_supported_locales", "_translations", "_use_gettext"),
        "tornado.locale._classic",
    ),
)
