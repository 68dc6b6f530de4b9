"""Write the table of upstream's tests as a page, and its sum into README.md.

python tools/upstream_page.py              say what is out of date
python tools/upstream_page.py --write      bring both up to date
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from upstream import VERSION
from upstream_suite import table as upstream_table
from upstream_suite.table import KINDS, UNCOUNTED, ModuleTable
from workspace import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "upstream-suite.md"
README = ROOT / "README.md"

#: The sentence with the sum in README.md.
SENTENCE = re.compile(
    r"[\d,]+ of the\s+[\d,]+\s+tests\s+of\s+upstream's\s+own\s+suite\s+that\s+upstream\s+passes"
)

INTRODUCTION = f"""\
# Upstream's own tests

The tests of upstream {VERSION} run over the wheels of this project: `tox run -e upstream` fetches
upstream's source distribution from the package index, puts its `tornado/test` on the path, and
compares what each test gives with the tables in [tests/upstream](../tests/upstream). A test whose
result changes without its table fails the run, for better or worse. The files of the tests are
not changed; where they import a name that is not there, the tests that use the name fail, and
the others run.

This page is made from the tables: edit those, and run `python tools/upstream_page.py --write`.
"""


def tables() -> list[ModuleTable]:
    """Return the table of every module, by name."""
    names = sorted(file.stem for file in upstream_table.FOLDER.glob("*.toml"))
    return [upstream_table.read(name) for name in names]


def sentence(every: list[ModuleTable]) -> str:
    """Return the sum in words."""
    passing = sum(table.passing() for table in every)
    counted = sum(table.counted() for table in every)
    return f"{passing:,} of the {counted:,} tests of upstream's own suite that upstream passes"


def page(every: list[ModuleTable]) -> str:
    """Return the text of the page."""
    return "\n".join([INTRODUCTION, *_sums(every), *_kinds(every), *_reasons(every)])


def _sums(every: list[ModuleTable]) -> Iterator[str]:
    yield f"**{sentence(every)} pass here.**"
    yield ""
    yield "| module | upstream passes | pass here | do not |"
    yield "|---|--:|--:|--:|"
    for table in every:
        counted, passing = table.counted(), table.passing()
        yield f"| {table.module} | {counted} | {passing} | {counted - passing or ''} |"
    yield ""


def _kinds(every: list[ModuleTable]) -> Iterator[str]:
    yield "## Kinds of reasons"
    yield ""
    yield "| kind | tests | what it means |"
    yield "|---|--:|---|"
    for kind, meaning in KINDS.items():
        count = sum(len(g.tests) for table in every for g in table.groups if g.kind == kind)
        if count:
            mark = " (not counted)" if kind in UNCOUNTED else ""
            yield f"| {kind}{mark} | {count} | {meaning} |"
    yield ""


def _reasons(every: list[ModuleTable]) -> Iterator[str]:
    yield "## Each test that does not pass"
    for table in every:
        if not table.groups:
            continue
        yield ""
        yield f"### {table.module}"
        yield ""
        for group in table.groups:
            yield f"- *{group.kind}*: {group.reason}"
            yield from (f"  - `{test}`" for test in group.tests)
    yield ""


def readme(text: str, every: list[ModuleTable]) -> str:
    """Return README.md with the sum of now.

    :raises LookupError: it does not have the sentence.
    """
    if not SENTENCE.search(text):
        raise LookupError("README.md does not say how many of upstream's tests pass")
    return SENTENCE.sub(sentence(every), text)


def outdated() -> dict[str, str]:
    """Return the files that do not say what the tables say, with what they should say."""
    every = tables()
    text = README.read_text(encoding="utf-8")
    found = {}
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(every):
        found[str(PAGE.relative_to(ROOT))] = page(every)
    written = SENTENCE.search(text)
    if written is None or " ".join(written[0].split()) != sentence(every):
        found[README.name] = readme(text, every)
    return found


def main() -> int:
    found = outdated()
    if "--write" in sys.argv:
        for name, text in found.items():
            (ROOT / name).write_text(text, encoding="utf-8")
        return 0
    print(*(f"{name} is out of date" for name in found), sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
