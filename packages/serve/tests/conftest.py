"""The command in processes of its own, and clients for it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

#: How long anything may take on a machine that does other things too, in seconds.
PATIENCE = 30.0

T = TypeVar("T")

#: An application of ours, whose pages say which process answers.
HELLO = """\
import os
import time

from tornado.web import Application, RequestHandler


class Hello(RequestHandler):
    def get(self):
        self.write(f"hello from {os.getpid()}")


class Slow(RequestHandler):
    async def get(self):
        import asyncio
        import pathlib

        pathlib.Path("slow-began").write_text("yes")
        while not pathlib.Path("slow-may-end").exists():
            await asyncio.sleep(0.01)
        self.write("slow")


class Busy(RequestHandler):
    def get(self):
        time.sleep(0.05)
        self.write(str(os.getpid()))


def make_app():
    return Application([("/", Hello), ("/slow", Slow), ("/busy", Busy)])


app = make_app()
"""


class Served:
    """The command, running; what it writes is collected in files."""

    def __init__(self, folder: Path, *arguments: str, **options: object) -> None:
        self.folder = folder
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("TORNADO_")
        }
        environment |= options.pop("environment", {})  # type: ignore[arg-type, operator]  # a dictionary
        self._log = folder / str(options.pop("log", "log"))
        command = [sys.executable, *(["-O"] if not __debug__ else []), "-m", "tornado.serve"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                cwd=folder,
                env={**environment, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,  # type: ignore[call-overload]  # those of Popen
            )

    @property
    def log(self) -> str:
        """What the command has written."""
        return self._log.read_text()

    def wait_for_line(self, pattern: str, count: int = 1) -> re.Match[str]:
        """Return the match of a pattern in the log, once there are that many."""
        return wait_until(lambda: self._match(pattern, count), lambda: f"{pattern!r}:\n{self.log}")

    def _match(self, pattern: str, count: int) -> re.Match[str] | None:
        matches = list(re.finditer(pattern, self.log))
        if len(matches) >= count:
            return matches[count - 1]
        if self.process.poll() is not None:
            self.process.wait()
            matches = list(re.finditer(pattern, self.log))
            if len(matches) < count:
                raise RuntimeError(f"ended without {pattern!r}:\n{self.log}")
        return None

    def wait_until_ready(self) -> Served:
        self.port = int(self.wait_for_line(r"serving .*?://[\w.\[\]:]+:(\d+)")[1])
        return self

    def get(self, path: str = "/", **fields: str) -> tuple[int, str]:
        """Return the status and the body of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=fields)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def send_signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal the master and return its exit status."""
        self.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End all processes of the session that are left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def wait_until(condition: Callable[[], T | None], describe: Callable[[], str] = str) -> T:
    """Return what a condition returns once it is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise RuntimeError(f"waited in vain: {describe()}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a directory with a module `hello`."""
    (tmp_path / "hello.py").write_text(HELLO)
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., Served]]:
    """Return a function that starts the command."""
    started: list[Served] = []

    def start(*arguments: str, ready: bool = True, **options: object) -> Served:
        started.append(Served(folder, *arguments, **options))
        return started[-1].wait_until_ready() if ready else started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    """Return a function that writes a file into the directory of the command."""

    def write_file(name: str, text: str) -> Path:
        path = folder / name
        path.write_text(textwrap.dedent(text))
        return path

    return write_file


@pytest.fixture
def until() -> Callable[..., object]:
    """Return a function that waits until a condition is true."""
    return wait_until


@pytest.fixture
def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
