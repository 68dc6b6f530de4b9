"""Loops of both kinds, one with a virtual clock, and programs in processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOLoop
from tornado.stack_context._chain import Reentry

KINDS = ["asyncio"] if sys.platform == "win32" else ["asyncio", "uvloop"]


def finish(ioloop):
    """Cancel the tasks that a test has left, and close its loop."""
    asyncio_loop = ioloop.asyncio_loop
    if not asyncio_loop.is_closed():
        tasks = asyncio.all_tasks(asyncio_loop)
        for task in tasks:
            task.cancel()
        if tasks:
            asyncio_loop.run_until_complete(asyncio.wait(tasks, timeout=1))
    ioloop.close()


@pytest.fixture(scope="session", autouse=True)
def only_objects_of_tests():
    """Keep pytest and its plugins out of garbage collections, which take long otherwise."""
    # Hypothesis looks once, at its first example, for what refers to its random numbers. It does not
    # find what is frozen.
    given(st.none())(lambda _: None)()
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(params=KINDS)
def kind(request):
    """The kind of loop: one of asyncio or a uvloop."""
    return request.param


@pytest.fixture
def pair():
    """Two connected sockets that do not block."""
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    yield left, right
    left.close()
    right.close()


@pytest.fixture
def ioloop(kind):
    """A new loop, which is the current one of this thread."""
    loop = AsyncIOLoop(uvloop=kind == "uvloop")
    yield loop
    finish(loop)


@pytest.fixture
def run(ioloop):
    """Run a coroutine function to its end."""
    return lambda func, timeout=20: ioloop.run_sync(func, timeout=timeout)


@pytest.fixture
def asyncio_run(kind):
    """Run a coroutine as a program without IOLoops does."""
    if kind == "asyncio":
        return asyncio.run
    import uvloop

    return uvloop.run


@pytest.fixture(autouse=True)
def clean_slate():
    """Leave no loop and no setting to the next test."""
    saved = IOLoop._save_configuration()
    yield
    IOLoop._restore_configuration(saved)
    IOLoop.clear_instance()
    Reentry.is_needed = False


class VirtualSelector(selectors.DefaultSelector):
    """A selector that advances its clock instead of sleeping."""

    def __init__(self):
        super().__init__()
        self.now = 1000.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on which an hour passes in no time."""

    def __init__(self):
        self.clock = VirtualSelector()
        super().__init__(self.clock)

    def time(self):
        return self.clock.now


@pytest.fixture
def virtual():
    """An IOLoop on a virtual clock: ``virtual.asyncio_loop.clock.now`` is its time."""
    loop = AsyncIOLoop(asyncio_loop=VirtualLoop())
    yield loop
    finish(loop)


#: Starting an interpreter and importing the packages takes longer than most programs of these tests.
#: So one interpreter imports them once, and forks for each program.
START = """
import faulthandler, importlib, json, os, sys, warnings

for module in ["asyncio", "tornado.gen", "tornado.locks", "tornado.platform.asyncio", "tornado.queues"]:
    importlib.import_module(module)
try:
    import uvloop
except ImportError:
    pass
while True:
    request = sys.stdin.readline()
    if not request:
        sys.exit()
    program = json.loads(request)
    pid = os.fork()
    if not pid:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
for number, path in enumerate([os.devnull, program["stdout"], program["stderr"]]):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
faulthandler.dump_traceback_later(50, exit=True)
os.environ.update(program["environment"])
if program["warnings_are_errors"]:
    warnings.simplefilter("error")
    sys.warnoptions[:] = ["error"]
exec(compile(program["code"], "<string>", "exec"), {"__name__": "__main__"})
"""


class Programs:
    """An interpreter that forks for each program that it is given."""

    def __init__(self):
        self._interpreter = None

    def run(self, code, *, environment=None, warnings_are_errors=False):
        """Run the text of a program, and return its exit status and what it has printed.

        :returns: what ``subprocess.run`` returns, with texts.
        """
        environment = environment or {}
        if not hasattr(os, "fork"):
            options = ["-W", "error"] if warnings_are_errors else []
            return subprocess.run(
                [sys.executable, *options, "-c", code],
                capture_output=True,
                text=True,
                timeout=50,
                check=False,
                env={**os.environ, **environment},
            )
        with tempfile.TemporaryDirectory() as folder:
            stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
            request = {
                "code": code,
                "stdout": str(stdout),
                "stderr": str(stderr),
                "environment": environment,
                "warnings_are_errors": warnings_are_errors,
            }
            status = self._ask(json.dumps(request))
            return subprocess.CompletedProcess(
                code, status, stdout.read_text(encoding="utf-8"), stderr.read_text(encoding="utf-8")
            )

    def _ask(self, request):
        if self._interpreter is None:
            self._interpreter = subprocess.Popen(
                [sys.executable, "-c", START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self._interpreter.stdin.write(request + "\n")
        self._interpreter.stdin.flush()
        return int(self._interpreter.stdout.readline())

    def close(self):
        """End the interpreter."""
        if self._interpreter is not None:
            with contextlib.suppress(OSError):
                self._interpreter.stdin.close()
            self._interpreter.kill()
            self._interpreter.wait()
            self._interpreter.stdout.close()


@pytest.fixture(scope="session")
def programs():
    """Run programs in processes of their own."""
    found = Programs()
    yield found
    found.close()
