"""Lines of response heads that were parsed before.

Most lines of a response are those of the response before it: the status, the server, the date, which
stays for a second, the type, and what a site adds to each of its answers. Every line is validated
and split once and then looked up by its text. A head is valid if each of its lines is, so nothing is
lost by looking at them one by one. The memory is bounded in number and size.
"""

from __future__ import annotations

from typing import TypeVar

from tornado.httputil import ResponseStartLine
from tornado.httputil._names import canonical as canonical_names

from ._grammar import FIELD_LINE, STATUS_LINE

_Line = TypeVar("_Line")

#: How many lines of a kind are kept, and how long each of them may be, in characters.
MOST = 1024
LONGEST = 256


class _Lines(dict[str, _Line]):
    """What lines mean, by their text without the line end.

    Asking for a line that breaks the grammar raises a ValueError.
    """

    def __missing__(self, line: str) -> _Line:
        parsed = self._parse(line)
        if len(line) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[line] = parsed
        return parsed

    def _parse(self, line: str) -> _Line:
        raise NotImplementedError


class StatusLines(_Lines[ResponseStartLine]):
    """Status lines in their parts."""

    def _parse(self, line: str) -> ResponseStartLine:
        match = STATUS_LINE.fullmatch(line)
        if match is None:
            raise ValueError("no status line")
        minor, code, reason = match.groups()
        return ResponseStartLine(f"HTTP/1.{minor}", int(code), reason or "")


class FieldLines(_Lines[tuple[str, str]]):
    """The canonical name and the value of field lines."""

    def _parse(self, line: str) -> tuple[str, str]:
        match = FIELD_LINE.fullmatch(line)
        if match is None:
            raise ValueError("no field line")
        name, value = match.groups()
        return canonical_names[name], value.rstrip(" \t")
