"""The header of a compiled catalogue: its charset, and how plural forms are chosen.

It is read as the runtime of GNU gettext reads it: ``charset=``, ``nplurals=`` and ``plural=`` may be
anywhere in the header. If the header cannot be used, no messages are lost: they are read as UTF-8, and
plural forms are chosen as in English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ._plural_rule import compile_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How many counts, from 0, plural rules are tried with. The rules of all languages repeat before.
_TRIED_COUNTS = 201
_AS_IN_ENGLISH = "plurals are chosen as in English"
_NUMBER_OF_FORMS = re.compile(r"nplurals=\s*([0-9]+)")


@dataclass
class Header:
    """The header of a catalogue.

    :ivar text: the whole header.
    :ivar charset: the charset of the messages.
    :ivar forms: how many plural forms each message needs.
    :ivar choose: the function that returns the number of the plural form for a count.
    :ivar problems: the problems with the charset.
    :ivar plural_problems: the problems with the plural rule, which matter only if there are plurals.
    """

    text: str
    charset: str
    forms: int = 2
    choose: Callable[[int], int] = lambda count: int(count != 1)
    problems: list[str] = field(default_factory=list)
    plural_problems: list[str] = field(default_factory=list)


def read_header(data: bytes) -> Header:
    """Read a header.

    :param data: the translation of the empty message; empty if the catalogue has none.
    """
    data = data.partition(b"\0")[0]
    charset, problems = _find_charset(data.decode("ascii", "replace"))
    header = Header(data.decode(charset, "replace"), charset, problems=problems)
    try:
        _read_rule(header)
    except ValueError as error:
        header.plural_problems.append(f"{error}, {_AS_IN_ENGLISH}")
    return header


def _find_charset(text: str) -> tuple[str, list[str]]:
    match = re.search(r"charset=([^ \t\n]*)", text)
    if match is None:
        return "utf-8", []
    try:
        b" ".decode(match[1])
    except (LookupError, ValueError):
        where = _line_with(text, "charset=")
        return "utf-8", [f"{where}: there is no charset {match[1]!r:.40}, so it is read as UTF-8"]
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
    header.choose = _make_safe(rule, header.forms)
    header.plural_problems += [f"{where}: {each}" for each in _check_rule(rule, header.forms)]


def _make_safe(rule: Callable[[int], int], forms: int) -> Callable[[int], int]:
    """Return a rule that never fails and only chooses forms that exist, as gettext does."""

    def choose(count: int) -> int:
        try:
            form = rule(count)
        except ZeroDivisionError:
            form = int(count != 1)
        return form if form < forms else 0

    return choose


def _check_rule(rule: Callable[[int], int], forms: int) -> Iterator[str]:
    """Yield a message for the first count that a rule fails for, or chooses a missing form for."""
    has_failed = has_exceeded = False
    for count in range(_TRIED_COUNTS):
        try:
            form = rule(count)
        except ZeroDivisionError:
            if not has_failed:
                yield f"the formula divides by zero for {count}, then {_AS_IN_ENGLISH}"
            has_failed = True
            continue
        if form >= forms and not has_exceeded:
            yield f"the formula chooses form {form} for {count}, of {forms}: the first is used"
            has_exceeded = True


def _line_with(searched: str, words: str, text: str | None = None) -> str:
    """Return the number and the text of the first line with some words, for a message.

    :param searched: the text to search in.
    :param text: the text to show, if it is another one.
    :returns: an empty text if no line has the words.
    """
    lines = searched.split("\n")
    originals = lines if text is None else text.split("\n")
    for number, line in enumerate(lines):
        if words in line:
            return f"line {number + 1} of the header, {originals[number].strip()!r:.100}"
    return ""
