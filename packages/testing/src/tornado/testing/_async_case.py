"""Test cases with a loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
import unittest
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOMainLoop
from tornado.process import Subprocess
from tornado.stack_context import ExceptionStackContext

from ._blocking import BlockingCheck
from ._checks import LeftoverCheck, OnLeftovers, blocking_threshold, on_leftovers
from ._waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

app_log = logging.getLogger("tornado.application")


class AsyncTestCase(unittest.TestCase):
    """A test case with a loop of its own for each test, :attr:`io_loop`.

    A test that is a coroutine has the decorator :func:`gen_test`::

        class FetchTest(AsyncTestCase):
            @gen_test
            async def test_fetch(self):
                response = await AsyncHTTPClient().fetch("http://www.tornadoweb.org")
                self.assertIn(b"Tornado", response.body)

    A test with callbacks waits until one of them calls :meth:`stop`::

            def test_fetch_with_callback(self):
                AsyncHTTPClient().fetch("http://www.tornadoweb.org", self.stop)
                response = self.wait()
                self.assertIn(b"Tornado", response.body)

    A subclass of :class:`unittest.IsolatedAsyncioTestCase` as well needs no decorator: its loop is
    the one of :mod:`unittest`, and every ``async def test_...`` runs on it.

    The loop is closed after each test, with tasks and sockets that the test has left on it. A
    warning names them, see :attr:`leftovers`.
    """

    #: What happens to a test that leaves a task, a timer, a socket, an HTTP client or a periodic
    #: callback behind: ``"warn"``, ``"fail"`` or ``"ignore"``. None: the environment variable
    #: ``TORNADO_TEST_LEFTOVERS`` decides, and without it, there is a :exc:`LeftBehindWarning`.
    #:
    #: .. versionadded:: 1.0
    leftovers: ClassVar[OnLeftovers | None] = None

    #: The seconds that one callback may hold the loop before the test fails for it; 0 for no limit.
    #: None: the environment variable ``TORNADO_TEST_BLOCKING`` decides, and without it, there is
    #: no limit.
    #:
    #: .. versionadded:: 1.0
    blocking_threshold: ClassVar[float | None] = None

    #: The loop of the test.
    io_loop: IOLoop

    def __init__(self, methodName: str = "runTest") -> None:  # noqa: N803 - unittest's name
        super().__init__(methodName)
        self.__waiting = Waiting(self.failureException)
        self.__leftovers = LeftoverCheck("ignore")
        self.__blocking = BlockingCheck()
        self.__is_set_up = False

    # -- set up and tear down ---------------------------------------------------------------

    def setUp(self) -> None:
        """Make the loop. An override calls this first."""
        super().setUp()
        self.__waiting = Waiting(self.failureException)
        self.__is_set_up = False
        self.__leftovers = LeftoverCheck(on_leftovers(self.leftovers, "warn"))
        self.__leftovers.start()
        self.addCleanup(self.__conclude)
        main = IOLoop.instance() if IOLoop.initialized() else None
        self.io_loop = self.get_new_ioloop()
        self.__owns_loop = self.io_loop is not main and not isinstance(
            self.io_loop, AsyncIOMainLoop
        )
        self.io_loop.make_current()
        self.__is_set_up = True
        self.__blocking.start(self.io_loop, blocking_threshold(self.blocking_threshold))

    def tearDown(self) -> None:
        """Cancel the tasks that are left and close the loop. An override calls this last."""
        self.__end_loop()
        super().tearDown()
        self.__waiting.raise_error()

    def get_new_ioloop(self) -> IOLoop:
        """Return the loop for a test.

        Override it for a loop of another kind. The main loop of the process, and a loop that
        asyncio has started, are not closed after the test.
        """
        runner: asyncio.Runner | None = getattr(self, "_asyncioRunner", None)
        if runner is None:
            return IOLoop(make_current=False)
        # unittest.IsolatedAsyncioTestCase brings a loop, and runs setUp before it starts it.
        asyncio.set_event_loop(runner.get_loop())
        return IOLoop.current()

    def __end_loop(self) -> None:
        self.__is_set_up = False
        self.__blocking.stop()
        Subprocess.uninitialize()
        loop = self.io_loop
        if not loop.asyncio_loop.is_closed():
            self.__leftovers.look_at_tasks(loop)
        if self.__owns_loop:
            try:
                _cancel_tasks(loop)
            finally:
                with self.__leftovers.closing():
                    IOLoop.clear_current()
                    loop.close(all_fds=True)
        cleanups: list[object] = getattr(self, "_cleanups", [])  # unittest's own list
        if len(cleanups) > 1:
            # Some of them may be there to end it; only one is of this class.
            self.__leftovers.excuse()

    def __conclude(self) -> None:
        """Report what the test has left behind, after all other cleanups."""
        has_failed = not getattr(getattr(self, "_outcome", None), "success", True)
        if self.__is_set_up:
            # The setUp of a subclass has failed, or its tearDown does not call this one.
            self.__end_loop()
            self.__leftovers.excuse()
        if has_failed:
            self.__leftovers.stop()  # a test that fails has seldom cleaned up
            return
        self.__leftovers.report(self.id())
        self.__blocking.raise_failure(self.failureException)

    # -- running ----------------------------------------------------------------------------

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test; a failing assertion in a callback fails it."""
        with ExceptionStackContext(self.__callback_failed):
            ran = super().run(result)
        self.__waiting.raise_error()
        return ran

    def _callTestMethod(self, method: Callable[[], Any]) -> None:  # noqa: N802 - unittest's name
        if isinstance(self, unittest.IsolatedAsyncioTestCase):
            super()._callTestMethod(method)  # type: ignore[misc] # unittest's own hook has no stub
            return
        result = method()
        if isinstance(result, Generator) or inspect.iscoroutine(result):
            close: Callable[[], None] = result.close
            close()
            raise TypeError(
                "Generator and coroutine test methods should be decorated with"
                " tornado.testing.gen_test"
            )
        if result is not None:
            raise ValueError(f"Return value from test method ignored: {result!r}")

    def __callback_failed(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        """Take an assertion that has failed in a callback; leave other exceptions to the log."""
        if not self.__waiting.is_waiting:
            return False
        if isinstance(value, self.failureException):
            self._handle_exception(typ, value, tb)
            return True
        self.__waiting.logged = self.__waiting.logged or value
        return False

    def _handle_exception(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        if self.__waiting.error is None:
            self.__waiting.fail(self.io_loop, value)
        else:
            app_log.error("multiple unhandled exceptions in test", exc_info=(typ, value, tb))
        return True

    # -- waiting ----------------------------------------------------------------------------

    def stop(self, _arg: Any = None, **kwargs: Any) -> None:
        """Let :meth:`wait` return: the call under way, or the next one.

        :param _arg: what it returns, or keyword arguments for a dict of these.
        """
        if kwargs and _arg is not None:
            raise self.failureException("stop() takes one value or keyword arguments, not both")
        self.__waiting.stop(self.io_loop, kwargs or _arg)

    def wait(
        self, condition: Callable[..., bool] | None = None, timeout: float | None = None
    ) -> Any:
        """Run the loop until :meth:`stop` is called, and return what it was given.

        A failing assertion in a callback is raised here. Other exceptions in callbacks are logged;
        if the test then waits in vain, its failure names the first of them as its cause.

        :param condition: tells whether to return; otherwise the loop runs until the next
            :meth:`stop`.
        :param timeout: seconds, by default those of :func:`get_async_test_timeout`; 0 waits for
            ever.
        :raises AssertionError: if the time is up.
        """
        return self.__waiting.wait(self.io_loop, condition, timeout)


def _cancel_tasks(loop: IOLoop) -> None:
    """Cancel all tasks of a loop, and let them handle it.

    :raises BaseException: what one of them raises instead.
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
