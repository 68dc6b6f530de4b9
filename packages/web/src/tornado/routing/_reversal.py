"""Reversal: from a pattern and arguments to a path."""

from __future__ import annotations

import re
from typing import Any

from tornado.escape import url_escape, utf8
from tornado.util import re_unescape

#: A character or an escaped one, and the question mark that makes it optional.
_OPTIONAL_CHARACTER = re.compile(r"(\\.|[^\\])\?")

#: A quantifier of a group; the first alternative is for groups that may be missing.
_QUANTIFIER = re.compile(
    r"(?:(?P<optional>[?*]|\{0?,[0-9]*\}|\{0\})|\+|\{[0-9]+(?:,[0-9]*)?\})[?+]?"
)

#: Texts that the path of a request may consist of (RFC 3986 section 3.3).
_is_path = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*").fullmatch


class Reversal:
    """The path of a pattern, with a place for each of its groups.

    ``path`` is ``None`` for patterns with nested groups, or with more than literal text between
    their groups: these have no single path.
    """

    __slots__ = ("_literals", "_regex", "group_count", "path")

    def __init__(self, regex: re.Pattern[str]) -> None:
        self._regex = regex
        self._literals = _literals_between_groups(regex)
        self.path: str | None = None
        self.group_count: int | None = None
        if self._literals is not None:
            self.group_count = len(self._literals) - 1
            texts = [re_unescape(literal) for literal in self._literals]
            if self.group_count:
                texts = [text.replace("%", "%%") for text in texts]
            self.path = "%s".join(texts)

    def fill(self, args: tuple[Any, ...]) -> str:
        """Return the path with `args` in its places, percent-encoded.

        :param args: one for each group; ``None`` omits an optional group.
        :raises ValueError: the pattern has no single path, the number of arguments differs, or the
            pattern does not match the resulting path.
        """
        pattern = self._regex.pattern
        if self._literals is None:
            raise ValueError(f"cannot reverse the url regex {pattern!r}")
        if len(args) != self.group_count:
            raise ValueError(
                f"the url regex {pattern!r} takes {self.group_count} arguments, not {len(args)}"
            )
        first, *others = self._literals
        path = _text(first)
        for arg, literal in zip(args, others, strict=True):
            path += _fill_group(arg, literal)
        if self._regex.match(path) is None or _is_path(path) is None:
            values = f" with {args!r:.100}" if args else ""
            raise ValueError(
                f"cannot reverse the url regex {pattern!r}{values}: it does not match {path!r:.200}"
            )
        return path


def _fill_group(arg: Any, literal: str) -> str:
    """Return the text of a group and the literal text after it."""
    quantifier = _QUANTIFIER.match(literal)
    if quantifier is not None:
        literal = literal[quantifier.end() :]
        if arg is None and quantifier["optional"]:
            return _text(literal)
    return encode_value(arg) + _text(literal)


def encode_value(arg: Any) -> str:
    """Return the text of an argument, percent-encoded except for slashes."""
    return url_escape(utf8(arg if isinstance(arg, str | bytes) else str(arg)), plus=False)


def _text(literal: str) -> str:
    """Return the text that a literal part of a pattern matches, with its optional characters."""
    return re_unescape(_OPTIONAL_CHARACTER.sub(r"\1", literal))


def _literals_between_groups(regex: re.Pattern[str]) -> list[str] | None:
    """Split a pattern at its groups; ``None`` if there is more than literal text between them."""
    pattern = regex.pattern.removeprefix("^").removesuffix("$")
    if regex.groups != pattern.count("("):
        return None
    first, *groups = pattern.split("(")
    literals = [first]
    for group in groups:
        _, closed, following = group.partition(")")
        if not closed or ")" in following:
            return None  # a group within a group
        literals.append(following)
    try:
        for literal in literals:
            re_unescape(literal)
    except ValueError:
        return None  # something like \d between the groups
    return literals
