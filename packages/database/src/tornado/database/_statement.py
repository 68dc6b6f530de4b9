"""Statements and the places of their parameters.

In every statement, whatever the backend and with or without parameters, ``%s`` is the place of a parameter,
or ``%(name)s`` is that of a named one, and ``%%`` is a percent sign. Any other percent sign is an error that names its place. So is a parameter
within a string, a quoted name or a comment: a value belongs there neither as it is nor in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ._errors import ProgrammingError, shorten_statement
from ._row import RowMaker

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ._row import Row

    #: The values of one run: by their places, or by their names.
    Values = Sequence[Any] | Mapping[str, Any]

_COMMENT = r"/\*(?:(?!\*/).)*+(?:\*/)?"

#: A parameter, a percent sign or a mistake.
_PERCENT = re.compile(r"%(?:\((?P<name>[^()]*)\)s|.)?", re.DOTALL)

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
    dialect: re.compile(
        rf"(?P<skipped>{skipped}) | (?P<percent>{_PERCENT.pattern})", re.VERBOSE | re.DOTALL
    )
    for dialect, skipped in _SKIPPED.items()
}

_MAIN_VERB = re.compile(r"\b(SELECT|INSERT|REPLACE|UPDATE|DELETE|VALUES)\b")
_RETURNING = re.compile(r"\bRETURNING\b")
_UPSERT = re.compile(r"\bDO\s+UPDATE\b|\bON\s+DUPLICATE\s+KEY\b")

_KIND = {"'": "a string", '"': "quotes", "`": "a quoted name", "[": "a quoted name"}
_LONGEST_KEPT = 10_000  # characters: longer statements hold data and hardly come twice
_MOST_KEPT = 512


@dataclass(slots=True)
class Statement:
    """A statement whose percent signs have been read."""

    text: str  #: as the program wrote it
    format: str  #: with ``%s`` for each parameter, and ``%%``
    parts: tuple[str, ...]  #: what is before, between and after the parameters, without ``%%``
    count: int  #: of its parameters
    names: tuple[str, ...]  #: of its parameters, in their order; none where they have no names
    qmark: str  #: with a question mark for each parameter
    verb: str  #: what it does: ``SELECT``, ``INSERT`` ..., or the empty string
    is_returning: bool  #: it changes rows and returns them
    inserts: bool  #: it inserts rows, and does not change one that is there instead
    _maker: RowMaker = field(
        default_factory=RowMaker, repr=False
    )  #: of the rows of its last result

    def make_rows(self, description: Sequence[Any], values: Iterable[tuple[Any, ...]]) -> list[Row]:
        """Return the rows of a result of this statement.

        :param description: what the driver says about its columns.
        """
        maker = self._maker
        if maker.description != description:  # the first result, or its tables have changed
            maker = self._maker = RowMaker(description)
        return maker.make(values)

    def put_in_order(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values of named parameters in the order of their places.

        :param values: a mapping, and nothing else.
        :raises ProgrammingError: if it is something else, or if it lacks a name.
        """
        if len(values) != 1 or not isinstance(values[0], Mapping):
            raise ProgrammingError(
                f"the parameters of the statement have names: give their values as one mapping, "
                f"in: {shorten_statement(self.text)}"
            )
        named = values[0]
        try:
            return tuple([named[name] for name in self.names])
        except KeyError:
            missing = ", ".join(
                repr(name) for name in dict.fromkeys(self.names) if name not in named
            )
            raise ProgrammingError(
                f"no value for the parameter {missing}, in: {shorten_statement(self.text)}"
            ) from None

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
    :raises ProgrammingError: if a percent sign is neither that of a parameter nor ``%%``, if a parameter
        is within a string, a quoted name or a comment, or if only some parameters have names.
    """
    if not isinstance(text, str):
        raise ProgrammingError(f"a statement is a str, not {type(text).__name__}")
    ends = [0]
    names: list[str | None] = []
    bare: list[str] = []
    start = 0
    for token in _TOKENS[dialect].finditer(text):
        bare.append(text[start : token.start()])
        bare.append(" ")
        start = token.end()
        if token.lastgroup == "skipped":
            _check_skipped(text, token)
        elif token[0] == "%s" or token["name"] is not None:
            ends += token.span()
            names.append(token["name"])
        elif token[0] != "%%":
            raise _stray(text, token.start())
    bare.append(text[start:])
    ends.append(len(text))
    raw = [text[begin:end] for begin, end in list(pairwise(ends))[::2]]
    parts = tuple(each.replace("%%", "%") for each in raw)
    words = "".join(bare).upper()
    verb = _find_verb(words)
    return Statement(
        text,
        "%s".join(raw),
        parts,
        count=len(parts) - 1,
        names=_check_names(names, text),
        qmark="?".join(parts),
        verb=verb,
        is_returning=_RETURNING.search(words) is not None,
        inserts=verb in ("INSERT", "REPLACE") and _UPSERT.search(words) is None,
    )


class StatementCache(dict[tuple[str, str], Statement]):
    """The statements that a connection has read, by their text and dialect."""

    __slots__ = ()

    def __missing__(self, key: tuple[str, str]) -> Statement:
        """Return what :func:`read_statement` does."""
        statement = read_statement(*key)
        if len(key[0]) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[key] = statement
        return statement


def _check_names(names: list[str | None], text: str) -> tuple[str, ...]:
    """Return the names of the parameters, of which all have one, or none.

    :raises ProgrammingError: if only some have one.
    """
    found = tuple([name for name in names if name is not None])
    if found and len(found) < len(names):
        raise ProgrammingError(
            f"some parameters have names and others have not: write %s for all of them, or "
            f"%(name)s, in: {shorten_statement(text)}"
        )
    return found


def _check_skipped(text: str, token: re.Match[str]) -> None:
    for percent in _PERCENT.finditer(text, *token.span()):
        if percent[0] == "%s" or percent["name"] is not None:
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
