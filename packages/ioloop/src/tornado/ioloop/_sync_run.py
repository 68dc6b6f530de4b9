"""Running one function on a loop that is started for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

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
            work._log_destroy_pending = False  # type: ignore[attr-defined] # as run_until_complete does
        raise RuntimeError("Event loop stopped before Future completed.")
