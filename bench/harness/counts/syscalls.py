"""Count the system calls that a server makes for one request, with strace."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.counts.calls import exchange
from bench.harness.errors import LoadError
from bench.harness.exchange.endpoint import Endpoint
from bench.harness.server import free_port, spawn, wait_until_listening

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from bench.harness.exchange.request import Request

#: One row of `strace -c`: share, seconds, microseconds each, calls, perhaps errors, name.
_ROW = re.compile(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z_0-9]+)\s*")
_COUNT = 1000
#: How long strace may take until it holds the server, in seconds.
_ATTACH = 10.0


def can_trace() -> bool:
    """Say whether strace is there."""
    return shutil.which("strace") is not None


def parse_summary(text: str) -> dict[str, int]:
    """Return the calls per name of the table that `strace -c` writes."""
    rows = (_ROW.fullmatch(line) for line in text.splitlines())
    return {row[2]: int(row[1]) for row in rows if row and row[2] != "total"}


def count_syscalls(command: Sequence[str], request: Request) -> dict[str, float]:
    """Return the system calls per request, by name, over one kept-alive connection.

    Calls that are made less than once in ten requests belong to the attaching and to timers, and
    are left out.

    :param command: how the server is started, but for its port.
    :raises ServerError: if the server does not start.
    :raises LoadError: if strace cannot attach to it.
    """
    port = free_port()
    with spawn([*command, "--port", str(port)], None) as process:
        wait_until_listening(process, port, 0.02)
        with Endpoint(port).connect() as connection:
            exchange(connection, request, 100)
            found = _trace(process.pid, connection, request)
    return {name: calls / _COUNT for name, calls in found.items() if calls > _COUNT / 10}


def _trace(pid: int, connection: socket.socket, request: Request) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="bench-trace-") as folder:
        output = Path(folder) / "summary"
        tracer = subprocess.Popen(
            ["strace", "-c", "-f", "-o", str(output), "-p", str(pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _wait_until_traced(pid, tracer)
            exchange(connection, request, _COUNT)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
        return parse_summary(output.read_text())


def _wait_until_traced(pid: int, tracer: subprocess.Popen[str]) -> None:
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + _ATTACH
    while "TracerPid:\t0\n" in status.read_text():
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise LoadError("strace cannot attach to the server")
        time.sleep(0.01)
    time.sleep(0.1)  # threads are seized one by one after the first
