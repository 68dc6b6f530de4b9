"""One process that does the work of some engines when it is told to.

Reads lines ``ENGINE WORK COUNT`` and answers each with a line of JSON: the CPU nanoseconds of one
repetition, and the text the first time. Garbage is collected between the measurements, not within.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from typing import TYPE_CHECKING

from work import normalize

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_made: dict[tuple[str, str], Callable[[], Any]] = {}


def measure(engine: str, work: str, count: int) -> dict[str, object]:
    """Do the work ``count`` times; the first call for an engine tells its text as well."""
    answer: dict[str, object] = {}
    if (engine, work) not in _made:
        try:
            run = _made[engine, work] = importlib.import_module(f"engines.{engine}").make(work)
        except LookupError as error:
            return {"skipped": str(error)}
        result = run()
        text = result() if work == "compile" else result
        answer["text"] = normalize(text if isinstance(text, str) else bytes(text).decode())
    run = _made[engine, work]
    gc.collect()
    gc.disable()
    start = time.process_time_ns()
    for _ in range(count):
        run()
    answer["ns"] = (time.process_time_ns() - start) / count
    gc.enable()
    return answer


def main() -> None:
    """Answer lines until there are no more."""
    for line in sys.stdin:
        engine, work, count = line.split()
        sys.stdout.write(json.dumps(measure(engine, work, int(count))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
