"""The module's only mutable state: which translations are loaded, and which locale is the default.

`tornado.locale.get` and its companions are functions of a module because that is the documented
API, so what they share has to live somewhere. It lives here. A test calls `State.reset`, or keeps
`State.current` and puts it back, instead of reaching for module variables.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._cldr import Rules
    from ._locale import Locale

#: The locale of the words in the source code, unless `set_default_locale` says otherwise.
SOURCE_LOCALE = "en_US"

#: The likely subtags of the Unicode CLDR, for languages of which programs often have several
#: locales and whose place is not called as they are (``de_DE``, ``fr_FR``).
_USUAL_PLACES = {"en": "us", "pt": "br", "zh": "cn"}


class Catalogue:
    """One set of locales, which never changes: another takes its place as a whole.

    So a thread that loads translations does not disturb the others.
    """

    __slots__ = ("bare", "default", "index", "languages", "loaded", "supported")

    def __init__(self, default: str, loaded: dict[str, Locale]) -> None:
        #: The code of the locale that is used when none of the wanted ones is supported.
        self.default = default
        #: Locales with translations, by code.
        self.loaded = loaded
        #: The default locale where it has no translations, made when first asked for.
        self.bare: dict[str, Locale] = {}
        #: The codes of both.
        self.supported = frozenset(loaded) | {default}
        #: Codes in lower case with underscores -> the code as it was loaded.
        self.index = {code.lower().replace("-", "_"): code for code in self.supported}
        #: Languages without a place -> the code that serves them best.
        self.languages = _best_by_language(self.index, default)


def _best_by_language(index: dict[str, str], default: str) -> dict[str, str]:
    """Choose a locale for each language: of its usual place, the default, or the first by name."""

    def is_worse(code: str) -> tuple[bool, bool, str]:
        language, _, place = code.partition("_")
        return place != _USUAL_PLACES.get(language, language), index[code] != default, code

    best: dict[str, str] = {}
    for code in sorted(index, key=is_worse):
        best.setdefault(code.partition("_")[0], index[code])
    return best


class State:
    """What the module knows at the moment."""

    __slots__ = ("current", "rules")

    current: Catalogue
    #: What Babel knows of a code, None where it knows nothing or is not installed.
    rules: dict[str, Rules | None]

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all translations and go back to the first default."""
        self.current = Catalogue(SOURCE_LOCALE, {})
        self.rules = {}

    def load(self, locales: dict[str, Locale]) -> None:
        """Put other translations in the place of those that were loaded before."""
        self.current = Catalogue(self.current.default, locales)

    def set_default(self, code: str) -> None:
        """Choose the default locale, which counts as supported from now on."""
        self.current = Catalogue(code, self.current.loaded)


state = State()
