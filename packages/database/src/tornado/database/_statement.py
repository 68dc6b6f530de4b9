"""Statements and the places of their parameters.

In every statement, whatever the backend and with or without parameters, ``%s`` is the place of a parameter,
and ``%%`` is a percent sign. Any other percent sign is an error that names its place. So is a parameter
within a string, a quoted name or a comment: a value belongs there neither as it is nor in quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from ._errors import ProgrammingError, shorten_statement

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_COMMENT = r"/\*(?:(?!\*/).)*+(?:\*/)?"

#: What the quoted parts and comments of a statement look like, by dialect. Each pattern reads on to the
#: end of the statement where the closing quote is missing; the server complains then.
_SKIPPED = {
    "sqlite": rf"""'(?:[^']++|'')*+'? | "(?:[^"]++|"")*+"? | `(?:[^`]++|``)*+`? | \[[^\]]*+\]?
        | --[^\n]*+ | {_COMMENT}""",
    "mysql": rf"""'(?:[^'\\]++|\\.|'')*+'? | "(?:[^"\\]++|\\.|"")*+"? | `(?:[^`]++|``)*+`?
        | --(?=[\s\x00-\x1f]|\Z)[^\n]*+ | \#[^\n]*+ | {_COMMENT}""",
    # sql_mode NO_BACKSLASH_ESCAPES
    "mysql-plain": rf"""'(?:[^']++|'')*+'? | "(?:[^"]++|"")*+"? | `(?:[^`]++|``)*+`?
        | --(?=[\s\x00-\x1f]|\Z)[^\n]*+ | \#[^\n]*+ | {_COMMENT}""",
}

_TOKENS = {
    dialect: re.compile(rf"(?P<skipped>{skipped}) | (?P<percent>%.?)", re.VERBOSE | re.DOTALL)
    for dialect, skipped in _SKIPPED.items()
}

_MAIN_VERB = re.compile(r"\b(SELECT|INSERT|REPLACE|UPDATE|DELETE|VALUES)\b")
_RETURNING = re.compile(r"\bRETURNING\b")
_UPSERT = re.compile(r"\bDO\s+UPDATE\b|\bON\s+DUPLICATE\s+KEY\b")

_PERCENT = re.compile("%.?", re.DOTALL)
_KIND = {"'": "a string", '"': "quotes", "`": "a quoted name", "[": "a quoted name"}
_LONGEST_KEPT = 10_000  # characters: longer statements hold data and hardly come twice
_MOST_KEPT = 512


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose percent signs have been read."""

    text: str  #: as the program wrote it
    parts: tuple[str, ...]  #: what is before, between and after the parameters, without ``%%``
    count: int  #: of its parameters
    qmark: str  #: with a question mark for each parameter
    verb: str  #: what it does: ``SELECT``, ``INSERT`` ..., or the empty string
    is_returning: bool  #: it changes rows and returns them
    inserts: bool  #: it inserts rows, and does not change one that is there instead

    def check(self, values: Sequence[Any]) -> None:
        """Refuse another number of values than the statement has parameters.

        :raises ProgrammingError: if the numbers differ.
        """
        if len(values) != self.count:
            hint = "" if self.count else ": write %s where a value belongs"
            raise ProgrammingError(
                f"the statement takes {_number(self.count, 'parameter')}, and was given "
                f"{_number(len(values), 'value')}{hint}, in: {shorten_statement(self.text)}"
            )


def read_statement(text: str, dialect: str) -> Statement:
    """Find the parameters of a statement.

    :param text: the statement.
    :param dialect: ``sqlite``, ``mysql`` or ``mysql-plain``, which says what is a string or a comment.
    :raises ProgrammingError: if a percent sign is neither ``%s`` nor ``%%``, or if a parameter is within
        a string, a quoted name or a comment.
    """
    if not isinstance(text, str):
        raise ProgrammingError(f"a statement is a str, not {type(text).__name__}")
    ends = [0]
    bare: list[str] = []
    start = 0
    for token in _TOKENS[dialect].finditer(text):
        bare.append(text[start : token.start()])
        bare.append(" ")
        start = token.end()
        if token.lastgroup == "skipped":
            _check_skipped(text, token)
        elif token[0] == "%s":
            ends += token.span()
        elif token[0] != "%%":
            raise _stray(text, token.start())
    bare.append(text[start:])
    ends.append(len(text))
    parts = tuple(text[begin:end].replace("%%", "%") for begin, end in list(pairwise(ends))[::2])
    words = "".join(bare).upper()
    verb = _find_verb(words)
    return Statement(
        text,
        parts,
        count=len(parts) - 1,
        qmark="?".join(parts),
        verb=verb,
        is_returning=_RETURNING.search(words) is not None,
        inserts=verb in ("INSERT", "REPLACE") and _UPSERT.search(words) is None,
    )


class StatementCache:
    """The statements that a connection has read."""

    def __init__(self) -> None:
        self._kept: dict[str, Statement] = {}
        self._dialect = ""

    def read(self, text: str, dialect: str) -> Statement:
        """Return what :func:`read_statement` does."""
        if dialect != self._dialect:
            self._kept, self._dialect = {}, dialect
        statement = self._kept.get(text)
        return statement if statement is not None else self._read(text)

    def _read(self, text: str) -> Statement:
        statement = read_statement(text, self._dialect)
        if len(text) <= _LONGEST_KEPT:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[text] = statement
        return statement


def _check_skipped(text: str, token: re.Match[str]) -> None:
    for percent in _PERCENT.finditer(text, *token.span()):
        if percent[0] == "%s":
            where = _KIND.get(token[0][0], "a comment")
            raise ProgrammingError(
                f"the parameter {_place(text, percent.start())} is within {where}: "
                f"make it a value of its own, and write %%s for the characters themselves"
            )
        if percent[0] != "%%":
            raise _stray(text, percent.start())


def _stray(text: str, position: int) -> ProgrammingError:
    return ProgrammingError(
        f"the percent sign {_place(text, position)} is neither %s, the place of a parameter, nor %%: "
        f"write %% for a percent sign"
    )


def _place(text: str, position: int) -> str:
    """Say where a character is, and what is around it."""
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    around = " ".join(text[max(0, position - 20) : position + 20].split())
    return f"in line {line}, column {column} ({around!r})"


def _number(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _find_verb(words: str) -> str:
    first = re.match(r"[\s(]*([A-Z]+)", words)
    if first is None or first[1] != "WITH":
        return "" if first is None else first[1]
    main = _MAIN_VERB.search(_without_parentheses(words))
    return "" if main is None else main[1]


def _without_parentheses(text: str) -> str:
    """Return what is outside all parentheses."""
    depth = 0
    kept: list[str] = []
    for piece in re.split(r"([()])", text):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
        elif depth <= 0:
            kept.append(piece)
    return " ".join(kept)
