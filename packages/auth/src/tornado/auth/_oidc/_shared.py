"""A value that is fetched by the first that needs it, shared by all that wait, and kept for a while."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

T = TypeVar("T")


class SharedValue(Generic[T]):
    """A value with a lifetime, and at most one fetch of it at a time in an event loop.

    A caller that is cancelled does not end the fetch for the others. An error goes to all that
    waited, and is not kept.

    :param lifetime: seconds for which a value is kept.
    :param clock: seconds that never go back.
    """

    def __init__(self, lifetime: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._value: T | None = None
        self._fetched = -float("inf")  #: when the value was asked for
        self._asked = -float("inf")  #: when a fetch was begun last
        self._task: asyncio.Task[T] | None = None

    def kept(self) -> T | None:
        """Return the value if there is one and it is not too old."""
        return self._value if self._clock() < self._fetched + self._lifetime else None

    def seconds_since_fetch(self) -> float:
        """Return how long ago the last fetch was begun, whether it succeeded or not."""
        return self._clock() - self._asked

    def is_being_fetched(self) -> bool:
        """Tell whether a fetch is under way in this event loop."""
        task = self._task
        if task is None or task.done():
            return False
        return task.get_loop() is asyncio.get_running_loop()

    async def get(self, fetch: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the value, fetched if there is none."""
        kept = self.kept()
        return await self.renew(fetch) if kept is None else kept

    async def renew(self, fetch: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Fetch the value again, or wait for the fetch that is under way."""
        task = self._task
        if task is None or not self.is_being_fetched():
            task = self._task = asyncio.create_task(self._fetch(fetch))
            task.add_done_callback(_see_error)
        return await asyncio.shield(task)

    async def _fetch(self, fetch: Callable[[], Coroutine[Any, Any, T]]) -> T:
        asked = self._asked = self._clock()
        value = await fetch()
        self._value, self._fetched = value, asked
        return value


def _see_error(task: asyncio.Task[Any]) -> None:
    """Take the exception from a task, whose waiters may all have gone: asyncio would log it."""
    if not task.cancelled():
        task.exception()
