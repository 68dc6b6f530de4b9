"""Start a contestant's server process, and end it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.errors import ServerError, VerificationError
from bench.harness.exchange.endpoint import HOST, Endpoint
from bench.harness.exchange.verification import Verified, verify
from bench.harness.process.clock import cpu_seconds
from bench.harness.process.cores import pin
from bench.harness.process.memory import resident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.harness.arena import Arena
    from bench.harness.case import Case, Variant
    from bench.harness.contestant import Contestant

_SERVERS = Path(__file__).resolve().parents[1] / "servers"
#: How long a server may take until it listens, and until it has ended, in seconds.
_START, _STOP = 20.0, 5.0


@dataclass(frozen=True)
class Server:
    """A running server that does what its case asks for."""

    contestant: Contestant
    variant: Variant
    process: subprocess.Popen[bytes]
    endpoint: Endpoint
    verified: Verified
    #: Its resident set before the first request, in bytes; None if the system does not tell.
    resident: int | None

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def cpu(self) -> float:
        """Return the CPU seconds that it has used so far.

        :raises ServerError: if it has ended.
        """
        try:
            return cpu_seconds(self.pid)
        except ProcessLookupError as error:
            raise ServerError(f"{self.contestant.name} has ended") from error


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def program_path(contestant: Contestant) -> Path:
    """Return the file that a contestant is started with."""
    return _SERVERS / contestant.program


def command_line(
    python: Path, contestant: Contestant, case: Case, variant: Variant, *, port: int, files: Path
) -> list[str]:
    """Return the command that starts a contestant's file for a case."""
    options = {
        "port": str(port),
        "case": case.server,
        "files": str(files),
        **({"tls": "yes"} if case.tls else {}),
        **contestant.options,
        **variant.options,
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(python), str(program_path(contestant)), *flags]


def wait_until_listening(process: subprocess.Popen[bytes], port: int, pause: float) -> None:
    """Return when a connection is accepted, asking every `pause` seconds.

    :raises ServerError: if the process ends or takes too long.
    """
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
            return
        if process.poll() is not None:
            raise ServerError(f"ended with status {process.returncode} before it listened")
        time.sleep(pause)
    raise ServerError(f"does not listen on port {port} after {_START:.0f} seconds")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process: asked first, forced after a while."""
    process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def spawn(command: list[str], core: int | None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command pinned on a core for as long as the context lasts.

    :raises ServerError: and VerificationError, as the body does, with what the process wrote to its standard error.
    """
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told
        )
        try:
            pin(process.pid, core)
            yield process
        except (ServerError, VerificationError) as error:
            stop(process)
            told.seek(0)
            text = told.read().decode(errors="replace").strip()[-1200:]
            raise type(error)(f"{error}\n{text}" if text else str(error)) from error
        finally:
            stop(process)


@contextlib.contextmanager
def running(arena: Arena, contestant: Contestant, case: Case, variant: Variant) -> Iterator[Server]:
    """Run a contestant's server for a case for as long as the context lasts.

    :raises SetupError: if its environment cannot be made.
    :raises ServerError: if it does not start to listen.
    :raises VerificationError: if it answers something else than the case expects.
    """
    python = arena.environments.get(contestant.environment).python
    port = free_port()
    command = command_line(python, contestant, case, variant, port=port, files=arena.files)
    with spawn(command, arena.cores.server) as process:
        wait_until_listening(process, port, 0.02)
        endpoint = Endpoint(port, case.tls)
        at_rest = resident(process.pid)
        verified = verify(endpoint, variant.request, case.expectation)
        yield Server(contestant, variant, process, endpoint, verified, at_rest)
