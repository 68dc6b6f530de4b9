"""Markup that templates take as it is."""

from __future__ import annotations


class Markup(str):
    """A text of HTML: what escapes texts leaves it alone, because it has ``__html__``."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
