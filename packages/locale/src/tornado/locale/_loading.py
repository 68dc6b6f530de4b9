"""A folder of translations, loaded instead of those that were loaded before.

If the folder cannot be read, nothing changes.
"""

from __future__ import annotations

import os

from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from ._locale import Locale

    Folder = str | os.PathLike[str]


def load_translations(directory: Folder, encoding: str | None = None) -> None:
    r"""Load the translations of all locales from the CSV files of a folder.

    The name of a file is the code of its locale, as in ``es_LA.csv``. A row has two or three
    columns: the message, its translation, and the plural form that the translation is for. Values
    with a comma or a line break are in double quotes::

        "Sign out","Cerrar sesión"
        "%(names)s wrote to you","%(names)s te escribió","singular"
        "%(names)s wrote to you","%(names)s te escribieron","plural"

    The third column is empty or ``unknown`` for messages without a plural, ``singular`` for a
    count of one, ``plural`` for any other count, or a category of the Unicode CLDR (``zero``,
    ``one``, ``two``, ``few``, ``many``, ``other``), for languages with more than two forms.

    A row that cannot be used is logged as an error with its file and line, and the other rows are
    loaded. A file whose name is not the code of a locale is logged too.

    :param directory: the folder; its other files are ignored.
    :param encoding: the encoding of all files. By default, the byte order mark of a file decides
        between UTF-16 and UTF-8 (Excel writes both), and a file without one is UTF-8.
    :raises UnicodeDecodeError: a file has another encoding; the error names the file and the line.
    :raises LookupError: there is no such encoding.
    :raises OSError: the folder or a file cannot be read.

    .. versionchanged:: 1.0
       Loading again changes the locales that `tornado.locale.get` returns afterwards.
    """
    from ._csv_file import read_csv
    from ._csv_locale import CSVLocale

    found: dict[str, Locale] = {}
    for name, path in _list_folder(directory):
        code, extension = os.path.splitext(name)
        if extension != ".csv":
            continue
        if not _is_locale_code(code):
            _log().error(
                "%s: %r is not the code of a locale, name the file like es.csv or es_LA.csv",
                *(path, code),
            )
            continue
        translations, problems = read_csv(path, encoding)
        _report(problems)
        found[code] = CSVLocale(code, translations)
    _use(found)


def load_gettext_translations(directory: Folder, domain: str) -> None:
    """Load the translations of all locales from compiled gettext catalogues.

    A catalogue is where gettext's tools put it: ``<directory>/<code>/LC_MESSAGES/<domain>.mo`` with
    the code of a locale, as in ``locale/es_LA/LC_MESSAGES/shop.mo``. These commands make one::

        xgettext --language=Python --keyword=_:1,2 -d shop handlers.py templates/home.html
        msgmerge es_LA/LC_MESSAGES/shop.po shop.po > es_LA.po
        msgfmt es_LA.po -o es_LA/LC_MESSAGES/shop.mo

    A catalogue that cannot be used is logged as an error with its path, and the others are loaded.
    A message without some of its plural forms is logged too. For the counts that need them, it is
    not translated.

    :param directory: the folder that has one folder for each locale.
    :param domain: the name of the catalogues, without ``.mo``.
    :raises OSError: the folder cannot be read.
    """
    from ._gettext_locale import GettextLocale
    from ._mo_file import read_catalogue

    found: dict[str, Locale] = {}
    for code, path in _list_folder(directory):
        catalogue = os.path.join(path, "LC_MESSAGES", f"{domain}.mo")
        if code.startswith(".") or not os.path.isfile(catalogue):
            continue
        translations, problems = read_catalogue(catalogue)
        _report(problems)
        if translations is not None:
            found[code] = GettextLocale(code, translations)
    _use(found)


def _list_folder(directory: Folder) -> Iterator[tuple[str, str]]:
    folder = os.fspath(directory)
    for name in sorted(os.listdir(folder)):
        yield name, os.path.join(folder, name)


def _is_locale_code(code: str) -> bool:
    """Tell whether a code has the form language[_Script][_PLACE]: es, es_LA, es_419, zh_Hans_CN."""
    import re

    return re.fullmatch(r"[a-z]+(_[A-Z][a-z]{3})?(_([A-Z]+|[0-9]{3}))?", code) is not None


def _use(found: dict[str, Locale]) -> None:
    state.load(found)
    _log().debug("supported locales: %s", ", ".join(sorted(state.current.supported)))


def _report(problems: list[str]) -> None:
    for problem in problems:
        _log().error("%s", problem)


def _log() -> logging.Logger:
    import logging

    return logging.getLogger("tornado.general")
