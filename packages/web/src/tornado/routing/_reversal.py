"""From a pattern and arguments back to a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import url_escape, utf8
from tornado.util import re_unescape

if TYPE_CHECKING:
    import re


class Reversal:
    """The path of a pattern, with a place for each of its groups.

    Patterns with nested groups, or with more than literal text between their groups, have no one
    path; for them ``path`` is ``None``.
    """

    __slots__ = ("group_count", "path", "pattern")

    def __init__(self, regex: re.Pattern[str]) -> None:
        self.pattern = regex.pattern
        self.path, self.group_count = _path_with_places(regex)

    def fill(self, args: tuple[Any, ...]) -> str:
        """Give the path with `args` in its places, percent-encoded.

        :raises ValueError: the pattern has no one path, or the number of arguments is another.
        """
        if self.path is None:
            raise ValueError(f"cannot reverse the url regex {self.pattern!r}")
        if len(args) != self.group_count:
            raise ValueError(
                f"the url regex {self.pattern!r} takes {self.group_count} arguments, "
                f"not {len(args)}"
            )
        if not args:
            return self.path
        texts = [arg if isinstance(arg, str | bytes) else str(arg) for arg in args]
        return self.path % tuple([url_escape(utf8(text), plus=False) for text in texts])


def _path_with_places(regex: re.Pattern[str]) -> tuple[str | None, int | None]:
    pattern = regex.pattern.removeprefix("^").removesuffix("$")
    if regex.groups != pattern.count("("):
        return None, None
    first, *groups = pattern.split("(")
    literals = [first]
    for group in groups:
        _, closed, behind = group.partition(")")
        if not closed or ")" in behind:
            return None, None  # a group within a group
        literals.append(behind)
    try:
        texts = [re_unescape(literal) for literal in literals]
    except ValueError:
        return None, None  # something like \d between the groups
    if not groups:
        return texts[0], 0
    return "%s".join([text.replace("%", "%%") for text in texts]), regex.groups
