"""The run of one test of an AsyncTestCase."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop
from tornado.process import Subprocess

from ._waiting import Waiting
from ._watch._blocking import BlockingCheck
from ._watch._checks import LeftoverCheck, OnLeftovers, blocking_threshold, on_leftovers

if TYPE_CHECKING:
    import unittest
    from collections.abc import Iterator
    from types import TracebackType

app_log = logging.getLogger("tornado.application")


class TestState:
    """The state of a test case while it runs a test: the loop, failures and leftovers.

    The case calls :meth:`begin` and :meth:`take_loop` in ``setUp``, :meth:`end_loop` in
    ``tearDown``, and :meth:`conclude` as the last of its cleanups.
    """

    __test__ = False  # pytest takes classes for tests by their names

    def __init__(self, failure: type[BaseException]) -> None:
        self.waiting = Waiting(failure)
        self._failure = failure
        # Not the case itself: both would live until the next collection of garbage.
        self._name = ""
        self._cleanups: list[object] = []
        self._leftovers = LeftoverCheck("ignore")
        self._blocking = BlockingCheck()
        #: The loop of the test, from setUp to tearDown.
        self._loop: IOLoop | None = None
        self._owns_loop = False
        self._has_failed = False

    def begin(self, case: unittest.TestCase, leftovers: OnLeftovers | None) -> None:
        """Begin a test, before it has a loop.

        :param leftovers: what the test case says about them.
        """
        self.waiting = Waiting(self._failure)
        self._name = case.id()
        self._cleanups = getattr(case, "_cleanups", [])  # unittest's own list
        self._loop, self._has_failed = None, False
        self._leftovers = LeftoverCheck(on_leftovers(leftovers, "warn"))
        self._leftovers.start()

    def take_loop(self, loop: IOLoop, threshold: float | None, *, is_owned: bool) -> None:
        """Take the loop of the test.

        :param threshold: what the test case says about callbacks that block.
        :param is_owned: whether to close the loop after the test.
        """
        self._loop, self._owns_loop = loop, is_owned
        self._leftovers.add_loop(loop)
        self._blocking.start(loop, blocking_threshold(threshold))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Note whether the test method inside the block fails."""
        self._has_failed = True
        yield
        self._has_failed = False

    def end_loop(self) -> None:
        """Cancel the tasks that are left, and close the loop if it is the test's own."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        self._blocking.stop()
        Subprocess.uninitialize()
        if not loop.asyncio_loop.is_closed():
            self._leftovers.note_tasks(loop)
        if self._owns_loop:
            try:
                _cancel_tasks(loop)
            finally:
                with self._leftovers.closing():
                    IOLoop.clear_current()
                    loop.close(all_fds=True)
        if len(self._cleanups) > 1:
            # One of them belongs to this class. The others may be there to end what is left.
            self._leftovers.forget_ended()

    def conclude(self) -> None:
        """Report what the test has left behind, after all other cleanups."""
        if self._loop is not None:
            # The setUp of a subclass has failed, or its tearDown does not call this one.
            self._has_failed = True
            self.end_loop()
        if self._has_failed:
            self._leftovers.stop()  # a test that fails has rarely cleaned up
        else:
            self._leftovers.report(self._name)
            self._blocking.raise_failure(self._failure)

    def callback_failed(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        """Fail the test for an assertion in a callback; other exceptions are only logged."""
        if not self.waiting.is_waiting and self.waiting.error is None:
            return False
        if isinstance(value, self._failure):
            return self.fail(value)
        self.waiting.logged = self.waiting.logged or value
        return False

    def fail(self, error: BaseException) -> bool:
        """Let the wait of the test raise an exception; a second one is logged."""
        if self.waiting.error is not None:
            app_log.error("multiple unhandled exceptions in test", exc_info=error)
        elif self._loop is not None:
            self.waiting.fail(self._loop, error)
        return True


def _cancel_tasks(loop: IOLoop) -> None:
    """Cancel all tasks of a loop, and let them handle it.

    :raises BaseException: if one of them raises something else.
    """
    asyncio_loop = loop.asyncio_loop
    tasks = set() if asyncio_loop.is_closed() else asyncio.all_tasks(asyncio_loop)
    for task in tasks:
        task.cancel()
    if tasks:
        done, _ = loop.run_sync(lambda: asyncio.wait(tasks))
        for task in done:
            if not task.cancelled():
                task.result()
