"""Write docs/generations.md: what programs of each generation may rely on.

    python tools/generations.py           # write
    python tools/generations.py --check   # say whether it is up to date, change nothing

The lines are in ``tests/api/generations.toml``, each with the test that shows it.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "api" / "generations.toml"
DOCUMENT = ROOT / "docs" / "generations.md"
GENERATIONS = (1, 2, 3, 4, 5)

HEAD = """\
# Generations

Written by `python tools/generations.py`; `tox run -e docs` fails when it is not up to date. What
programs that were written for Tornado 1.x, 2.x, 3.x, 4.x and 5.x may rely on here, beside everything
that [6.6.1 has](api-parity.md) and the [names of 2.4.1](api-parity-classic.md). A generation
that had it has a mark. Every line names a test that shows it; `tests/test_classic_orders.py`
compares the order of arguments of every public function of 2.4.1, and of those of 1.2.1, 3.2.2, 4.5.3
and 5.1.1 whose order differs from 6.6.1, and calls those that have moved.
`tests/test_classic_programs.py` has whole programs.
"""


class Line(NamedTuple):
    """One thing that programs of earlier generations may rely on."""

    what: str
    since: str  #: the first version that had it
    until: str  #: the last one; empty where upstream still has it
    here: str  #: what happens here
    test: str  #: a path from the root, two colons and the name of a function

    def had(self, generation: int) -> bool:
        """Tell whether a generation had it."""
        first, last = (int((version or "9").split(".")[0]) for version in (self.since, self.until))
        return first <= generation <= last


class Group(NamedTuple):
    """The lines under one heading."""

    title: str
    text: str
    lines: list[Line]


def read(file: Path = DATA) -> list[Group]:
    """Return the groups in their order."""
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        Group(each["title"], each["text"].strip(), [Line(*row) for row in each["rows"]])
        for each in document["group"]
    ]


def render(groups: list[Group]) -> str:
    """Return the document."""
    return "\n".join([HEAD, *(line for group in groups for line in _group(group))])


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.title}\n"
    if group.text:
        yield f"{group.text}\n"
    marks = " | ".join(f"{generation}.x" for generation in GENERATIONS)
    yield f"| what | {marks} | from, to | here | tested by |"
    yield f"|---|{':-:|' * len(GENERATIONS)}---|---|---|"
    for line in group.lines:
        had = " | ".join("x" if line.had(generation) else " " for generation in GENERATIONS)
        span = line.since if line.since == line.until else f"{line.since}, {line.until or 'today'}"
        path, _, name = line.test.partition("::")
        yield f"| {line.what} | {had} | {span} | {line.here} | `{Path(path).name}::{name}` |"
    yield ""


def main() -> int:
    """Write the document, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wanted = render(read())
    if options.check:
        if DOCUMENT.read_text(encoding="utf-8") != wanted:
            print("docs/generations.md is out of date: run python tools/generations.py")
            return 1
        return 0
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
