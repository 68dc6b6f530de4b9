"""Refreshing tokens, where the provider replaces the refresh token each time (RFC 9700 section 4.14)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._handler import AuthHandler

#: The setting of the application that holds the refreshes under way.
SETTING = "auth_refreshes"

#: For how many seconds the result is kept, for requests that read the old token before it was replaced.
KEPT_FOR = 30.0


class Refreshes:
    """The refreshes of an application: one for each token, whose result everybody gets who asks.

    A provider that rotates refresh tokens takes a second use of one for theft, and ends the session.

    :param max_kept: how many results are kept.
    :param clock: returns the time in seconds.
    """

    def __init__(self, max_kept: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_kept = max_kept
        self._clock = clock
        self._tasks: OrderedDict[bytes, asyncio.Task[dict[str, Any]]] = OrderedDict()
        self._done: OrderedDict[bytes, float] = OrderedDict()

    async def run(
        self, token: str, refresh: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Refresh a token, or wait for the refresh of it that is under way.

        Cancelling one that waits does not stop the refresh: the others need its result.
        """
        self._forget_old()
        key = hashlib.sha256(token.encode()).digest()
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(_call(refresh))
            task.add_done_callback(lambda done: self._end(key, done))
        return dict(await asyncio.shield(task))

    def _end(self, key: bytes, task: asyncio.Task[dict[str, Any]]) -> None:
        """Keep a result for a while; a failure may be tried again."""
        if task.cancelled() or task.exception() is not None:
            del self._tasks[key]
        else:
            self._done[key] = self._clock()

    def _forget_old(self) -> None:
        now = self._clock()
        while self._done:
            key, ended = next(iter(self._done.items()))
            if now - ended < KEPT_FOR and len(self._done) <= self._max_kept:
                break
            del self._done[key], self._tasks[key]


async def _call(refresh: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    return await refresh()


def refreshes_of(handler: AuthHandler) -> Refreshes:
    """Return the refreshes of an application."""
    found: Refreshes = handler.settings.setdefault(SETTING, Refreshes())
    return found
