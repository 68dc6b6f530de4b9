"""Loops of both kinds, and one whose time is made up."""

from __future__ import annotations

import asyncio
import selectors
import sys

import pytest

from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOLoop
from tornado.stack_context._chain import Reentry

KINDS = ["asyncio"] if sys.platform == "win32" else ["asyncio", "uvloop"]


def finish(ioloop):
    """Cancel what a test has left waiting, and close its loop."""
    asyncio_loop = ioloop.asyncio_loop
    if not asyncio_loop.is_closed():
        tasks = asyncio.all_tasks(asyncio_loop)
        for task in tasks:
            task.cancel()
        if tasks:
            asyncio_loop.run_until_complete(asyncio.wait(tasks, timeout=1))
    ioloop.close()


@pytest.fixture(params=KINDS)
def kind(request):
    """Whether the loop is asyncio's own or a uvloop."""
    return request.param


@pytest.fixture
def ioloop(kind):
    """A new loop, the current one of this thread."""
    loop = AsyncIOLoop(uvloop=kind == "uvloop")
    yield loop
    finish(loop)


@pytest.fixture
def run(ioloop):
    """Run a coroutine function to its end."""
    return lambda func, timeout=20: ioloop.run_sync(func, timeout=timeout)


@pytest.fixture
def asyncio_run(kind):
    """Run a coroutine as a program does that knows nothing of IOLoops."""
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
    """Does not sleep: it sets the clock."""

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
