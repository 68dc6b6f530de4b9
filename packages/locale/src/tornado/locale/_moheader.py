"""What the header of a compiled catalogue says: its charset, and how plural forms are chosen.

Read as the runtime of GNU gettext reads it: ``charset=``, ``nplurals=`` and ``plural=`` may stand
anywhere in the header. A header that says nothing useful costs no messages: texts are then read as
UTF-8, and plural forms are chosen as in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._pluralrule import compile_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The counts from 0 on that plural rules are tried with: those of all languages repeat before.
_TRIED = 201
_AS_IN_ENGLISH = "plurals are chosen as in English"
_NUMBER_OF_FORMS = re.compile(r"nplurals=\s*([0-9]+)")


@dataclass
class Header:
    """The header of a catalogue.

    :ivar text: the whole header.
    :ivar charset: the charset of the messages.
    :ivar forms: how many plural forms each message needs.
    :ivar choose: the function that tells the number of the plural form for a count.
    :ivar complaints: what is wrong with the charset.
    :ivar plural_complaints: what is wrong with the plural rule, which matters if there are plurals.
    """

    text: str
    charset: str
    forms: int = 2
    choose: Callable[[int], int] = lambda count: int(count != 1)
    complaints: list[str] = field(default_factory=list)
    plural_complaints: list[str] = field(default_factory=list)


def read_header(data: bytes) -> Header:
    """Read a header.

    :param data: the translation of the empty message; empty if the catalogue has none.
    """
    data = data.partition(b"\0")[0]
    charset, complaints = _charset(data.decode("ascii", "replace"))
    header = Header(data.decode(charset, "replace"), charset, complaints=complaints)
    try:
        _read_rule(header)
    except ValueError as error:
        header.plural_complaints.append(f"{error}, {_AS_IN_ENGLISH}")
    return header


def _charset(text: str) -> tuple[str, list[str]]:
    match = re.search(r"charset=([^ \t\n]*)", text)
    if match is None:
        return "utf-8", []
    try:
        b" ".decode(match[1])
    except (LookupError, ValueError):
        where = _line_with(text, "charset=")
        return "utf-8", [f"{where}: there is no charset {match[1]!r:.40}, it is read as UTF-8"]
    return match[1], []


def _read_rule(header: Header) -> None:
    text = header.text
    number = text.find("nplurals=")
    start = text.find("plural=")
    if number < 0 or start < 0:
        where = _line_with(text.lower(), "plural-forms", text)
        if not where:
            raise ValueError("the header has no Plural-Forms line")
        missing = "nplurals=" if number < 0 else "plural="
        raise ValueError(f"{where}: there is no {missing!r}")
    match = _NUMBER_OF_FORMS.match(text, number)
    if match is None:
        raise ValueError(f"{_line_with(text, 'nplurals=')}: the number of forms is not a number")
    if len(match[1]) > 20:
        raise ValueError(f"{_line_with(text, 'nplurals=')}: the number of forms is too large")
    where = _line_with(text, "plural=")
    try:
        rule = compile_rule(text[start + len("plural=") :])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    header.forms = int(match[1])
    header.choose = _within(rule, header.forms)
    header.plural_complaints += [f"{where}: {each}" for each in _try(rule, header.forms)]


def _within(rule: Callable[[int], int], forms: int) -> Callable[[int], int]:
    """Keep a rule within the forms that there are, as gettext does, and from failing."""

    def choose(count: int) -> int:
        try:
            form = rule(count)
        except ZeroDivisionError:
            form = int(count != 1)
        return form if form < forms else 0

    return choose


def _try(rule: Callable[[int], int], forms: int) -> Iterator[str]:
    """Tell for which count a rule fails, and for which it chooses a form that nobody has promised."""
    failing = foreign = False
    for count in range(_TRIED):
        try:
            form = rule(count)
        except ZeroDivisionError:
            if not failing:
                yield f"the formula divides by zero for {count}, then {_AS_IN_ENGLISH}"
            failing = True
            continue
        if form >= forms and not foreign:
            yield f"the formula chooses form {form} for {count}, of {forms}: the first is used"
            foreign = True


def _line_with(searched: str, words: str, text: str | None = None) -> str:
    """Name the line of a header that has some words, with its text; empty if none has them."""
    lines = searched.split("\n")
    shown = lines if text is None else text.split("\n")
    for number, line in enumerate(lines):
        if words in line:
            return f"line {number + 1} of the header, {shown[number].strip()!r:.100}"
    return ""
