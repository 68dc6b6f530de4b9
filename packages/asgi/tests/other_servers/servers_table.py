"""Write what a server makes impossible into docs/asgi.md, with the number of tests.

    python packages/asgi/tests/other_servers/servers_table.py          # needs all packages
    python packages/asgi/tests/other_servers/servers_table.py --check  # changes nothing

The rows are those of packages/asgi/tests/other_servers/impossible.toml, where the tests are named.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = ROOT / "docs" / "asgi.md"
PLUGIN = Path(__file__).parent

SERVERS = ("uvicorn", "hypercorn", "granian", "gunicorn")

_BEGIN, _END = "<!-- impossible -->\n", "<!-- end -->\n"

_HEAD = f"| what is impossible, and why | {' | '.join(SERVERS)} |\n|---|{'--:|' * len(SERVERS)}\n"


def tests_with_a_site() -> list[str]:
    """Return the ids of the tests that the plugin runs, from the folder of packages on."""
    command = [sys.executable, "-m", "pytest", "-p", "other_server", "--server", SERVERS[0]]
    folders = ["packages/web/tests", "packages/websocket/tests"]
    outcome = subprocess.run(
        [*command, "--collect-only", "-q", *folders],
        cwd=ROOT,
        env={"PYTHONPATH": str(PLUGIN)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = outcome.stdout.splitlines()
    return [line.removeprefix("packages/") for line in lines if "::" in line]


def read_rows() -> list[dict[str, Any]]:
    """Return the rows of the table of tests."""
    text = (PLUGIN / "impossible.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["impossible"]
    return rows


def table(tests: list[str]) -> str:
    """Return the table and its sums.

    :raises ValueError: a pattern is the pattern of no test.
    """
    lines, sums = [], dict.fromkeys(SERVERS, 0)
    for row in read_rows():
        count = 0
        for pattern in row["tests"]:
            found = sum(fnmatchcase(test, pattern) for test in tests)
            if not found:
                raise ValueError(f"no test is called {pattern}")
            count += found
        for server in row["servers"]:
            sums[server] += count
        cells = [str(count) if server in row["servers"] else "" for server in SERVERS]
        lines.append(f"| {row['reason']} | {' | '.join(cells)} |\n")
    lines.append(f"| impossible | {' | '.join(str(sums[each]) for each in SERVERS)} |\n")
    passing = [str(len(tests) - sums[each]) for each in SERVERS]
    lines.append(f"| pass, of {len(tests)} | {' | '.join(passing)} |\n")
    return _HEAD + "".join(lines)


def filled(document: str, made: str) -> str:
    """Return the document with a table."""
    between = re.compile(re.escape(_BEGIN) + "(?s:.*)" + re.escape(_END))
    return between.sub(lambda _: f"{_BEGIN}\n{made}\n{_END}", document)


def main() -> int:
    """Write the document, or check it."""
    parser = argparse.ArgumentParser(description="Write what servers make impossible.")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    document = DOCUMENT.read_text(encoding="utf-8")
    new = filled(document, table(tests_with_a_site()))
    if options.check and new != document:
        print(
            "docs/asgi.md is out of date: run python packages/asgi/tests/other_servers/servers_table.py",
            file=sys.stderr,
        )
        return 1
    if not options.check:
        DOCUMENT.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
