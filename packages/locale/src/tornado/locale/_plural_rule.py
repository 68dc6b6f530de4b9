"""The formula of a Plural-Forms header, parsed and computed as GNU gettext does.

The grammar is that of C without signs and with one variable. A formula ends at a semicolon or a line
break (GNU gettext manual, "Additional functions for plural forms"). Numbers are unsigned and have 64
bits, so ``n - 1`` is a large number if ``n`` is 0. `gettext.c2py` has the same grammar, but its numbers
may be negative.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>[0-9]+)|(?P<other>[=!<>]=|&&|\|\||[n?:()!<>*/%+-])|(?P<end>[;\n\0]|\Z))"
)
#: The precedence of C's binary operators.
_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}
_PRECEDENCE |= {"+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
#: The same operators in Python. Truth values are numbers in both languages.
_IN_PYTHON = {
    "||": "({0} != 0 or {1} != 0)",
    "&&": "({0} != 0 and {1} != 0)",
    "/": "({0} // {1})",
    "%": "({0} % {1})",
    **{sign: f"({{0}} {sign} {{1}})" for sign in ("==", "!=", "<", ">", "<=", ">=")},
    **{sign: f"(({{0}} {sign} {{1}}) % {1 << 64})" for sign in "+-*"},
}
#: The largest nesting. The languages of the world need less than ten levels; Python compiles about ninety.
_MAX_DEPTH = 40


class _Part(NamedTuple):
    """A part of a formula in Python, and its depth."""

    python: str
    depth: int = 0


def compile_rule(formula: str) -> Callable[[int], int]:
    """Return the function that chooses the plural form for a count.

    The function raises `ZeroDivisionError` if the formula divides by zero for a count.

    :param formula: a text that begins with the formula.
    :raises ValueError: gettext would not accept the formula.
    """
    source = f"lambda n: int({_Parser(formula).parse()})"
    rule: Callable[[int], int] = eval(source, {"int": int})  # noqa: S307 - the source consists of the parser's own words
    return rule


class _Parser:
    """A translator of formulas to Python, by precedence climbing."""

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
        """Return the next token, and read the one after it."""
        token = self._next
        match = _TOKEN.match(self._formula, self._position)
        if match is None:
            rest = re.split(r"[;\n\0]", self._formula[self._position :])[0].strip()
            raise ValueError(f"the formula has {rest!r:.40}, which gettext does not know")
        if match["end"] is None:
            self._position = match.end()
        self._next = match["number"] or match["other"] or ""
        return token

    def _choice(self) -> _Part:
        """Parse an expression, which may be ``condition ? this : that``."""
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

    def _binary(self, lowest: int) -> _Part:
        part = self._unary()
        while _PRECEDENCE.get(self._next, 0) >= lowest:
            sign = self._advance()
            part = self._join(_IN_PYTHON[sign], part, self._binary(_PRECEDENCE[sign] + 1))
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
            return _Part(word if word == "n" else _wrap_to_64_bits(word))
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
        if depth > _MAX_DEPTH:
            msg = f"the formula has more than {_MAX_DEPTH} levels"
            raise ValueError(msg)

    def _unexpected(self) -> ValueError:
        if not self._next:
            return ValueError("the formula is not complete")
        return ValueError(f"the formula has {self._next!r:.40} in the wrong place")


def _wrap_to_64_bits(digits: str) -> str:
    """Return a number as C keeps it in 64 bits.

    :raises ValueError: it is too long.
    """
    if len(digits) > 1000:
        raise ValueError("the formula has a number of more than 1000 digits")
    return str(int(digits) % (1 << 64))
