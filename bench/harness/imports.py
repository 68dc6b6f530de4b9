"""Measure what it costs to import a piece."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bench.harness.errors import ServerError
from bench.harness.process.cores import pin
from bench.harness.result import Line, Result, conclude
from bench.harness.rounds import interleave
from bench.harness.table import Column, compared, measured

if TYPE_CHECKING:
    from bench.harness.arena import Arena
    from bench.harness.case import Case, Import

#: The measure that pieces are compared by: the CPU time of the whole process.
PROCESS = "cpu ms of the process"

_PROGRAM = """
import time, sys
start = time.perf_counter()
{statement}
print(time.perf_counter() - start, time.process_time(), len(sys.modules))
"""


def measure_imports(case: Case, arena: Arena) -> Result:
    """Import every piece once a round in a fresh process; the first time is not counted."""
    pieces = {item.name: item for item in case.imports}

    def take(name: str) -> dict[str, float]:
        return _measure(pieces[name], arena)

    lines = [Line(item.name, item.name) for item in case.imports]
    lines, skipped = interleave(case.name, lines, take, rounds=case.rounds, rehearsals=1)
    return conclude(case, PROCESS, lines, skipped)


def _measure(item: Import, arena: Arena) -> dict[str, float]:
    python = arena.environments.get(item.environment).python
    command = [str(python), "-c", _PROGRAM.format(statement=item.statement)]
    pin(0, arena.cores.server)
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        pin(0, arena.cores.load)
    if answer.returncode:
        raise ServerError(f"{item.statement}: {answer.stderr.strip()[-600:]}")
    inside, process, modules = answer.stdout.split()
    return {
        PROCESS: float(process) * 1e3,
        "import ms": float(inside) * 1e3,
        "modules": float(modules),
    }


def imports_columns(case: Case, result: Result) -> list[Column | None]:
    """Return the columns that show the imports."""
    return [
        measured("process CPU ms", PROCESS, deviates=True),
        compared(f"of {case.reference}", result, result.reference),
        measured("import alone ms", "import ms", deviates=True),
        measured("modules", "modules"),
    ]
