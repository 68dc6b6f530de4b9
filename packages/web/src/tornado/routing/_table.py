"""The table behind a list of rules: which of them can match a path at all?

Most patterns begin with literal text. The table groups the rules by that text, so that a lookup
asks a dictionary once for each length that occurs, instead of trying every pattern. A pattern
without literal text, and a matcher that is no pattern, can match any path. Candidates come out in
the order of the list: the first match still wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ._matchers import PathMatches

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from ._rules import Rule

_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_QUANTIFIERS = frozenset("*?{")


def literal_prefix(regex: re.Pattern[str]) -> tuple[str, bool]:
    """Find the text that everything begins with that a pattern matches.

    :return: the text, and whether it is all that the pattern matches.
    """
    pattern = regex.pattern.removeprefix("^")
    if regex.flags != re.UNICODE or "|" in pattern:
        return "", False
    prefix = ""
    at = 0
    while at < len(pattern):
        step, char = 1, pattern[at]
        if char == "\\" and at + 1 < len(pattern) and not pattern[at + 1].isalnum():
            step, char = 2, pattern[at + 1]
        elif char in _SPECIAL:
            return prefix, pattern[at:] == "$"
        if pattern[at + step : at + step + 1] in _QUANTIFIERS:
            return prefix, False
        prefix += char
        at += step
    return prefix, False


class Table:
    """An index of a fixed sequence of rules."""

    __slots__ = ("_by_path", "_by_prefix", "_lengths")

    def __init__(self, rules: Sequence[Rule]) -> None:
        by_prefix: dict[str, list[tuple[int, Rule]]] = {}
        paths: dict[str, list[tuple[int, Rule]]] = {}
        for index, rule in enumerate(rules):
            prefix, is_whole = "", False
            if type(rule.matcher) is PathMatches:
                prefix, is_whole = literal_prefix(rule.matcher.regex)
            group = paths if is_whole else by_prefix
            group.setdefault(prefix, []).append((index, rule))
        self._by_prefix = by_prefix
        self._lengths = sorted({len(prefix) for prefix in by_prefix})
        self._by_path = {
            path: _in_order([found, *self._groups(path)]) for path, found in paths.items()
        }

    def candidates(self, path: str) -> list[Rule]:
        """Give the rules that may match a path, in order."""
        known = self._by_path.get(path)
        return _in_order(self._groups(path)) if known is None else known

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


def _in_order(groups: list[list[tuple[int, Rule]]]) -> list[Rule]:
    if len(groups) == 1:
        return [rule for _, rule in groups[0]]
    entries = [entry for group in groups for entry in group]
    entries.sort(key=_index_of)
    return [rule for _, rule in entries]


def _index_of(entry: tuple[int, Rule]) -> int:
    return entry[0]


class Rules(list["Rule"]):
    """A list of rules with its table, which is made anew when the list was changed."""

    _table: Table | None = None

    def candidates(self, request: HTTPServerRequest) -> list[Rule]:
        """Give the rules that may match a request, in order."""
        if len(self) == 1:
            return self
        table = self._table
        if table is None:
            table = self._table = Table(self)
        return table.candidates(request.path)


def _forgetting(name: str) -> Callable[..., Any]:
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
    setattr(Rules, _name, _forgetting(_name))
