"""Translations of messages, dates and numbers for the users of a program.

A locale is a language and, often, a place: ``en_US``, ``es_LA``, ``zh_CN``. Load a folder of
translations once, when the program starts. Then get the locale that fits a user best::

    import tornado.locale

    tornado.locale.load_translations("translations")
    user_locale = tornado.locale.get("es-AR", "es_LA")
    print(user_locale.translate("Sign out"))

`load_translations` reads one CSV file per locale, which a person can edit in a spreadsheet.
`load_gettext_translations` reads the compiled ``.mo`` files of gettext and its tools.

A message may have a plural form, which is chosen by a count::

    user_locale.translate("One seat is free", "%(num)d seats are free", seats) % {"num": seats}

Without further packages, plurals, dates and lists follow the rules of English, unless the translations
say how to write them. With the extra ``tornado-locale[babel]``, they follow the rules of the language in
the Unicode CLDR.
"""

from __future__ import annotations

from tornado.util import publish

from ._csv_locale import CSVLocale
from ._gettext_locale import CONTEXT_SEPARATOR, GettextLocale
from ._loading import load_gettext_translations, load_translations
from ._locale import Locale
from ._locale_names import LOCALE_NAMES
from ._lookup import get, get_supported_locales, set_default_locale

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
