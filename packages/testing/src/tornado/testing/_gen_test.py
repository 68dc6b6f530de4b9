"""Tests that are coroutines."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from tornado.gen import coroutine

from ._timeout import get_async_test_timeout
from ._watch._origin import frames_of

if TYPE_CHECKING:
    from tornado.ioloop import IOLoop

F = TypeVar("F", bound=Callable[..., Any])


@overload
def gen_test(func: F, timeout: float | None = None) -> F: ...


@overload
def gen_test(func: None = None, timeout: float | None = None) -> Callable[[F], F]: ...


def gen_test(
    func: Callable[..., Any] | None = None, timeout: float | None = None
) -> Callable[..., Any]:
    """Run a coroutine, native or a generator, as a test method of an :class:`AsyncTestCase`.

    ::

        class MyTest(AsyncHTTPTestCase):
            @gen_test
            async def test_something(self):
                response = await self.http_client.fetch(self.get_url("/"))

            @gen_test(timeout=10)
            def test_something_slow(self):
                response = yield self.http_client.fetch(self.get_url("/slow"))

    :param timeout: seconds, by default those of :func:`get_async_test_timeout`. After this time the
        test is cancelled and fails with a :exc:`TimeoutError` that says at which line the test was
        waiting.
    """
    seconds = get_async_test_timeout() if timeout is None else timeout
    if func is None:
        return functools.partial(_run_on_loop, seconds)
    return _run_on_loop(seconds, func)


def _run_on_loop(timeout: float, func: F) -> F:
    @functools.wraps(func)
    def test(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = functools.partial(func, self, *args, **kwargs)
        return CoroutineRun(self.io_loop, timeout).run(call)

    return cast("F", test)


class CoroutineRun:
    """One run of a coroutine on a loop that is started for it.

    :param timeout: seconds that it may take.
    """

    def __init__(self, loop: IOLoop, timeout: float) -> None:
        self._loop = loop
        self._timeout = timeout
        self._operation: Any = None
        #: Where the coroutine was waiting when its time was up.
        self._place: str | None = None

    def run(self, func: Callable[[], Any]) -> Any:
        """Run the loop until the coroutine is done, and return its result.

        :param func: returns a coroutine or a generator, or runs the test itself.
        :raises TimeoutError: if the time is up.
        """

        def begin() -> Any:
            self._operation = func()
            return self._operation

        # Due just before the timer of run_sync, which cancels the operation: it waits nowhere then.
        timer = self._loop.call_later(self._timeout, self._expire)
        try:
            result = self._loop.run_sync(coroutine(begin), timeout=self._timeout)
        except TimeoutError as error:
            if self._place:
                error.add_note(self._place)
            raise
        finally:
            self._loop.remove_timeout(timer)
        if self._place is not None:
            raise self._make_late_error()
        return result

    def _expire(self) -> None:
        frames = traceback.StackSummary.extract(
            (frame, frame.f_lineno) for frame in frames_of(self._operation)
        )
        self._place = "".join(["the test was waiting here:\n", *frames.format()]).rstrip()

    def _make_late_error(self) -> TimeoutError:
        error = TimeoutError(f"operation timed out after {self._timeout} seconds")
        error.add_note(self._place or "")
        return error
