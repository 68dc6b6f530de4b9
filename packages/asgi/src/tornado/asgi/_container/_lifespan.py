"""The scope ``lifespan``: the start and the end of an application (ASGI lifespan 2.0)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tornado.httpserver import Lifespan

from ._errors import MessageError, StartupError

if TYPE_CHECKING:
    from ._scope import ScopeMaker
    from ._types import ASGIApplication, Message

app_log = logging.getLogger("tornado.application")
gen_log = logging.getLogger("tornado.general")

_MODES = ("auto", "on", "off")


class ApplicationLifespan:
    """What tells an application that it starts and ends.

    :param scopes: get the state that the application fills.
    :param mode: see :class:`ASGIContainer`.
    """

    def __init__(self, application: ASGIApplication, scopes: ScopeMaker, mode: str) -> None:
        if mode not in _MODES:
            raise ValueError(f"lifespan is one of {', '.join(_MODES)}, not {mode!r:.40}")
        self._application = application
        self._scopes = scopes
        self._mode = mode
        self._run: _Run | None = None
        #: What servers enter.
        self.lifespan = Lifespan(self._start, self._end, lambda: mode == "off")

    async def _start(self) -> None:
        run = _Run(self._application)
        try:
            is_supported = await run.start()
        except BaseException:
            run.cancel()
            raise
        if is_supported:
            self._run = run
            self._scopes.state = run.state
        elif self._mode == "on":
            raise StartupError("the application does not take the scope lifespan") from run.error
        else:
            gen_log.debug("the application takes no lifespan: %r", run.error)

    async def _end(self) -> None:
        run, self._run = self._run, None
        self._scopes.state = None
        if run is not None:
            await run.end()


class _Run:
    """One run of an application through its lifespan."""

    def __init__(self, application: ASGIApplication) -> None:
        self.state: dict[str, Any] = {}
        #: Why the application does not take the scope.
        self.error: BaseException | None = None
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[str | None] = self._loop.create_future()
        self._ended: asyncio.Future[str | None] = self._loop.create_future()
        self._end_requested = asyncio.Event()
        self._has_received = False
        self._has_told_failure = False
        self._task = self._loop.create_task(self._serve(application))

    async def _serve(self, application: ASGIApplication) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await application(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - the application's own
            self.error = error
            if self._started.done():
                self._report(error)

    def _report(self, error: Exception) -> None:
        """Log what was raised after the start, unless the application has said that it failed."""
        if self._started.result() is None and not (self._ended.done() and self._ended.result()):
            app_log.error("exception in the lifespan of the application", exc_info=error)

    async def _receive(self) -> Message:
        if not self._has_received:
            self._has_received = True
            return {"type": "lifespan.startup"}
        try:
            await self._end_requested.wait()
        except asyncio.CancelledError:
            # The loop ends without waiting for its servers, as after Ctrl-C. The application is told
            # so in the way that it knows.
            task = asyncio.current_task()
            if task is not self._task or not self._started.done() or self._end_requested.is_set():
                raise
            task.uncancel()
            self._end_requested.set()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        step, _, result = kind.removeprefix("lifespan.").partition(".")
        future = {"startup": self._started, "shutdown": self._ended}.get(step)
        if future is None or result not in ("complete", "failed"):
            raise MessageError(f"there is no message of the type {kind!r:.60} here")
        if future.done():
            raise MessageError(f"{kind} was sent a second time")
        failure = None
        if result == "failed":
            failure = str(message.get("message", "")).strip() or "no reason given"
            if step == "shutdown" and not self._end_requested.is_set():
                # It fails while the server serves: nobody asks for its end before the server does.
                app_log.error("the lifespan of the application has failed: %s", failure)
                self._has_told_failure = True
        future.set_result(failure)

    async def start(self) -> bool:
        """Wait for the start.

        :returns: false if the application does not take the scope.
        :raises StartupError: it says that it cannot start.
        """
        await _wait_for_first(self._started, self._task)
        if not self._started.done():
            return False
        failure = self._started.result()
        if failure is not None:
            raise StartupError(f"the application says: {failure}")
        return True

    async def end(self) -> None:
        """Tell the application that it ends, and wait until it has."""
        self._end_requested.set()
        await _wait_for_first(self._ended, self._task)
        if self._ended.done():
            failure = self._ended.result()
            if failure is not None and not self._has_told_failure:
                app_log.error("the application did not end well: %s", failure)
        await asyncio.wait([self._task])

    def cancel(self) -> None:
        """Give up, because the start has failed."""
        self._task.cancel()


async def _wait_for_first(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
