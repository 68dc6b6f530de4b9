"""Functions that an application calls before its first request and after its last one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar

from tornado.httpserver import Lifespan
from tornado.log import app_log

from ._tasks import running_requests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._application import Application

#: A ``def`` or an ``async def``, called with the application.
Hook = Callable[[Any], Awaitable[Any] | None]

F = TypeVar("F", bound=Hook)

#: How many seconds cancelled requests have to clean up.
_CLEANUP_TIMEOUT = 5


class Hooks(list[Hook]):
    """A list of functions, to which a decorator adds.

    :param hooks: the first ones.
    :param is_used: tells whether the application is already served: then it is too late to add.
    """

    def __init__(self, hooks: Iterable[Hook], is_used: Callable[[], bool]) -> None:
        super().__init__(hooks)
        self._is_used = is_used

    def __call__(self, hook: F) -> F:
        """Add a function, and return it: for use as a decorator.

        :raises RuntimeError: the application is already served.
        """
        self.append(hook)
        return hook

    def append(self, hook: Hook) -> None:
        self._check(hook)
        super().append(hook)

    def extend(self, hooks: Iterable[Hook]) -> None:
        for hook in hooks:
            self.append(hook)

    def insert(self, index: SupportsIndex, hook: Hook) -> None:
        self._check(hook)
        super().insert(index, hook)

    def _check(self, hook: Hook) -> None:
        if self._is_used():
            raise RuntimeError(
                f"{_name_of(hook)} comes too late: the application is already served, register it"
                " before listen()"
            )


class Lifecycle:
    """The hooks of an application, and the lifespan in which they are called.

    :param application: the argument of the hooks.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        settings = application.settings
        self.lifespan = Lifespan(self._start, self._end, self._is_empty)
        self.on_startup = Hooks(settings.get("on_startup", ()), self._is_used)
        self.on_shutdown = Hooks(settings.get("on_shutdown", ()), self._is_used)

    def _is_used(self) -> bool:
        return self.lifespan.is_used

    def _hooks(self, name: str) -> list[Hook]:
        """Return the hooks of a name; a program may have replaced the list."""
        hooks = vars(self._application).get(name)
        return list(hooks if isinstance(hooks, list) else getattr(self, name))

    def _is_empty(self) -> bool:
        return not (self._hooks("on_startup") or self._hooks("on_shutdown"))

    async def _start(self) -> None:
        for hook in self._hooks("on_startup"):
            await self._call(hook)

    async def _end(self) -> None:
        await self._end_requests()
        for hook in reversed(self._hooks("on_shutdown")):
            try:
                await self._call(hook)
            except (Exception, asyncio.CancelledError):  # noqa: BLE001 - logged; the others are called nevertheless
                app_log.exception("uncaught exception in on_shutdown: %s", _name_of(hook))

    async def _end_requests(self) -> None:
        """Cancel the requests that still run, so that they end before the things that they use."""
        requests = running_requests(self._application)
        for task in requests:
            task.cancel()
        if requests:
            with suppress(asyncio.CancelledError):  # the loop ends, and has cancelled this task too
                await asyncio.wait(requests, timeout=_CLEANUP_TIMEOUT)

    async def _call(self, hook: Hook) -> None:
        result = hook(self._application)
        if result is not None:
            await result


def _name_of(hook: object) -> str:
    return getattr(hook, "__qualname__", None) or repr(hook)
