"""A row of a result."""

from __future__ import annotations

from functools import lru_cache
from keyword import iskeyword

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


class Row(dict[str, "Any"]):
    """A row of a result: a dictionary from the names of columns whose items are attributes too.

    >>> row = Row(id=1, title="First")
    >>> row.title, row["title"]
    ('First', 'First')

    A column whose name is one of the methods of ``dict`` (``items``, ``keys`` ...) is read by its key.
    If two columns have the same name, the last one counts: name them with ``AS``.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            columns = ", ".join(map(repr, self)) or "none"
            raise AttributeError(
                f"the row has no column {name!r}, its columns are: {columns}", name=name, obj=self
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(f"the row has no column {name!r}", name=name, obj=self) from None


class RowMaker:
    """A function that makes the rows of a result, and the description of the columns that it is for."""

    __slots__ = ("description", "make")

    def __init__(self, description: Sequence[Any] = ()) -> None:
        self.description = description
        self.make = _row_maker(tuple([each[0] for each in description]))


def make_rows(columns: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Return the rows of a result."""
    return _row_maker(columns)(values)


@lru_cache(maxsize=256)
def _row_maker(columns: tuple[str, ...]) -> Callable[[Iterable[tuple[Any, ...]]], list[Row]]:
    """Return a function that makes rows with these columns.

    It is compiled, as that of a named tuple is, where all columns have names that Python's own may have:
    keyword arguments take half of the time of ``zip``.
    """
    is_plain = all(each.isascii() and each.isidentifier() for each in columns)
    if (
        not (columns and is_plain)
        or len(set(columns)) < len(columns)
        or any(map(iskeyword, columns))
    ):
        return lambda values: [Row(zip(columns, each)) for each in values]  # noqa: B905 - as many of both
    names = [f"v{number}" for number in range(len(columns))]
    pairs = ", ".join(f"{column}={name}" for column, name in zip(columns, names, strict=True))
    source = f"lambda values: [Row({pairs}) for {', '.join(names)}, in values]"
    maker: Callable[[Iterable[tuple[Any, ...]]], list[Row]] = eval(source, {"Row": Row})  # noqa: S307 - of names that were checked
    return maker
