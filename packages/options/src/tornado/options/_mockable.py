"""A wrapper of a parser that `unittest.mock.patch` can work with."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any

    from ._parser import OptionParser


class Mockable:
    """The options of a parser as attributes that can be set once, and restored by deletion."""

    def __init__(self, parser: OptionParser) -> None:
        # Not self._parser = parser: setting an attribute sets an option.
        self.__dict__["_parser"] = parser
        self.__dict__["_values_before"] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._values_before:
            msg = f"option {name!r} is patched already, take a new mockable() for another patch"
            raise RuntimeError(msg)
        self._values_before[name] = getattr(self._parser, name)
        setattr(self._parser, name, value)

    def __delattr__(self, name: str) -> None:
        setattr(self._parser, name, self._values_before.pop(name))
