"""Run another server file and count its calls, in memory that the harness reads meanwhile.

    counted.py COUNTERS FILE [OPTION ...]

COUNTERS is a file of two 64-bit integers: calls of Python functions (a generator or coroutine that
is resumed counts as a call), and calls of functions written in C.
"""

from __future__ import annotations

import mmap
import runpy
import sys
from typing import Any


def install(path: str) -> None:
    with open(path, "r+b") as file:
        counters = memoryview(mmap.mmap(file.fileno(), 16)).cast("q")

    def profile(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            counters[0] += 1
        elif event == "c_call":
            counters[1] += 1

    sys.setprofile(profile)


if __name__ == "__main__":
    counters, program, *options = sys.argv[1:]
    sys.argv = [program, *options]
    install(counters)
    runpy.run_path(program, run_name="__main__")
