"""A connection that is being made for one exchange."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from tornado.httpclient._exchange import Exchange

    from ._connection import Connection


class Opening:
    """Make a connection in a task of its own, and let it perform the exchange's hop.

    The task runs in an empty context: the connection serves others after this exchange.
    """

    def __init__(
        self, exchange: Exchange, make: Callable[[Exchange], Coroutine[None, None, Connection]]
    ) -> None:
        self._exchange: Exchange | None = exchange
        exchange.work = self
        context = contextvars.Context()
        self._task: asyncio.Task[None] = exchange.loop.create_task(
            self._open(exchange, make), context=context
        )

    async def _open(
        self, exchange: Exchange, make: Callable[[Exchange], Coroutine[None, None, Connection]]
    ) -> None:
        try:
            connection = await make(exchange)
        except Exception as error:  # noqa: BLE001 - it goes to whoever awaits the fetch
            if self._exchange is not None:
                exchange.fail(error)
            return
        if self._exchange is None:
            connection.close()
        else:
            connection.perform(exchange)

    def abort(self) -> None:
        """Stop; what is half open is closed."""
        self._exchange = None
        self._task.cancel()
