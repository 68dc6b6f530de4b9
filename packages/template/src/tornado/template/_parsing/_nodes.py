"""The tree of a parsed template.

Nodes say what is in one file. Which template extends which, and which definition of a block is
printed, is found out later. ``offset`` is where the code of a node starts in its source. These are
plain classes with slots, because importing ``dataclasses`` would cost more than the whole engine.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import TypeAlias

    from .._source import Source

    Node: TypeAlias = "Text | Expression | Statement | Control | Apply | Block | Super | Include"


class Text:
    """Text that is printed as it is; its white space is already filtered."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


class Expression:
    """``{{ code }}``; with ``raw`` also ``{% raw %}`` and ``{% module %}``.

    :param lead: Python to write before the code: modules have a namespace of their own.
    """

    __slots__ = ("code", "lead", "offset", "raw")

    def __init__(self, code: str, offset: int, *, raw: bool = False, lead: str = "") -> None:
        self.code = code
        self.offset = offset
        self.raw = raw
        self.lead = lead


class Statement:
    """A line of Python: ``set``, ``import``, ``from``, ``break`` or ``continue``."""

    __slots__ = ("code", "offset")

    def __init__(self, code: str, offset: int) -> None:
        self.code = code
        self.offset = offset


class Clause:
    """One head with its body: ``if x``, ``else``, ``for a in b``, ``except E as e``."""

    __slots__ = ("body", "code", "keyword", "offset")

    def __init__(self, keyword: str, code: str, offset: int, body: list[Node]) -> None:
        self.keyword = keyword
        self.code = code
        self.offset = offset
        self.body = body


class Control:
    """``if``, ``for``, ``while`` or ``try`` with all of its clauses."""

    __slots__ = ("clauses",)

    def __init__(self, clauses: list[Clause]) -> None:
        self.clauses = clauses


class Apply:
    """``{% apply function %}``: a function is called with the output of the body."""

    __slots__ = ("body", "function", "offset")

    def __init__(self, function: str, offset: int, body: list[Node]) -> None:
        self.function = function
        self.offset = offset
        self.body = body


class Block:
    """``{% block name %}``: a body that templates which extend this one may replace."""

    __slots__ = ("body", "name", "offset")

    def __init__(self, name: str, offset: int, body: list[Node]) -> None:
        self.name = name
        self.offset = offset
        self.body = body


class Super:
    """``{% super %}``: the body of the block that the one around it replaces."""

    __slots__ = ("offset",)

    def __init__(self, offset: int) -> None:
        self.offset = offset


class Include:
    """``{% include name %}``."""

    __slots__ = ("name", "offset")

    def __init__(self, name: str, offset: int) -> None:
        self.name = name
        self.offset = offset


class File:
    """One parsed template."""

    __slots__ = ("autoescape", "body", "parent", "source")

    def __init__(self, source: Source, autoescape: str | None) -> None:
        self.source = source
        #: The name of the escape function, None for none.
        self.autoescape = autoescape
        self.body: list[Node] = []
        #: The name of the template that this one extends, and the offset of the directive.
        self.parent: tuple[str, int] | None = None
