"""The text of one template and the places in it."""

from __future__ import annotations

from typing import NamedTuple

from ._errors import ParseError


class Place(NamedTuple):
    """A line and the column in it."""

    #: Counted from 1.
    line: int
    #: In characters, counted from 0.
    column: int
    #: The line itself, without its end.
    text: str


class Source:
    """The text of one template.

    Nodes remember offsets only: lines are counted when somebody asks, that is, after an error.
    """

    __slots__ = ("name", "path", "text")

    def __init__(self, name: str, text: str, path: str | None = None) -> None:
        self.name = name
        self.text = text
        #: The file that the text came from, for tracebacks; None for a template from memory.
        self.path = path

    def line(self, offset: int) -> int:
        """Return the number of the line that holds an offset, counted from 1."""
        return self.text.count("\n", 0, offset) + 1

    def place(self, offset: int) -> Place:
        """Return line, column and the text of that line for an offset."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", start)
        text = self.text[start:] if end < 0 else self.text[start:end]
        return Place(self.line(offset), offset - start, text)

    def error(self, message: str, offset: int) -> ParseError:
        """Make the ParseError for a fault at an offset."""
        return ParseError(message, self.name, self.line(offset))
