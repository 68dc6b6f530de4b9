"""The start and the end of an application under a server of ASGI."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tornado.httpserver import Lifespans

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Event = dict[str, Any]

app_log = logging.getLogger("tornado.application")


class Start:
    """The hooks of an application, called by the lifespan of the server or before the first request."""

    def __init__(self, application: object) -> None:
        #: What hooks and requests share.
        self.state: dict[str, Any] = {}
        self._lifespans = Lifespans(application)
        self._starting: asyncio.Task[None] | None = None

    async def ensure(self) -> None:
        """Start the application if the server has not: some know no lifespan.

        A request that is cancelled meanwhile cancels no start that others wait for.

        :raises Exception: what a hook has raised; the server answers 500.
        """
        if self._lifespans.enter_nowait():
            return
        loop = asyncio.get_running_loop()
        starting = self._starting
        if starting is None or starting.done() or starting.get_loop() is not loop:
            starting = self._starting = loop.create_task(self._lifespans.enter())
        await asyncio.shield(starting)

    async def leave(self) -> None:
        """End the application, unless others serve it."""
        await self._lifespans.leave()

    async def serve_lifespan(
        self,
        scope: Event,
        receive: Callable[[], Awaitable[Event]],
        send: Callable[[Event], Awaitable[None]],
    ) -> None:
        """Serve a scope of the type ``lifespan``."""
        state = scope.get("state")
        if state is not None:
            state.update(self.state)
            self.state = state
        await receive()
        try:
            await self.ensure()
        except Exception as error:  # noqa: BLE001 - the server gets it, and ends
            app_log.error("the application did not start: %r", error, exc_info=error)
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.leave()
        await send({"type": "lifespan.shutdown.complete"})
