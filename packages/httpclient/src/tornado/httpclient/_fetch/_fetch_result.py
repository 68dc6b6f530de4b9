"""The result of a fetch, and the future that gets it."""

from __future__ import annotations

import asyncio
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._response._response import HTTPResponse


def resolve(future: asyncio.Future[HTTPResponse], response: HTTPResponse) -> None:
    """Give a future its result, and let a task that awaits it go on in this turn of the loop.

    Otherwise it would go on in the next turn, which costs a tenth of a fetch. This is done for one
    task of asyncio's own, while no other task runs; everything else that listens is called in the
    usual way. The caller must have nothing more to do, because the task may do anything.
    """
    listeners = getattr(future, "_callbacks", None)
    if listeners is not None and len(listeners) == 1:
        ((step, context),) = listeners
        task = getattr(step, "__self__", None)
        if (
            type(step) is BuiltinMethodType
            and isinstance(task, asyncio.Task)
            and asyncio.current_task(future.get_loop()) is None
        ):
            future.remove_done_callback(step)
            future.set_result(response)
            context.run(step, future)
            return
    future.set_result(response)


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
            resolve(future, response)
        elif self._raise_error or not response._error_is_response_code:
            future.set_exception(error)
        else:
            future.set_result(response)

    def _stop(self, future: asyncio.Future[HTTPResponse]) -> None:
        operation, self.operation = self.operation, None
        if future.cancelled() and operation is not None:
            operation.cancel()
