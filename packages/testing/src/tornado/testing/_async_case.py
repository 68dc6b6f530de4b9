"""Test cases with a loop."""

from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOMainLoop
from tornado.stack_context import ExceptionStackContext

from ._state import TestState

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ._watch._checks import OnLeftovers


class AsyncTestCase(unittest.TestCase):
    """A test case with a loop of its own for each test, :attr:`io_loop`.

    Use the decorator :func:`gen_test` for a test that is a coroutine::

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

    A class that is also a subclass of :class:`unittest.IsolatedAsyncioTestCase` needs no decorator:
    every ``async def test_...`` runs on the loop of :mod:`unittest`.

    The loop is closed after each test, together with the tasks and sockets that the test has left on
    it. A warning names them; see :attr:`leftovers`.
    """

    #: What happens to a test that leaves a task, a timer, a socket, an HTTP client or a periodic
    #: callback: ``"warn"``, ``"fail"`` or ``"ignore"``. With None, the environment variable
    #: ``TORNADO_TEST_LEFTOVERS`` decides; the default is a :exc:`LeftBehindWarning`.
    #:
    #: .. versionadded:: 1.0
    leftovers: ClassVar[OnLeftovers | None] = None

    #: The seconds that one callback may hold the loop before the test fails; 0 for no limit. With
    #: None, the environment variable ``TORNADO_TEST_BLOCKING`` decides; by default nothing is checked.
    #:
    #: .. versionadded:: 1.0
    blocking_threshold: ClassVar[float | None] = None

    #: The loop of the test.
    io_loop: IOLoop

    def __init__(self, methodName: str = "runTest") -> None:  # noqa: N803 - unittest's name
        super().__init__(methodName)
        self.__state = TestState(self.failureException)

    # -- set up and tear down ---------------------------------------------------------------

    def setUp(self) -> None:
        """Make the loop. An override calls this first."""
        super().setUp()
        self.__state.begin(self, self.leftovers)
        self.addCleanup(self.__state.conclude)
        main = IOLoop.instance() if IOLoop.initialized() else None
        self.io_loop = self.get_new_ioloop()
        self.io_loop.make_current()
        is_owned = self.io_loop is not main and not isinstance(self.io_loop, AsyncIOMainLoop)
        self.__state.take_loop(self.io_loop, self.blocking_threshold, is_owned=is_owned)

    def tearDown(self) -> None:
        """Cancel the tasks that are left and close the loop. An override calls this last."""
        self.__state.end_loop()
        super().tearDown()
        self.__state.waiting.raise_error()

    def get_new_ioloop(self) -> IOLoop:
        """Return the loop for a test.

        Override it to use another kind of loop. The main loop of the process and a loop that asyncio
        has started are not closed after the test.
        """
        runner: asyncio.Runner | None = getattr(self, "_asyncioRunner", None)
        if runner is None:
            return IOLoop(make_current=False)
        # unittest.IsolatedAsyncioTestCase has a loop of its own, and calls setUp before it runs it.
        asyncio.set_event_loop(runner.get_loop())
        return IOLoop.current()

    # -- running ----------------------------------------------------------------------------

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test. A failing assertion in a callback fails it."""
        with ExceptionStackContext(self.__state.callback_failed):
            ran = super().run(result)
        self.__state.waiting.raise_error()
        return ran

    def _callTestMethod(self, method: Callable[[], Any]) -> None:  # noqa: N802 - unittest's name
        with self.__state.running():
            if isinstance(self, unittest.IsolatedAsyncioTestCase):
                super()._callTestMethod(method)  # type: ignore[misc]  # a hook without a stub
            else:
                _check_result(method())

    def _handle_exception(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        return self.__state.fail(value)

    # -- waiting ----------------------------------------------------------------------------

    def stop(self, _arg: Any = None, **kwargs: Any) -> None:
        """Let the current or the next call of :meth:`wait` return.

        :param _arg: the value that it returns. With keyword arguments instead, it returns a dict of
            them.
        """
        if kwargs and _arg is not None:
            raise self.failureException("stop() takes one value or keyword arguments, not both")
        self.__state.waiting.stop(self.io_loop, kwargs or _arg)

    def wait(
        self, condition: Callable[..., bool] | None = None, timeout: float | None = None
    ) -> Any:
        """Run the loop until :meth:`stop` is called, and return what it was given.

        A failing assertion in a callback is raised here. Other exceptions in callbacks are logged, and
        if the time is up, the first of them is the cause of the failure.

        :param condition: tells whether to return; otherwise the loop runs until the next
            :meth:`stop`.
        :param timeout: seconds, by default those of :func:`get_async_test_timeout`; 0 for no limit.
        :raises AssertionError: if the time is up.
        """
        return self.__state.waiting.wait(self.io_loop, condition, timeout)


def _check_result(result: Any) -> None:
    """Make sure that a test method has run, and is not a generator that nothing steps.

    :raises TypeError: for a generator or a coroutine.
    :raises ValueError: for any other result.
    """
    if isinstance(result, Generator) or inspect.iscoroutine(result):
        result.close()
        raise TypeError(
            "Generator and coroutine test methods should be decorated with tornado.testing.gen_test"
        )
    if result is not None:
        raise ValueError(f"Return value from test method ignored: {result!r}")
