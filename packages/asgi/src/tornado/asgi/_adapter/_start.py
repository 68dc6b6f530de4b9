"""The start and the end of an application under a server of ASGI."""

from __future__ import annotations

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

    async def ensure(self) -> None:
        """Start the application if the server has not: some know no lifespan.

        :raises Exception: what a hook has raised; the server answers 500.
        """
        if not self._lifespans.enter_nowait():
            await self._lifespans.enter()

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
        await self._lifespans.leave()
        await send({"type": "lifespan.shutdown.complete"})
