"""The table of a list of rules: which of them can match a path.

Most patterns begin with literal text. The table groups the rules by that text, so that a lookup
asks a dictionary once for each length of these texts instead of trying every pattern. A pattern
that does not begin with literal text, and a matcher that is not a pattern, can match any path.
Candidates are in the order of the list: the first match still wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._matchers import Matcher, PathMatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ._rules import Rule


_NO_RULES: list[Rule] = []


class Table:
    """An index of a fixed sequence of rules."""

    __slots__ = ("_by_prefix", "_groups_in_order", "_lengths", "_only_length", "by_path")

    def __init__(self, rules: Sequence[Rule]) -> None:
        by_prefix: dict[str, list[tuple[int, Rule]]] = {}
        paths: dict[str, list[tuple[int, Rule]]] = {}
        for index, rule in enumerate(rules):
            matcher = rule.matcher
            if matcher.literal is None:
                by_prefix.setdefault(_prefix_of(matcher), []).append((index, rule))
            else:
                paths.setdefault(matcher.literal, []).append((index, rule))
        self._by_prefix = by_prefix
        self._lengths = sorted({len(prefix) for prefix in by_prefix})
        self._only_length = self._lengths[0] if len(self._lengths) == 1 else None
        self._groups_in_order = {prefix: _in_order([group]) for prefix, group in by_prefix.items()}
        #: The candidates for the paths of patterns without special characters.
        self.by_path = {
            path: _in_order([found, *self._groups(path)]) for path, found in paths.items()
        }

    def candidates(self, path: str) -> list[Rule]:
        """Return the rules that may match any other path, in order."""
        if self._only_length is not None:  # often all dynamic routes are below one prefix
            return self._groups_in_order.get(path[: self._only_length], _NO_RULES)
        return _in_order(self._groups(path))

    def _groups(self, path: str) -> list[list[tuple[int, Rule]]]:
        size = len(path)
        found = []
        for length in self._lengths:
            if length > size:
                break
            group = self._by_prefix.get(path[:length])
            if group is not None:
                found.append(group)
        return found


def _prefix_of(matcher: Matcher) -> str:
    return matcher.prefix if isinstance(matcher, PathMatches) and matcher.goes_by_pattern else ""


def _in_order(groups: list[list[tuple[int, Rule]]]) -> list[Rule]:
    if len(groups) == 1:
        return [rule for _, rule in groups[0]]
    entries = [entry for group in groups for entry in group]
    entries.sort(key=_index_of)
    return [rule for _, rule in entries]


def _index_of(entry: tuple[int, Rule]) -> int:
    return entry[0]


class Rules(list["Rule"]):
    """A list of rules with its table, which is made again after the list was changed."""

    __slots__ = ("_table",)

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        super().__init__(rules)
        self._table: Table | None = None

    def candidates(self, path: str) -> list[Rule]:
        """Return the rules that may match a path, in order."""
        table = self._table
        if table is None:
            table = self._table = Table(self)
        by_path = table.by_path
        return by_path[path] if path in by_path else table.candidates(path)


def _drops_table(name: str) -> Callable[..., Any]:
    """Return a method of lists that also drops the table."""
    change = getattr(list, name)

    def method(self: Rules, *args: Any, **kwargs: Any) -> Any:
        self._table = None
        return change(self, *args, **kwargs)

    method.__name__ = name
    return method


for _name in (
    "__delitem__",
    "__iadd__",
    "__setitem__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
):
    setattr(Rules, _name, _drops_table(_name))
