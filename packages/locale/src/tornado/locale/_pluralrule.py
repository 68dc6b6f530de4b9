"""The formula of a Plural-Forms header, read and computed as GNU gettext does.

The grammar is C's without signs, with one variable, and ends at a semicolon or a line break (GNU
gettext manual, "Additional functions for plural forms"). Numbers are unsigned and have 64 bits, so
that ``n - 1`` is a large number for 0. `gettext.c2py` reads the same grammar, but computes with
numbers that may be negative.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>[0-9]+)|(?P<other>[=!<>]=|&&|\|\||[n?:()!<>*/%+-])|(?P<end>[;\n\0]|\Z))"
)
#: C's binary operators, and how tightly they bind.
_BINDING = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}
_BINDING |= {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
#: How to write them in Python. Truth values are numbers in both languages.
_IN_PYTHON = {
    "||": "({0} != 0 or {1} != 0)",
    "&&": "({0} != 0 and {1} != 0)",
    "/": "({0} // {1})",
    "%": "({0} % {1})",
    **{sign: f"({{0}} {sign} {{1}})" for sign in ("==", "!=", "<", ">", "<=", ">=")},
    **{sign: f"(({{0}} {sign} {{1}}) % {1 << 64})" for sign in "+-*"},
}
#: The languages of the world need less than ten levels; Python compiles about ninety.
_DEEPEST = 40


class _Part(NamedTuple):
    """A piece of a formula, translated."""

    python: str
    depth: int = 0


def compile_rule(formula: str) -> Callable[[int], int]:
    """Return the function that chooses the plural form for a count.

    It raises `ZeroDivisionError` for the counts for which the formula divides by zero.

    :param formula: a text that begins with the formula.
    :raises ValueError: if gettext would not take the formula.
    """
    source = f"lambda n: int({_Parser(formula).parse()})"
    rule: Callable[[int], int] = eval(source, {"int": int})  # noqa: S307 - made of our own words
    return rule


class _Parser:
    """Translate a formula by precedence climbing."""

    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._position = 0
        self._level = 0
        self._next = ""  #: the next token, empty at the end
        self._advance()

    def parse(self) -> str:
        part = self._choice()
        if self._next:
            raise self._unexpected()
        return part.python

    def _advance(self) -> str:
        """Pass the next token and return it."""
        passed = self._next
        match = _TOKEN.match(self._formula, self._position)
        if match is None:
            rest = re.split(r"[;\n\0]", self._formula[self._position :])[0].strip()
            raise ValueError(f"the formula has {rest!r:.40}, which gettext does not know")
        if match["end"] is None:
            self._position = match.end()
        self._next = match["number"] or match["other"] or ""
        return passed

    def _choice(self) -> _Part:
        """Read an expression, which may be ``condition ? this : that``."""
        self._level += 1
        self._check_depth(self._level)
        part = self._binary(1)
        if self._next == "?":
            self._advance()
            chosen = self._choice()
            self._expect(":")
            part = self._join("({1} if {0} else {2})", part, chosen, self._choice())
        self._level -= 1
        return part

    def _binary(self, loosest: int) -> _Part:
        part = self._unary()
        while _BINDING.get(self._next, 0) >= loosest:
            sign = self._advance()
            part = self._join(_IN_PYTHON[sign], part, self._binary(_BINDING[sign] + 1))
        return part

    def _unary(self) -> _Part:
        negations = 0
        while self._next == "!":
            self._advance()
            negations += 1
        part = self._operand()
        for _ in range(negations):
            part = self._join("(not {0})", part)
        return part

    def _operand(self) -> _Part:
        if self._next == "n" or self._next.isdigit():
            word = self._advance()
            return _Part(word if word == "n" else _wrap(word))
        self._expect("(")
        part = self._choice()
        self._expect(")")
        return part

    def _expect(self, token: str) -> None:
        if self._next != token:
            raise self._unexpected()
        self._advance()

    def _join(self, template: str, *parts: _Part) -> _Part:
        depth = 1 + max(part.depth for part in parts)
        self._check_depth(depth)
        return _Part(template.format(*(part.python for part in parts)), depth)

    def _check_depth(self, depth: int) -> None:
        if depth > _DEEPEST:
            msg = f"the formula has more than {_DEEPEST} levels"
            raise ValueError(msg)

    def _unexpected(self) -> ValueError:
        if not self._next:
            return ValueError("the formula is not complete")
        return ValueError(f"the formula has {self._next!r:.40} in the wrong place")


def _wrap(digits: str) -> str:
    """Return a number as C would hold it, by its last digits where it is too long to read whole."""
    if len(digits) > 1000:
        raise ValueError("the formula has a number of more than 1000 digits")
    return str(int(digits) % (1 << 64))
