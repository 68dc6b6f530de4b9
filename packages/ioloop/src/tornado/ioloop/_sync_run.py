"""Running one function on a loop that is started for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ._exits import holds_exit

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

    from ._loop import IOLoop


class SyncRun:
    """One call of :meth:`.IOLoop.run_sync`."""

    def __init__(self, loop: IOLoop, func: Callable[[], Any], timeout: float | None) -> None:
        self.loop = loop
        self.func = func
        self.timeout = timeout
        self.has_expired = False
        self.is_over = False
        #: What the function raised before it returned anything to wait for.
        self.error: BaseException | None = None
        #: What the function returned.
        self.future: Future[Any] | None = None

    def run(self) -> Any:
        """Run the loop until the function is done, and return its result."""
        # This thread is about to run the loop: there is nobody to wake, as add_callback would.
        self.loop.asyncio_loop.call_soon(self.loop._run_callback, self._call)
        timer = None
        if self.timeout is not None:
            timer = self.loop.call_later(self.timeout, self._expire)
        try:
            self.loop.start()
        except BaseException as error:
            if self.future is not None:
                _give_up(self.future, error)
            raise
        finally:
            # The loop may run again for something else, or may have been running already.
            self.is_over = True
            if timer is not None:
                self.loop.remove_timeout(timer)
        return self._result()

    def _call(self) -> None:
        from tornado.gen import convert_yielded

        if self.is_over:
            return
        try:
            result = self.func()
            if result is None:
                result = self.loop.asyncio_loop.create_future()
                result.set_result(None)
            self.future = convert_yielded(result)
        except BaseException as error:  # noqa: BLE001 - the caller of run_sync gets it
            self.error = error
            self.loop.stop()
        else:
            self.loop.add_future(self.future, self._finish)

    def _finish(self, future: Future[Any]) -> None:
        if self.is_over:
            return
        if holds_exit(future):
            # This usually ends the loop already. uvloop would then keep a stop for its next run.
            self.loop.add_callback(self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        if not self.is_over:
            self.loop.stop()

    def _expire(self) -> None:
        self.has_expired = True
        # Something that can be cancelled may need a few rounds to clean up. There is no point in
        # waiting for anything else.
        if self.future is None or not self.future.cancel():
            self.loop.stop()

    def _result(self) -> Any:
        if self.error is not None:
            raise self.error
        future = self.future
        if future is not None and future.done() and not (self.has_expired and future.cancelled()):
            return future.result()
        if self.has_expired:
            raise TimeoutError(f"Operation timed out after {self.timeout} seconds")
        if isinstance(future, asyncio.Task):
            future._log_destroy_pending = False  # type: ignore[attr-defined]  # as run_until_complete does
        raise RuntimeError("Event loop stopped before Future completed.")


def _give_up(future: Future[Any], error: BaseException) -> None:
    """Settle a future whose loop was left by an exception.

    If the future waits for what raised the exception, it would raise it once more in the next run
    of the loop, so it is cancelled. An interrupt that came while the loop was waiting has nothing
    to do with it: it continues in the next run.
    """
    from tornado.platform.asyncio._interrupt import is_raised_while_waiting

    if future.done():
        holds_exit(future)  # retrieves the exception, so that asyncio does not log it again
    elif isinstance(error, SystemExit) or not is_raised_while_waiting(error.__traceback__):
        future.cancel()
