"""Calls of Python functions and of functions in C for one echo: a count without noise."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.counts.calls import Calls, Counters, watcher_arguments
from bench.harness.programs import serving
from bench.harness.statistics import median
from bench.websockets import load
from bench.websockets.contestants import SERVERS

if TYPE_CHECKING:
    from bench.harness.process.environment import Environments
    from bench.harness.programs import Program

_WARMUP, _BATCH, _BATCHES = 200, 50, 7


def count_calls(environments: Environments, program: Program, size: int) -> Calls:
    """Return the calls of a server for one echo, the median of several short counts."""
    python = environments.get(program.environment).python
    with tempfile.TemporaryDirectory(prefix="bench-counters-") as folder:
        path = Path(folder) / "counters"
        counters = Counters(path)
        with (
            serving(
                SERVERS,
                python,
                program.arguments,
                None,
                variables=program.variables,
                wrapper=watcher_arguments("counted.py", path),
            ) as server,
            load.connect(server.port) as sock,
        ):
            message = load.frame(load.payload_of(size), deflate=False)
            length = load.answer_length(sock, message)
            load.exchange(sock, message, length, _WARMUP)
            batches = []
            for _ in range(_BATCHES):
                before = counters.settled()
                load.exchange(sock, message, length, _BATCH)
                after = counters.settled()
                python_calls, calls = after.python - before.python, after.builtin - before.builtin
                batches.append(Calls(python_calls / _BATCH, calls / _BATCH))
    return Calls(
        median([each.python for each in batches]), median([each.builtin for each in batches])
    )
