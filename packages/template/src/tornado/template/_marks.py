"""Where the lines of generated source come from."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._source import Source


class Scope:
    """A template, or a block of one, that was written in the place of a directive."""

    __slots__ = ("label", "source", "via")

    def __init__(self, source: Source, label: str, via: Mark | None = None) -> None:
        self.source = source
        #: What tracebacks call it.
        self.label = label
        #: The directive that brought it in; None for the outermost template.
        self.via = via


class Mark:
    """A piece of a template's code, and the column of the same code in the generated line."""

    __slots__ = ("column", "offset", "scope")

    def __init__(self, scope: Scope, offset: int, column: int = -1) -> None:
        self.scope = scope
        self.offset = offset
        #: -1 where the generated line does not hold the code as it is.
        self.column = column
