"""Tokens: text, expressions and directives.

Text is everything between directives. A directive is ``{{ }}``, ``{% %}`` or ``{# #}``; comments
leave no token. ``{{!``, ``{%!`` and ``{#!`` stand for the two characters before the mark. Of three
braces in a row the last two open an expression, so ``{{{x}}}`` prints a value between braces.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import TypeAlias

    from .._source import Source

    #: Kind, value, and where the value starts in the source. The value is the text, or what is
    #: between the delimiters, stripped.
    Token: TypeAlias = tuple[str, str, int]

TEXT = "text"
EXPRESSION = "expression"
DIRECTIVE = "directive"

_OPENING = re.compile(r"\{(?!\{\{)([{%#])(!?)")
_CLOSING = {"{": "}}", "%": "%}", "#": "#}"}
_KINDS = {"{": EXPRESSION, "%": DIRECTIVE, "#": "comment"}
#: The word for each kind in messages, which programs match.
_WORDS = {EXPRESSION: "expression", DIRECTIVE: "block", "comment": "comment"}


def read_tokens(source: Source) -> list[Token]:
    """Cut a template into tokens, in time linear in its length.

    :raises ParseError: a directive is empty or not closed.
    """
    text = source.text
    tokens: list[Token] = []
    position = 0
    while match := _OPENING.search(text, position):
        start = match.start()
        if start > position:
            tokens.append((TEXT, text[position:start], position))
        mark, escaped = match.groups()
        if escaped:
            tokens.append((TEXT, text[start : start + 2], start))
            position = start + 3
        else:
            position = _read_directive(source, tokens, mark, start + 2)
    if position < len(text):
        tokens.append((TEXT, text[position:], position))
    return tokens


def _read_directive(source: Source, tokens: list[Token], mark: str, start: int) -> int:
    """Read one directive whose inside begins at ``start``; return the position after it."""
    closing, kind = _CLOSING[mark], _KINDS[mark]
    end = source.text.find(closing, start)
    if end < 0:
        raise source.error(f"Missing end {_WORDS[kind]} {closing}", start)
    if kind != "comment":
        inside = source.text[start:end].lstrip()
        value = inside.rstrip()
        if not value:
            empty = "expression" if kind == EXPRESSION else "block tag ({% %})"
            raise source.error(f"Empty {empty}", start)
        if "\r" in value:  # a line end for Python, so lines must be counted by it
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        tokens.append((kind, value, end - len(inside)))
    return end + 2
