"""The result of a fetch, on its way to the future of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.ioloop import set_result_and_wake

if TYPE_CHECKING:
    import asyncio

    from .._response._response import HTTPResponse


class FetchResult:
    """The link between a fetch and its future: a callback for the response, and for a cancellation.

    :param raise_error: whether a status outside of 2xx is raised.
    :param is_classic: whether nothing is raised at all.
    """

    __slots__ = ("_future", "_is_classic", "_raise_error", "operation")

    def __init__(
        self, future: asyncio.Future[HTTPResponse], raise_error: bool, is_classic: bool
    ) -> None:
        #: What ``fetch_impl`` has returned.
        self.operation: Any = None
        self._future = future
        self._raise_error = raise_error
        self._is_classic = is_classic
        future.add_done_callback(self._stop)

    def __call__(self, response: HTTPResponse) -> None:
        # A reference cycle, body and all, would stay until the garbage collector runs.
        self.operation = None
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
        operation, self.operation = self.operation, None
        if future.cancelled() and operation is not None:
            operation.cancel()
