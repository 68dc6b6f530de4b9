"""Count the calls that a server makes for one request.

A count has no noise to speak of, so it may decide whether a change is let in, which a timing on
a shared machine must not.
"""

from __future__ import annotations

import mmap
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.harness.errors import LoadError
from bench.harness.exchange.endpoint import Endpoint
from bench.harness.exchange.verification import receive, send, verify
from bench.harness.server import free_port, spawn, wait_until_listening
from bench.harness.statistics import median

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from bench.harness.case import Expectation
    from bench.harness.exchange.request import Request

_SERVERS = Path(__file__).resolve().parents[2] / "servers"
#: Requests before the first count, requests of one count, and how many counts are taken.
_WARMUP, _BATCH, _BATCHES = 200, 50, 11
#: Counters that do not move for so long belong to a server that waits, in seconds.
_QUIET = 0.02


class Calls(NamedTuple):
    """Calls per request."""

    python: float
    builtin: float


class Counters:
    """The two counters that a counted server keeps."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(16))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 16)
        self._values = memoryview(self._memory).cast("q")

    def read(self) -> Calls:
        """Return both counters as they are now."""
        return Calls(self._values[0], self._values[1])

    def settled(self) -> Calls:
        """Return both counters when the server has come to rest.

        :raises LoadError: if it does not.
        """
        seen = self.read()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            time.sleep(_QUIET)
            now = self.read()
            if now == seen:
                return now
            seen = now
        raise LoadError("the server does not come to rest, its calls cannot be counted")


def exchange(connection: socket.socket, request: Request, count: int) -> None:
    """Ask so many times, one after the other."""
    for _ in range(count):
        send(connection, request)
        receive(connection)


def watched_command(python: Path, watcher: str, path: Path, program: str) -> list[str]:
    """Return the command that runs a file under `servers/` and writes what it sees of it.

    :param watcher: the file under `servers/` that runs the other.
    :param path: where it writes.
    """
    return [str(python), *watcher_arguments(watcher, path), str(_SERVERS / program)]


def watcher_arguments(watcher: str, path: Path) -> list[str]:
    """Return what an interpreter is given before a program that is to be watched."""
    return [str(_SERVERS / watcher), str(path)]


def count_calls(
    python: Path, program: str, options: Sequence[str], request: Request, expectation: Expectation
) -> Calls:
    """Return the calls per request of a server over one kept-alive connection.

    The median of several short counts is taken: a timer that falls into one of them does not show.

    :param python: the interpreter of the environment that the server runs in.
    :param program: the server's file under `servers/`.
    :param options: the server's options but for the port.
    :raises ServerError: if the server does not start.
    :raises VerificationError: if it answers something else.
    """
    with tempfile.TemporaryDirectory(prefix="bench-counters-") as folder:
        path = Path(folder) / "counters"
        counters = Counters(path)
        port = free_port()
        endpoint = Endpoint(port)
        command = watched_command(python, "counted.py", path, program)
        with spawn([*command, "--port", str(port), *options], None) as process:
            wait_until_listening(process, port, 0.02)
            verify(endpoint, request, expectation)
            with endpoint.connect() as connection:
                exchange(connection, request, _WARMUP)
                batches = [_count_batch(connection, request, counters) for _ in range(_BATCHES)]
    return Calls(
        median([batch.python for batch in batches]), median([batch.builtin for batch in batches])
    )


def _count_batch(connection: socket.socket, request: Request, counters: Counters) -> Calls:
    before = counters.settled()
    exchange(connection, request, _BATCH)
    after = counters.settled()
    return Calls((after.python - before.python) / _BATCH, (after.builtin - before.builtin) / _BATCH)
