"""Refreshing tokens, where the provider replaces the refresh token each time (RFC 9700 section 4.14)."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ._claims import StoredTokens

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from .._handler import AuthHandler

    Request = Callable[[], Coroutine[Any, Any, dict[str, Any]]]
    Check = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
    Replace = Callable[[dict[str, Any]], Awaitable[None] | None]

#: The setting of the application that holds the refreshes under way.
SETTING = "auth_refreshes"

#: For how many seconds the result is kept, for requests that read the old token before it was replaced.
KEPT_FOR = 30.0


class _Refresh:
    """A refresh token that is used: the request, and the call that stores its result."""

    def __init__(self, request: Request) -> None:
        self.request = asyncio.ensure_future(request())
        self.callers = 0  #: how many have not got the result yet
        self._storing: asyncio.Task[None] | None = None

    def has_failed(self) -> bool:
        """Tell whether the request has failed, though some have not heard of it yet."""
        request = self.request
        return request.done() and (request.cancelled() or request.exception() is not None)

    async def store(self, replace: Replace | None, tokens: dict[str, Any]) -> None:
        """Store tokens once. A failure reaches all that wait, and may be tried again."""
        if self._storing is None or (self._storing.done() and self._storing.exception()):
            if replace is None or isinstance(self.request.result(), StoredTokens):
                return
            self._storing = asyncio.ensure_future(_call(replace, tokens))
        await self._storing


class Refreshes:
    """The refreshes of an application: one request for each token, whose result everybody gets who asks.

    A provider that rotates refresh tokens takes a second use of one for theft, and ends the session.
    So the answer is kept for a while even if what follows fails: its check, or storing it.

    :param max_kept: how many results are kept.
    :param clock: returns the time in seconds.
    """

    def __init__(self, max_kept: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_kept = max_kept
        self._clock = clock
        self._tasks: OrderedDict[bytes, _Refresh] = OrderedDict()
        self._done: OrderedDict[bytes, float] = OrderedDict()
        self._finishing: set[asyncio.Task[dict[str, Any]]] = set()

    async def run(
        self,
        key: str,
        request: Request,
        check: Check | None = None,
        replace: Replace | None = None,
    ) -> dict[str, Any]:
        """Refresh a token, or wait for the refresh of it that is under way.

        Cancelling one that waits does not stop the refresh: the others need its result.

        :param key: names the token, with its provider and its client.
        :param request: uses the token. It is called once.
        :param check: returns what this caller may see of the tokens, or raises. It is called for
            each caller.
        :param replace: stores the tokens. Only the first is called.
        """
        self._forget_old()
        digest = hashlib.sha256(key.encode()).digest()
        refresh = self._tasks.get(digest)
        if refresh is None or refresh.has_failed():
            refresh = self._tasks[digest] = _Refresh(request)
        finishing = asyncio.ensure_future(self._finish(digest, refresh, check, replace))
        self._finishing.add(finishing)
        finishing.add_done_callback(self._finishing.discard)
        return await asyncio.shield(finishing)

    async def _finish(
        self, digest: bytes, refresh: _Refresh, check: Check | None, replace: Replace | None
    ) -> dict[str, Any]:
        self._done.pop(digest, None)  # not forgotten meanwhile
        refresh.callers += 1
        try:
            tokens = dict(await refresh.request)
            if check is not None:
                tokens = await check(tokens)
            await refresh.store(replace, dict(tokens))
        finally:
            refresh.callers -= 1
            self._keep(digest, refresh)
        return tokens

    def _keep(self, digest: bytes, refresh: _Refresh) -> None:
        """Keep a result for a while after its last caller; a failed request may be tried again."""
        if refresh.callers or self._tasks.get(digest) is not refresh:
            return
        if refresh.has_failed():
            del self._tasks[digest]
        else:
            self._done[digest] = self._clock()

    def _forget_old(self) -> None:
        now = self._clock()
        while self._done:
            key, ended = next(iter(self._done.items()))
            if now - ended < KEPT_FOR and len(self._done) <= self._max_kept:
                break
            del self._done[key], self._tasks[key]


async def _call(replace: Replace, tokens: dict[str, Any]) -> None:
    waiting = replace(tokens)
    if waiting is not None:
        await waiting


def refreshes_of(handler: AuthHandler) -> Refreshes:
    """Return the refreshes of an application."""
    found: Refreshes = handler.settings.setdefault(SETTING, Refreshes())
    return found
