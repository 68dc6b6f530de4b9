"""Count the processor's instructions per operation: `python bench/instructions.py`, `--help`.

Callgrind (Debian's `valgrind`) runs a program twice, for a few and for many operations; the
difference is what the operations cost, without the start of the program. The count is almost the
same on a busy machine: only what is done once a second counts for more. It depends on the
interpreter, and by one or two percent on where things lie in memory (CPython looks attributes up in
a cache that is indexed by addresses), so the median of several samples is shown, with the lowest
and the highest. Each has another hash seed, and other objects made before the program starts.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.harness.command import BENCH
from bench.harness.errors import BenchError
from bench.harness.process.environment import Environments, take_snapshot
from bench.harness.table import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Those that are counted when none is named.
DEFAULT = ("hello", "hello-browser", "own-field", "echo", "fetch")
OPERATIONS = (*DEFAULT, "hello-many", "websocket", "websocket-64k", "websocket-deflate")

#: What runs a program after it has made some texts: those that the program makes lie elsewhere then.
_START = """
import runpy, sys
texts = [f"{number} of the texts" for number in range(int(sys.argv.pop(1)))]
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

#: Operations of the two runs. The first ones warm the interpreter's caches up.
_FEW, _MANY = 300, 1300
_FEW_LARGE, _MANY_LARGE = 20, 120


def collect(python: Path, operation: str, count: int, seed: int) -> int:
    """Return the instructions of one run.

    :raises BenchError: it failed.
    """
    program = BENCH / "servers" / "exchanges.py"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    answer = subprocess.run(
        [*command, str(python), "-c", _START, str(seed * 37), str(program), operation, str(count)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )
    found = re.search(r"Collected : (\d+)", answer.stderr)
    if answer.returncode or found is None:
        raise BenchError(f"{operation} failed: {answer.stderr.strip()[-400:]}")
    return int(found[1])


def per_operation(python: Path, operation: str, samples: int) -> str:
    """Return the instructions of one operation: the median, the lowest and the highest."""
    counts = []
    for seed in range(samples):
        first, last = (_FEW_LARGE, _MANY_LARGE) if operation.endswith("64k") else (_FEW, _MANY)
        few, many = (collect(python, operation, count, seed) for count in (first, last))
        counts.append((many - few) / (last - first))
    return f"{median(counts):,.0f} ({min(counts):,.0f} to {max(counts):,.0f})"


def trees(options: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """Lay out each tree that is compared, and give its name and its interpreter.

    A tree is in its place until the next one is asked for.
    """
    environments = Environments(BENCH)
    if options.against:
        python = environments.get("workspace").python
        folder = subprocess.run(
            [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        take_snapshot(options.against / "packages", Path(folder))
        yield str(options.against), python
    yield "this tree", Environments(BENCH).get("workspace").python
    if options.upstream:
        yield "tornado 6.6.1", environments.get("upstream").python


def main() -> int:
    """Run the command and return the exit status."""
    parser = argparse.ArgumentParser(prog="bench/instructions.py", description=__doc__)
    parser.add_argument("operations", nargs="*", default=DEFAULT, help=", ".join(OPERATIONS))
    parser.add_argument("--against", type=Path, help="another checkout, to compare with")
    parser.add_argument("--upstream", action="store_true", help="count upstream too")
    parser.add_argument("--samples", type=int, default=5, help="hash seeds to try (5)")
    options = parser.parse_args()
    if unknown := set(options.operations) - set(OPERATIONS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(OPERATIONS)}")
    if not shutil.which("valgrind"):
        parser.error("valgrind is not installed")
    try:
        rows = []
        for name, python in trees(options):
            print(f"counting {name} ...", file=sys.stderr, flush=True)
            counts = (per_operation(python, item, options.samples) for item in options.operations)
            rows.append([name, *counts])
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(markdown(["tree", *options.operations], rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
