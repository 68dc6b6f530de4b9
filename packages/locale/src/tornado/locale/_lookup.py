"""The search for the locale that fits the codes that a user prefers."""

from __future__ import annotations

from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._locale import Locale
    from ._state import LocaleSet

# RFC 5646 section 4.4.1: no registered combination of subtags is longer. Codes come from request
# fields, and a longer one is ignored.
_MAX_CODE_LENGTH = 35


def get(*locale_codes: str | None) -> Locale:
    """Return the supported locale that fits best.

    The codes are tried in order of preference. Letter case does not matter, and ``-`` and ``_`` mean
    the same. Each code is tried as it is and then with less detail, as in RFC 4647 section 3.4:
    ``zh-Hans-CN`` finds ``zh_Hans_CN``, ``zh_CN``, ``zh_Hans`` or ``zh``. A language alone also
    finds a locale with a place: ``de`` finds ``de_DE``, or ``de_AT`` if there is no other. If none
    of the codes fits, the result is the default locale.

    :param locale_codes: codes like ``"es-AR"`` or ``"es_LA"``; None and ``""`` are ignored.
    """
    return find_closest(locale_codes)


def set_default_locale(code: str) -> None:
    """Set the locale of the messages in the source code.

    It is used for users whose languages have no translation. Without a call it is ``en_US``.

    :param code: a locale code; it needs no translations of its own.
    """
    state.set_default(code)


def get_supported_locales() -> frozenset[str]:
    """Return the codes of all loaded locales and of the default locale."""
    return state.current.supported


def find(code: str, locales: LocaleSet | None = None) -> Locale:
    """Return the locale with exactly this code.

    :raises LookupError: nothing is loaded for it, and it is not the default.
    """
    if locales is None:
        locales = state.current
    found = locales.loaded.get(code) or locales.untranslated.get(code)
    if found is not None:
        return found
    if code != locales.default:
        supported = ", ".join(sorted(locales.supported))
        msg = f"locale {code!r:.80} is not supported, load its translations first (supported: {supported})"
        raise LookupError(msg)
    from ._csv_locale import CSVLocale  # it imports Locale, which imports this module

    return locales.untranslated.setdefault(code, CSVLocale(code, {}))


def find_closest(codes: Iterable[str | None]) -> Locale:
    """Return the first locale that one of the codes finds, or else the default."""
    locales = state.current
    index = locales.index
    for code in codes:
        if not code or len(code) > _MAX_CODE_LENGTH:
            continue
        wanted = code.lower().replace("-", "_")
        if wanted in index:
            return find(index[wanted], locales)
        for shorter in _shorten(wanted):
            if shorter in index:
                return find(index[shorter], locales)
        if wanted in locales.languages:
            return find(locales.languages[wanted], locales)
    return find(locales.default, locales)


def _shorten(code: str) -> list[str]:
    """Return codes with less detail, those with the most detail first."""
    parts = code.split("_")
    shorter = ["_".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    if len(parts) == 3:
        # Language and place without the script: files are called zh_CN more often than zh_Hans.
        shorter.insert(0, f"{parts[0]}_{parts[2]}")
    return shorter
