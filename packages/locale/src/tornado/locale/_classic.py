"""Module variables of upstream that programs look at; they were never documented.

Each is read when it is asked for. Assigning to one changes nothing: `load_translations`,
`load_gettext_translations` and `set_default_locale` do.
"""

from __future__ import annotations

from ._gettextlocale import GettextLocale
from ._state import state

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


def __getattr__(name: str) -> Any:
    current = state.current
    if name == "_translations":
        return {code: locale.translations for code, locale in current.loaded.items()}
    if name == "_supported_locales":
        return current.supported
    if name == "_default_locale":
        return current.default
    if name == "_use_gettext":
        return any(isinstance(locale, GettextLocale) for locale in current.loaded.values())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
