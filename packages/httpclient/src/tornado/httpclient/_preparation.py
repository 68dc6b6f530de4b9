"""The hooks that change a request before it is sent."""

from __future__ import annotations

import asyncio
import contextvars
from inspect import isawaitable
from typing import TYPE_CHECKING

from ._request import settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ._exchange import Exchange
    from ._request import HTTPRequest

    Hook = Callable[[HTTPRequest], Awaitable[None] | None]


class Preparation:
    """Run an exchange's hooks, one behind the other, on a copy of its request.

    They run in the context of whoever asked for the fetch, in a task that ends with the exchange.
    What follows runs in an empty context, because the connection serves others as well.
    """

    def __init__(self, exchange: Exchange, hooks: Iterable[Hook]) -> None:
        self._exchange = exchange
        exchange.work = self
        request = settle(exchange.request, {})
        request.headers = exchange.request.headers.copy()
        self._task: asyncio.Task[None] = exchange.loop.create_task(
            _run(hooks, request), context=exchange.context
        )
        self._request = request
        self._task.add_done_callback(self._end, context=contextvars.Context())

    def abort(self) -> None:
        """Stop the hook that runs."""
        self._task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        exchange = self._exchange
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if exchange.work is not self:
            return  # aborted: nobody waits for the request any more
        exchange.work = None
        if error is None:
            exchange.take_prepared(self._request)
        else:
            exchange.refuse(error)


async def _run(hooks: Iterable[Hook], request: HTTPRequest) -> None:
    for hook in hooks:
        waiting = hook(request)
        if isawaitable(waiting):
            await waiting
