"""Write the tests of each security requirement into docs/security.md.

    python tools/security_table.py           # write
    python tools/security_table.py --check   # say whether it is up to date, change nothing

A test belongs to the requirement that its name says: ``test_s8_...``. Rows of a table of cases
belong to the one that their key says: ``"S8 ..."``. The requirements themselves are written by hand
in the document; this fills in what is between one heading and the next.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "security.md"

_TEST = re.compile(
    r"^(?:async )?def (test_((?:s[0-9]+_)+(?:to_s[0-9]+_)?)[a-z0-9_]+)\(", re.MULTILINE
)
_CASE = re.compile(r"^    \(?\"S([0-9]+) ([^\"]+)\"", re.MULTILINE)
_SECTION = re.compile(r"(?m)(^## S([0-9]+)\b.*\n\n(?:[^-\n|].*\n)+)(?:\n(?:- .*\n(?:  .*\n)*)+)?")


def tests_of(text: str) -> dict[int, list[str]]:
    """Return the names of the tests in a file, by requirement; a name may stand for several."""
    found: dict[int, list[str]] = defaultdict(list)
    for name, numbers in _TEST.findall(text):
        found[int(re.findall("[0-9]+", numbers)[0])].append(name)
    return found


def cases_of(text: str) -> dict[int, list[str]]:
    """Return the keys of tables of cases in a file, by requirement."""
    found: dict[int, list[str]] = defaultdict(list)
    for number, key in _CASE.findall(text):
        found[int(number)].append(key)
    return found


def lists() -> dict[int, list[str]]:
    """Return the lines of the list of each requirement."""
    lines: dict[int, list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("packages/*/tests/**/test_*.py")):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(ROOT).as_posix()
        for number, names in tests_of(text).items():
            lines[number] += [f"- `{place}`: `{name}`" for name in names]
        for number, keys in cases_of(text).items():
            lines[number].append(f"- `{place}`, cases: {'; '.join(dict.fromkeys(keys))}")
    return lines


def filled(document: str) -> str:
    """Return the document with the lists of today."""
    found = lists()

    def fill(section: re.Match[str]) -> str:
        items = found.get(int(section[2]), [])
        return section[1] + ("\n" + "\n".join(items) + "\n" if items else "")

    return _SECTION.sub(fill, document)


def main() -> int:
    """Write the document, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    document = DOCUMENT.read_text(encoding="utf-8")
    wanted = filled(document)
    if options.check:
        if document != wanted:
            print("docs/security.md is out of date: run python tools/security_table.py")
            return 1
        return 0
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
