"""The classic way to wait in a test: ``stop`` in a callback ends ``wait`` in the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._timeout import get_async_test_timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.ioloop import IOLoop


class Waiting:
    """The state that ``stop``, ``wait`` and failing callbacks of one test share.

    :param failure: the class of exceptions that fail a test.
    """

    def __init__(self, failure: type[BaseException]) -> None:
        self._failure = failure
        #: The exception that ends the wait.
        self.error: BaseException | None = None
        #: The first exception of a callback that was only logged.
        self.logged: BaseException | None = None
        self._is_running = False
        self._is_stopped = False
        self._result: Any = None

    def stop(self, loop: IOLoop, result: Any) -> None:
        """Let the wait that is under way, or the next one, return a result."""
        self._result = result
        self._is_stopped = True
        if self._is_running:
            self._is_running = False
            loop.stop()

    def wait(
        self, loop: IOLoop, condition: Callable[..., bool] | None, timeout: float | None
    ) -> Any:
        """Run the loop until it is stopped, and return the result."""
        if not self._is_stopped:
            self._run(loop, condition, get_async_test_timeout() if timeout is None else timeout)
        if not self._is_stopped:
            raise self._failure("the loop was stopped by something other than stop() of the test")
        self._is_stopped = False
        self.raise_error()
        result, self._result = self._result, None
        return result

    def _run(self, loop: IOLoop, condition: Callable[..., bool] | None, timeout: float) -> None:
        timer = loop.call_later(timeout, self._expire, loop, timeout) if timeout else None
        try:
            while True:
                self._is_running = True
                loop.start()
                if self.error is not None or condition is None or condition():
                    break
        finally:
            self._is_running = False
            if timer is not None:
                loop.remove_timeout(timer)

    def _expire(self, loop: IOLoop, timeout: float) -> None:
        error = self._failure(f"Async operation timed out after {timeout} seconds")
        error.__cause__ = self.logged
        self.fail(loop, error)

    def fail(self, loop: IOLoop, error: BaseException) -> None:
        """Let the wait raise an exception."""
        self.error = error
        self.stop(loop, None)

    @property
    def is_waiting(self) -> bool:
        """Whether a wait is under way."""
        return self._is_running

    def raise_error(self) -> None:
        """Raise what has failed, once."""
        error, self.error = self.error, None
        if error is not None:
            raise error
