"""Markup that templates do not escape."""

from __future__ import annotations


class Markup(str):
    """A text of HTML. Functions that escape text do not escape it, because it has ``__html__``."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
