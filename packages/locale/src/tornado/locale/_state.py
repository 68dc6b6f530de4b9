"""The only mutable state of the package: the loaded translations and the default locale.

The documented functions, such as `tornado.locale.get`, share this state. A test calls `State.reset`, or
keeps `State.current` and restores it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._cldr import Rules
    from ._locale import Locale

#: The locale of the messages in the source code, unless `set_default_locale` changes it.
SOURCE_LOCALE = "en_US"

#: The usual place of a language, from the likely subtags of the Unicode CLDR. Languages whose place has
#: the same code (``de_DE``, ``fr_FR``) are not listed.
_USUAL_PLACES = {"en": "us", "pt": "br", "zh": "cn"}


class LocaleSet:
    """A set of supported locales.

    It never changes: loading translations replaces the whole set, so other threads are not
    disturbed.
    """

    __slots__ = ("default", "index", "languages", "loaded", "supported", "untranslated")

    def __init__(self, default: str, loaded: dict[str, Locale]) -> None:
        #: The code of the locale that is used if no other one fits.
        self.default = default
        #: Locales with translations, by code.
        self.loaded = loaded
        #: The default locale, if it has no translations; made when it is first used.
        self.untranslated: dict[str, Locale] = {}
        #: The codes of both.
        self.supported = frozenset(loaded) | {default}
        #: For each code in lower case with underscores, the code as it was loaded.
        self.index = {code.lower().replace("-", "_"): code for code in self.supported}
        #: For each language without a place, the code of the locale that fits best.
        self.languages = _best_by_language(self.index, default)


def _best_by_language(index: dict[str, str], default: str) -> dict[str, str]:
    """Choose a locale for each language: its usual place, or the default, or the first by name."""

    def is_worse(code: str) -> tuple[bool, bool, str]:
        language, _, place = code.partition("_")
        return place != _USUAL_PLACES.get(language, language), index[code] != default, code

    best: dict[str, str] = {}
    for code in sorted(index, key=is_worse):
        best.setdefault(code.partition("_")[0], index[code])
    return best


class State:
    """The state of the package."""

    __slots__ = ("current", "rules")

    current: LocaleSet
    #: The rules that Babel has for a code, None if it has none or is not installed.
    rules: dict[str, Rules | None]

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all translations, and restore the original default."""
        self.current = LocaleSet(SOURCE_LOCALE, {})
        self.rules = {}

    def load(self, locales: dict[str, Locale]) -> None:
        """Replace the loaded translations."""
        self.current = LocaleSet(self.current.default, locales)

    def set_default(self, code: str) -> None:
        """Choose the default locale, which then counts as supported."""
        self.current = LocaleSet(code, self.current.loaded)


state = State()
