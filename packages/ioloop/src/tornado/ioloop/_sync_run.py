"""Running one function on a loop that is started for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ._leaving import leaves_the_loop

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
        self.expired = False
        self.over = False
        #: What the function raised before there was anything to wait for.
        self.error: BaseException | None = None
        self.work: Future[Any] | None = None

    def run(self) -> Any:
        """Run the loop until the function is done, and return its result."""
        self.loop.add_callback(self._launch)
        timer = None
        if self.timeout is not None:
            timer = self.loop.call_later(self.timeout, self._expire)
        try:
            self.loop.start()
        except BaseException as error:
            if self.work is not None:
                _give_up(self.work, error)
            raise
        finally:
            # The loop may run again for something else, or may have been running already.
            self.over = True
            if timer is not None:
                self.loop.remove_timeout(timer)
        return self._outcome()

    def _launch(self) -> None:
        from tornado.gen import convert_yielded

        if self.over:
            return
        try:
            result = self.func()
            if result is None:
                result = self.loop.asyncio_loop.create_future()
                result.set_result(None)
            self.work = convert_yielded(result)
        except BaseException as error:  # noqa: BLE001 - the caller of run_sync gets it
            self.error = error
            self.loop.stop()
        else:
            self.loop.add_future(self.work, self._finish)

    def _finish(self, work: Future[Any]) -> None:
        if self.over:
            return
        if leaves_the_loop(work):
            # The loop ends by this, as a rule. uvloop would keep a stop for its next run.
            self.loop.add_callback(self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        if not self.over:
            self.loop.stop()

    def _expire(self) -> None:
        self.expired = True
        # Work that can be cancelled may need a few rounds to clean up. There is no point in
        # waiting for any other.
        if self.work is None or not self.work.cancel():
            self.loop.stop()

    def _outcome(self) -> Any:
        if self.error is not None:
            raise self.error
        work = self.work
        if work is not None and work.done() and not (self.expired and work.cancelled()):
            return work.result()
        if self.expired:
            raise TimeoutError(f"Operation timed out after {self.timeout} seconds")
        if isinstance(work, asyncio.Task):
            work._log_destroy_pending = False  # type: ignore[attr-defined]  # as run_until_complete does
        raise RuntimeError("Event loop stopped before Future completed.")


def _give_up(work: Future[Any], error: BaseException) -> None:
    """Settle work whose loop was left by an exception.

    Work that waits for what has raised it would raise it once more in the loop's next run. Only an
    interrupt that came while the loop waited says nothing about the work, which goes on then.
    """
    from tornado.platform.asyncio._interrupt import has_met_the_wait

    if work.done():
        leaves_the_loop(work)  # looked at, so that asyncio does not log it again
    elif isinstance(error, SystemExit) or not has_met_the_wait(error.__traceback__):
        work.cancel()
