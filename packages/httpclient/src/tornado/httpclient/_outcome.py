"""The future of a fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.ioloop import set_result_and_wake

if TYPE_CHECKING:
    import asyncio

    from ._response import HTTPResponse


class Outcome:
    """Bring the response of a fetch to its future, and a cancellation to the fetch.

    :param raise_error: whether a status outside of 2xx is raised.
    :param is_classic: whether nothing is raised at all.
    """

    __slots__ = ("_future", "_is_classic", "_raise_error", "work")

    def __init__(
        self, future: asyncio.Future[HTTPResponse], raise_error: bool, is_classic: bool
    ) -> None:
        #: What ``fetch_impl`` has returned.
        self.work: Any = None
        self._future = future
        self._raise_error = raise_error
        self._is_classic = is_classic
        future.add_done_callback(self._stop)

    def __call__(self, response: HTTPResponse) -> None:
        # What is done with is freed at once: a circle, body and all, would wait for the collector.
        self.work = None
        future = self._future
        if future.done():
            return
        # Only a cancellation is of interest, and a callback that is not there costs nothing.
        future.remove_done_callback(self._stop)
        error = response.error
        if error is None or self._is_classic:
            set_result_and_wake(future, response)
        elif self._raise_error or not response._error_is_response_code:
            future.set_exception(error)
        else:
            future.set_result(response)

    def _stop(self, future: asyncio.Future[HTTPResponse]) -> None:
        work, self.work = self.work, None
        if future.cancelled() and work is not None:
            work.cancel()
