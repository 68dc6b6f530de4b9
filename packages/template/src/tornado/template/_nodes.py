"""The tree of a parsed template.

Nodes say what is in the file, nothing more: who extends whom and which block wins is the writer's
affair. ``offset`` is where the code of a node starts in its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ._source import Source


@dataclass(slots=True)
class Text:
    """Output as it stands, white space already filtered."""

    value: str


@dataclass(slots=True)
class Expression:
    """``{{ code }}``, and with ``raw`` what ``{% raw %}`` and ``{% module %}`` print."""

    code: str
    offset: int
    raw: bool = False
    #: Python that stands before the code: a module is looked up in a namespace of its own.
    lead: str = ""


@dataclass(slots=True)
class Statement:
    """A line of Python: set, import, from, break, continue."""

    code: str
    offset: int


@dataclass(slots=True)
class Clause:
    """One head with its body: ``if x``, ``else``, ``for a in b``, ``except E as e``."""

    keyword: str
    code: str
    offset: int
    body: list[Node]


@dataclass(slots=True)
class Control:
    """if, for, while or try with all of its clauses."""

    clauses: list[Clause]


@dataclass(slots=True)
class Apply:
    """``{% apply function %}``: the body's output goes through a function."""

    function: str
    offset: int
    body: list[Node]


@dataclass(slots=True)
class Block:
    """``{% block name %}``: a body that templates which extend this one may replace."""

    name: str
    offset: int
    body: list[Node]


@dataclass(slots=True)
class Super:
    """``{% super %}``: the body of the block that this one replaces."""

    offset: int


@dataclass(slots=True)
class Include:
    """``{% include name %}``."""

    name: str
    offset: int


@dataclass(slots=True)
class File:
    """One parsed template."""

    source: Source
    autoescape: str | None
    body: list[Node] = field(default_factory=list)
    #: The template that this one extends, and where it says so.
    parent: tuple[str, int] | None = None


Node: TypeAlias = Text | Expression | Statement | Control | Apply | Block | Super | Include
