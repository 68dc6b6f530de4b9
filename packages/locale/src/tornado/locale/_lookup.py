"""From the codes that a user prefers to the locale that serves best."""

from __future__ import annotations

from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._locale import Locale
    from ._state import Catalogue

# RFC 5646 section 4.4.1: no registered combination of subtags is longer. Codes come from request
# fields, so a longer one is not worth looking at.
_LONGEST_CODE = 35


def get(*locale_codes: str | None) -> Locale:
    """Give the supported locale that fits best.

    The codes are tried in order of preference. Letter case does not matter, and neither does ``-``
    or ``_`` between the parts. Each code is tried whole and then with less detail, as in RFC 4647
    section 3.4: ``zh-Hans-CN`` asks for ``zh_Hans_CN``, ``zh_CN``, ``zh_Hans`` and ``zh``. A
    language alone also finds its locale for a place: ``de`` finds ``de_DE``, or ``de_AT`` if there
    is no other. If none of the codes fits, the default locale is given.

    :param locale_codes: codes like ``"es-AR"`` or ``"es_LA"``; None and ``""`` are passed over.
    """
    return find_closest(locale_codes)


def set_default_locale(code: str) -> None:
    """Say in which language the messages in the source code are written.

    It is what users get whose languages have no translation. The default is ``en_US``.

    :param code: a locale code; it needs no translations of its own.
    """
    state.set_default(code)


def get_supported_locales() -> frozenset[str]:
    """Give the codes of all loaded locales and of the default locale."""
    return state.current.supported


def find(code: str, catalogue: Catalogue | None = None) -> Locale:
    """Give the locale with exactly this code.

    :raises LookupError: if nothing is loaded for it and it is not the default.
    """
    if catalogue is None:
        catalogue = state.current
    found = catalogue.loaded.get(code) or catalogue.bare.get(code)
    if found is not None:
        return found
    if code != catalogue.default:
        supported = ", ".join(sorted(catalogue.supported))
        msg = f"locale {code!r:.80} is not supported, load its translations first (supported: {supported})"
        raise LookupError(msg)
    from ._csvlocale import CSVLocale  # stands on Locale, which stands on this room

    return catalogue.bare.setdefault(code, CSVLocale(code, {}))


def find_closest(codes: Iterable[str | None]) -> Locale:
    """Give the first locale that one of the codes leads to, or the default."""
    catalogue = state.current
    index = catalogue.index
    for code in codes:
        if not code or len(code) > _LONGEST_CODE:
            continue
        wanted = code.lower().replace("-", "_")
        if wanted in index:
            return find(index[wanted], catalogue)
        for shorter in _with_less_detail(wanted):
            if shorter in index:
                return find(index[shorter], catalogue)
        if wanted in catalogue.languages:
            return find(catalogue.languages[wanted], catalogue)
    return find(catalogue.default, catalogue)


def _with_less_detail(code: str) -> list[str]:
    """List what a code may be shortened to, the most telling first."""
    parts = code.split("_")
    cuts = ["_".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
    if len(parts) == 3:
        # Language and place without the script: files are more often called zh_CN than zh_Hans.
        cuts.insert(0, f"{parts[0]}_{parts[2]}")
    return cuts
