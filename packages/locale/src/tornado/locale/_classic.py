"""Module variables of upstream that programs read, although they were never documented.

Each is computed when it is read. Assigning to one has no effect: use `load_translations`,
`load_gettext_translations` and `set_default_locale`.
"""

from __future__ import annotations

from ._gettext_locale import GettextLocale
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
