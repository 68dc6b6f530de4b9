"""One CSV file of translations: its bytes become tables and a list of problems."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING

from ._csv_locale import CATEGORIES, NO_PLURAL, PLURAL, SINGULAR

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

#: For each plural form, the translation of each message.
Tables = dict[str, dict[str, str]]

_FORMS = (NO_PLURAL, SINGULAR, PLURAL, *CATEGORIES)

# The mark of UTF-32-LE begins with that of UTF-16-LE, so it comes first.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_csv(path: str, encoding: str | None = None) -> tuple[Tables, list[str]]:
    """Read a file.

    :returns: the tables, and one message for each row with a problem.
    :raises UnicodeDecodeError: the bytes are not in the encoding; the error names file and line.
    """
    with open(path, "rb") as file:
        data = file.read()
    return parse(decode(data, path, encoding), path)


def decode(data: bytes, path: str, encoding: str | None = None) -> str:
    """Return the text of a file without its byte order mark.

    :raises UnicodeDecodeError: the bytes are not in the encoding; the error names file and line.
    """
    name = encoding or next(
        (found for mark, found in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8"
    )
    try:
        if name == "utf-8" and b"\0" in data:
            at = data.index(b"\0")
            raise UnicodeDecodeError(name, data, at, at + 1, "a null byte, as UTF-16 has them")
        return data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        advice = "save the file as UTF-8, or give its encoding to load_translations"
        error.reason += f" ({path}, line {line}: {advice})"
        raise


def parse(text: str, path: str) -> tuple[Tables, list[str]]:
    """Return the tables of the rows in a text, and the problems with them."""
    builder = _TableBuilder(path)
    for line, row in _read_rows(text, builder):
        builder.add(line, row)
    return builder.tables, builder.problems


class _TableBuilder:
    """The tables of the rows that were read so far."""

    def __init__(self, path: str) -> None:
        self.tables: Tables = {}
        self.problems: list[str] = []
        self._path = path
        self._lines: dict[tuple[str, str], int] = {}

    def report(self, line: int, problem: str) -> None:
        self.problems.append(f"{self._path}, line {line}: {problem}")

    def add(self, line: int, row: list[str]) -> None:
        values = [value.strip() for value in row[:3]]
        if not any(values):
            return
        if len(values) < 2:
            self.report(line, f"no translation after the message {values[0]!r:.80}")
            return
        message, translation = values[:2]
        form = (values[2] if len(values) > 2 else "") or NO_PLURAL
        if form not in _FORMS:
            known = ", ".join(_FORMS)
            self.report(line, f"unknown plural form {form!r:.80}, use one of {known}")
            return
        for value in values:
            if len(value) > 1 and value[0] == value[-1] == '"':
                self.report(
                    line,
                    f"the quotes of {value!r:.80} are part of the text, "
                    "because they do not follow the comma directly",
                )
        self._set(line, form, message, translation)

    def _set(self, line: int, form: str, message: str, translation: str) -> None:
        table = self.tables.setdefault(form, {})
        before = table.get(message)
        if before is not None and before != translation:
            earlier = self._lines[form, message]
            self.report(
                line, f"{message!r:.80} has another translation in line {earlier}, this one is used"
            )
        self._lines[form, message] = line
        table[message] = translation


def _read_rows(text: str, builder: _TableBuilder) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text, each with the number of its first line."""
    lines = list(io.StringIO(text, newline=""))
    start = 0
    while start < len(lines):
        start = yield from _read_rows_from(lines, start, builder)


def _read_rows_from(
    lines: list[str], first: int, builder: _TableBuilder
) -> Generator[tuple[int, list[str]], None, int]:
    """Yield rows up to a problem; return the index of the line where reading continues.

    A quote that is never closed would make the rest of the file one value. So a row of several
    lines has to follow the strict rules (RFC 4180 section 2). If it does not, its first line is
    skipped, and reading continues with the next one.
    """
    start = first
    rows = csv.reader(lines[first:])
    try:
        for row in rows:
            end = first + rows.line_num
            if end - start > 1 and not _is_strict(lines[start:end]):
                builder.report(start + 1, "a quote that opens in this line is not closed")
                return start + 1
            yield start + 1, row
            start = end
    except csv.Error as error:
        builder.report(start + 1, str(error))
        return start + 1
    return len(lines)


def _is_strict(lines: list[str]) -> bool:
    # Spaces between a closing quote and the comma are common and harmless.
    tidy = re.sub(r'"[ \t]+(?=[,\r\n])', '"', "".join(lines))
    try:
        list(csv.reader(io.StringIO(tidy, newline=""), strict=True))
    except csv.Error:
        return False
    return True
