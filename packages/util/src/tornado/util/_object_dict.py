"""A dictionary whose items are attributes."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


class ObjectDict(dict[str, "Any"]):
    """A dictionary whose items can be read and set as attributes too.

    >>> point = ObjectDict(x=1)
    >>> point.y = 2
    >>> point.x, point["y"]
    (1, 2)

    Reading a name that ``dict`` itself has (``items``, ``keys`` ...) returns its method. A missing
    name raises AttributeError, so ``getattr(d, name, default)`` works.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no item {name!r}", name=name, obj=self
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value
