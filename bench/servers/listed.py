"""Run another server file and list which functions it calls how often.

    listed.py LIST FILE [OPTION ...]

At SIGUSR1 the calls since the last one are written to LIST as JSON: a count per function.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any


def install(path: Path) -> None:
    calls: Counter[Any] = Counter()

    def profile(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            calls[frame.f_code] += 1
        elif event == "c_call":
            calls[name_builtin(argument)] += 1

    def write(number: int, frame: Any) -> None:
        sys.setprofile(None)
        named: Counter[str] = Counter()
        for key, count in calls.items():
            named[key if isinstance(key, str) else name_function(key)] += count
        calls.clear()
        part = path.with_suffix(".part")
        part.write_text(json.dumps(named))
        part.replace(path)
        sys.setprofile(profile)

    signal.signal(signal.SIGUSR1, write)
    sys.setprofile(profile)


def name_function(code: Any) -> str:
    folder, file = os.path.split(code.co_filename)
    return f"{os.path.basename(folder)}/{file}:{code.co_firstlineno} {code.co_qualname}"


def name_builtin(function: Any) -> str:
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, type(sys)):
        return f"[C] {function.__module__}.{function.__qualname__}"
    return f"[C] {function.__qualname__}"


if __name__ == "__main__":
    target, program, *options = sys.argv[1:]
    sys.argv = [program, *options]
    install(Path(target))
    runpy.run_path(program, run_name="__main__")
