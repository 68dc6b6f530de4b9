"""The module's only mutable state: which translations are loaded, and which locale is the default.

`tornado.locale.get` and its companions are functions of a module because that is the documented
API, so what they share has to live somewhere. It lives here. A test calls `State.reset` (or
`State.snapshot` and `State.restore`) instead of reaching for module variables.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._cldr import Rules
    from ._locale import Locale

#: The locale of the words in the source code, unless `set_default_locale` says otherwise.
SOURCE_LOCALE = "en_US"


class State:
    """What has been loaded."""

    __slots__ = ("bare", "default", "index", "loaded", "rules", "supported")

    #: The code of the locale that is used when none of the wanted ones is supported.
    default: str
    #: Locales with translations, by code.
    loaded: dict[str, Locale]
    #: Default locales without translations, made when first asked for.
    bare: dict[str, Locale]
    #: The codes of both, the default included.
    supported: frozenset[str]
    #: Codes in lower case with underscores -> the code as it was loaded.
    index: dict[str, str]
    #: What Babel knows of a code, None where it knows nothing or is not installed.
    rules: dict[str, Rules | None]

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all translations and go back to the first default."""
        self.default = SOURCE_LOCALE
        self.rules = {}
        self.load({})

    def load(self, locales: dict[str, Locale]) -> None:
        """Put other translations in the place of those that were loaded before."""
        self.loaded = locales
        self.bare = {}
        self._list_codes()

    def set_default(self, code: str) -> None:
        """Choose the default locale, which counts as supported from now on."""
        self.default = code
        self._list_codes()

    def snapshot(self) -> tuple[str, dict[str, Locale]]:
        """Give what `restore` needs to come back to this moment."""
        return self.default, self.loaded

    def restore(self, moment: tuple[str, dict[str, Locale]]) -> None:
        """Come back to the moment of a snapshot."""
        self.default = moment[0]
        self.load(moment[1])

    def _list_codes(self) -> None:
        self.supported = frozenset(self.loaded) | {self.default}
        self.index = {code.lower().replace("-", "_"): code for code in self.supported}


state = State()
