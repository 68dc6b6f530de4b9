"""The reader: template text in, tokens out.

Text is everything between directives. A directive is ``{{ }}``, ``{% %}`` or ``{# #}``; comments
leave no token. ``{{!``, ``{%!`` and ``{#!`` stand for the two characters before the mark. Of three
braces in a row the last two open an expression, so that ``{{{x}}}`` puts a value between braces.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ._source import Source

TEXT = "text"
EXPRESSION = "expression"
DIRECTIVE = "directive"

_OPENING = re.compile(r"\{(?!\{\{)([{%#])(!?)")
_CLOSING = {"{": ("}}", "expression"), "%": ("%}", "directive"), "#": ("#}", "comment")}


class Token(NamedTuple):
    """A piece of the template."""

    kind: str
    #: The text, or what stands between the delimiters, stripped.
    value: str
    #: Where the value starts in the source.
    offset: int


def read(source: Source) -> list[Token]:
    """Cut a template into tokens, in time linear in its length.

    :raises ParseError: for a directive that is not closed, and for an empty one.
    """
    text = source.text
    tokens: list[Token] = []
    position = 0
    while match := _OPENING.search(text, position):
        start = match.start()
        if start > position:
            tokens.append(Token(TEXT, text[position:start], position))
        mark, escaped = match.groups()
        if escaped:
            tokens.append(Token(TEXT, text[start : start + 2], start))
            position = start + 3
            continue
        position = _read_directive(source, tokens, mark, start + 2)
    if position < len(text):
        tokens.append(Token(TEXT, text[position:], position))
    return tokens


def _read_directive(source: Source, tokens: list[Token], mark: str, start: int) -> int:
    """Read one directive whose inside begins at ``start``; return where the text goes on."""
    closing, noun = _CLOSING[mark]
    end = source.text.find(closing, start)
    if end < 0:
        raise source.error(f"missing {closing} to end the {noun} {{{mark}", start)
    if mark == "#":
        return end + 2
    inside = source.text[start:end].lstrip()
    offset = end - len(inside)
    value = inside.rstrip()
    if not value:
        raise source.error(f"empty {noun} {{{mark} {closing}", start)
    tokens.append(Token(EXPRESSION if mark == "{" else DIRECTIVE, value, offset))
    return end + 2
