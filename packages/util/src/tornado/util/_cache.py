"""A cache of results, with a bounded size."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Key = TypeVar("Key")
    Value = TypeVar("Value")


class BoundedCache(dict["Key", "Value"]):
    """A dictionary of results that never holds more than a given number of them.

    A hit runs in C: ``cache[key]`` and ``cache.get(key)`` are those of ``dict``.
    When the cache is full, the next new entry empties it first. An order of last use would cost time
    on each hit, and entries that are still in use come back at once.

    >>> squares = BoundedCache(lambda number: number**2, max_entries=2)
    >>> squares[3], squares[4]
    (9, 16)
    >>> squares[5]
    25
    >>> squares
    {5: 25}

    :param compute: called by ``cache[key]`` with a key that is missing. Its result is kept; its
        exceptions are not. Without it a missing key is a KeyError as usual, and results are added by
        :meth:`add`.
    :param max_entries: the largest number of results that are kept.
    :param max_key_length: the largest length of a key that is kept, for keys that a peer chooses.
        The result for a longer key is computed each time.

    .. versionadded:: 1.0
    """

    __slots__ = ("_compute", "_max_entries", "_max_key_length")

    def __init__(
        self,
        compute: Callable[[Key], Value] | None = None,
        *,
        max_entries: int,
        max_key_length: int | None = None,
    ) -> None:
        super().__init__()
        self._compute = compute
        self._max_entries = max_entries
        self._max_key_length = max_key_length

    def __missing__(self, key: Key) -> Value:
        if self._compute is None:
            raise KeyError(key)
        value = self._compute(key)
        self.add(key, value)
        return value

    def add(self, key: Key, value: Value) -> None:
        """Keep a result, unless its key is too long; empty a full cache first."""
        sized: Any = key
        if self._max_key_length is not None and len(sized) > self._max_key_length:
            return
        if len(self) >= self._max_entries and key not in self:
            self.clear()
        self[key] = value
