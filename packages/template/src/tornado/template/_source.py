"""The text of one template, the places in it, and how generated code refers to them."""

from __future__ import annotations

from ._errors import ParseError


class Source:
    """The text of one template.

    Nodes have offsets only: lines are counted when an error needs them.

    :param path: the file that the text came from, for tracebacks; None if there is none.
    """

    __slots__ = ("name", "path", "text")

    def __init__(self, name: str, text: str, path: str | None = None) -> None:
        self.name = name
        self.text = text
        self.path = path

    @classmethod
    def decode(cls, name: str, text: str | bytes, path: str | None = None) -> Source:
        """Make a source of text or UTF-8.

        :raises ParseError: the bytes are not UTF-8, or the text cannot be encoded as UTF-8.
        :raises TypeError: the text is neither ``str`` nor ``bytes``.
        """
        if isinstance(text, bytes):
            try:
                return cls(name, text.decode(), path)
            except UnicodeDecodeError as error:
                line = text.count(b"\n", 0, error.start) + 1
                raise ParseError(f"not UTF-8: {error.reason}", name, line) from None
        if not isinstance(text, str):
            raise TypeError(f"the text of a template is str or bytes, not {type(text).__name__}")
        source = cls(name, text, path)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise source.error(f"not UTF-8: {error.reason}", error.start) from None
        return source

    def line(self, offset: int) -> int:
        """Return the number of the line that holds an offset, counted from 1."""
        return self.text.count("\n", 0, offset) + 1

    def column(self, offset: int) -> int:
        """Return the column of an offset in its line, in characters, counted from 0."""
        return offset - (self.text.rfind("\n", 0, offset) + 1)

    def line_text(self, offset: int) -> str:
        """Return the line that holds an offset, without its end."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def error(self, message: str, offset: int) -> ParseError:
        """Make the ParseError for a fault at an offset."""
        return ParseError(message, self.name, self.line(offset))


class Scope:
    """A template, or a block of one, that takes the place of a directive."""

    __slots__ = ("label", "source", "via")

    def __init__(self, source: Source, label: str, via: Mark | None = None) -> None:
        self.source = source
        #: The name of its entries in tracebacks.
        self.label = label
        #: The directive whose place it takes; None for the outermost template.
        self.via = via


class Mark:
    """The place in a template that a generated line comes from."""

    __slots__ = ("column", "offset", "scope")

    def __init__(self, scope: Scope, offset: int, column: int = -1) -> None:
        self.scope = scope
        self.offset = offset
        #: The column of the code in the generated line, -1 if the code is not there word by word.
        self.column = column
