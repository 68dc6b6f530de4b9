"""Refresh tokens that one process uses, and no other one at the same time.

Theory of operation: who wants to use a refresh token claims it in the store that all processes share. One gets
it. The others wait until the new tokens are where the first has stored them, or until the claim is given back,
because the request failed or the token was not replaced. A claim on a token that was replaced is never
given back: it expires after all that could still know the old token.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING, Any

from .._errors import TokenInUseError
from .._transactions._replay import replay_key, replay_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from .._handler import AuthHandler

    Request = Callable[[], Coroutine[Any, Any, dict[str, Any]]]
    Reload = Callable[[], Awaitable[dict[str, Any] | None]]

#: Seconds for which a claim lasts: longer than two requests and what stores their result take.
LIFETIME = 120.0

#: Seconds to wait for another process, and between two looks.
PATIENCE = 60.0
_INTERVAL = 0.1


class StoredTokens(dict[str, Any]):
    """Tokens that another process has got and stored."""


class Claim:
    """The claim on a refresh token.

    :param provider: whose token it is.
    :param reload: returns the tokens as they are stored now.
    """

    def __init__(
        self, handler: AuthHandler, provider: str, refresh_token: str, reload: Reload | None
    ) -> None:
        digest = hashlib.sha256(refresh_token.encode()).hexdigest()
        self._store = replay_store(handler)
        self._key = replay_key(f"refresh {provider}", digest)
        self._refresh_token = refresh_token
        self._reload = reload

    async def refresh(self, request: Request) -> dict[str, Any]:
        """Use the token in this process alone, or return what another one has got for it.

        :param request: uses the token.
        :raises TokenInUseError: another process uses it, and what it gets did not come.
        """
        stored = await self._wait()
        if stored is not None:
            return stored
        try:
            tokens = await request()
        except Exception:
            await self._store.forget(self._key)
            raise
        if tokens["refresh_token"] == self._refresh_token:
            await self._store.forget(self._key)
        return tokens

    async def _wait(self) -> StoredTokens | None:
        """Claim the token, and return None; or return the tokens that have replaced it."""
        ends = time.monotonic() + PATIENCE
        while not await self._store.use(self._key, LIFETIME):
            if self._reload is None:
                raise TokenInUseError(
                    "this refresh token is used by another process, or was replaced just now: read the"
                    " tokens again, or pass reload"
                )
            stored = await self._reload()
            if stored and stored.get("refresh_token") not in (None, self._refresh_token):
                return StoredTokens(stored)
            if time.monotonic() >= ends:
                raise TokenInUseError(
                    f"another process uses this refresh token, and stored nothing in {PATIENCE:g} seconds"
                )
            await asyncio.sleep(_INTERVAL)
        return None
