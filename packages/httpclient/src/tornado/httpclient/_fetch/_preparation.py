"""The hooks that change a request before it is sent."""

from __future__ import annotations

import asyncio
import contextvars
from inspect import isawaitable
from typing import TYPE_CHECKING

from .._request._request import settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from .._request._request import HTTPRequest
    from ._fetch import Fetch

    Hook = Callable[[HTTPRequest], Awaitable[None] | None]


class Preparation:
    """A run of the hooks of a fetch, one after the other, on a copy of its request.

    They run in the caller's context, in a task that ends with the fetch. What follows runs in an
    empty context, because the connection serves others as well.
    """

    def __init__(self, fetch: Fetch, hooks: Iterable[Hook]) -> None:
        self._fetch = fetch
        fetch.operation = self
        request = settle(fetch.request, {})
        request.headers = fetch.request.headers.copy()
        self._task: asyncio.Task[None] = fetch.loop.create_task(
            _run(hooks, request), context=fetch.context
        )
        self._request = request
        self._task.add_done_callback(self._end, context=contextvars.Context())

    def abort(self) -> None:
        """Stop the hook that runs."""
        self._task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        fetch = self._fetch
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if fetch.operation is not self:
            return  # aborted: nobody waits for the request any more
        fetch.operation = None
        if error is None:
            fetch.perform_prepared(self._request)
        else:
            fetch.refuse(error)


async def _run(hooks: Iterable[Hook], request: HTTPRequest) -> None:
    for hook in hooks:
        waiting = hook(request)
        if isawaitable(waiting):
            await waiting
