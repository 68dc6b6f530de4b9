"""List which functions a server calls for one request: where its counts come from."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.counts.calls import exchange, watched_command
from bench.harness.errors import LoadError
from bench.harness.exchange.endpoint import Endpoint
from bench.harness.server import free_port, spawn, wait_until_listening

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from bench.harness.exchange.request import Request

_WARMUP, _COUNT = 200, 1000


def list_functions(
    python: Path, program: str, options: Sequence[str], request: Request
) -> dict[str, float]:
    """Return the calls per request of each function, most first; `[C]` marks those written in C.

    Functions that are called less than once in ten requests are left out.

    :raises ServerError: if the server does not start.
    :raises LoadError: if it does not write its list.
    """
    with tempfile.TemporaryDirectory(prefix="bench-list-") as folder:
        path = Path(folder) / "list"
        port = free_port()
        command = watched_command(python, "listed.py", path, program)
        with spawn([*command, "--port", str(port), *options], None) as process:
            wait_until_listening(process, port, 0.02)
            with Endpoint(port).connect() as connection:
                exchange(connection, request, _WARMUP)
                _dump(process.pid, connection, request, path)
                exchange(connection, request, _COUNT)
                calls = _dump(process.pid, connection, request, path)
    often = {name: count / _COUNT for name, count in calls.items() if count > _COUNT / 10}
    return dict(sorted(often.items(), key=lambda item: (-round(item[1]), item[0])))


def _dump(pid: int, connection: socket.socket, request: Request, path: Path) -> dict[str, int]:
    """Let the server write its list and start a new one."""
    os.kill(pid, signal.SIGUSR1)
    exchange(connection, request, 1)  # a loop written in C looks at signals when it runs Python
    deadline = time.monotonic() + 10
    while not path.exists():
        if time.monotonic() > deadline:
            raise LoadError("the server has not written the list of its calls")
        time.sleep(0.01)
    calls: dict[str, int] = json.loads(path.read_text())
    path.unlink()
    return calls
