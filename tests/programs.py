"""Programs that tests start as users do: a file, an interpreter, a port."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 30.0


class Program:
    """A running program; what it prints is collected in files of a folder, beside it by default."""

    def __init__(
        self,
        script: Path,
        *arguments: str,
        python: str = sys.executable,
        printed: Path | None = None,
    ) -> None:
        folder = printed or script.parent
        self._printed = {name: folder / f"{script.stem}.{name}" for name in ("stdout", "stderr")}
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self._printed["stdout"].open("w") as out, self._printed["stderr"].open("w") as err:
            self.process = subprocess.Popen(
                [python, "-W", "error", str(script), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**clean, "PYTHONUNBUFFERED": "1"},
            )

    @property
    def stdout(self) -> str:
        return self._printed["stdout"].read_text()

    @property
    def stderr(self) -> str:
        return self._printed["stderr"].read_text()

    def wait_for_port(self, port: int) -> None:
        """Return when something accepts connections, and the program still lives."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError(f"nothing listens on port {port}:\n{self.stderr}")

    def wait_for_line(self, start: str) -> str:
        """Return the first line that it printed with this beginning, once the line is whole."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            for line in self.stdout.splitlines(keepends=True):
                if line.startswith(start) and line.endswith("\n"):
                    return line.rstrip("\n")
            if ended:
                break
            time.sleep(0.02)
        raise RuntimeError(f"printed no {start!r}: {self.stdout!r}\n{self.stderr}")

    def wait_until_idle(self) -> None:
        """Wait until the program sleeps: its answer may be here before its ``send`` has returned."""
        stat = f"/proc/{self.process.pid}/stat"
        end = time.monotonic() + PATIENCE
        while os.path.exists(stat) and _state(stat) != "S":
            if time.monotonic() > end:
                raise TimeoutError("the program is never idle")
            time.sleep(0.01)

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)


@contextmanager
def running(
    script: Path,
    port: int,
    *arguments: str,
    python: str = sys.executable,
    printed: Path | None = None,
) -> Iterator[Program]:
    """Run a server for as long as the block lasts."""
    program = Program(script, *arguments, python=python, printed=printed)
    try:
        program.wait_for_port(port)
        yield program
    finally:
        program.close()


def write_program(folder: Path, text: str, name: str = "program.py") -> Path:
    """Write a program whose text may be indented as the test is."""
    script = folder / name
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    return script


def unused_port() -> int:
    """Return a port that nobody listens on, and that no system picks for outgoing connections."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_unused(port: int) -> None:
    """Wait for a port that a program has in its text, in case another test run uses it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                if time.monotonic() > deadline:
                    raise
            else:
                return
        time.sleep(0.1)


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run curl's own binary, without its progress meter and without a proxy."""
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _state(stat: str) -> str:
    """Return the state of a process, from its file in /proc."""
    with open(stat, encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0]
