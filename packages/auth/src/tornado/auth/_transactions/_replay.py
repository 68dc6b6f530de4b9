"""Ids that count once: of transactions, OpenID nonces, tokens of a back-channel logout."""

from __future__ import annotations

import heapq
import string
import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import quote

from .._errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._handler import AuthHandler

#: The setting of the application that holds the store.
SETTING = "auth_replay_store"

#: What ids keep, besides letters and digits.
_NOT_QUOTED = string.punctuation.replace("%", "")


class ReplayStore(Protocol):
    """A store of ids that were used.

    One that several processes share makes an id count once in all of them; without it, each
    process has its own memory.

    .. versionadded:: 1.0
    """

    async def use(self, key: str, lifetime: float) -> bool:
        """Record that an id is used, in one step.

        :param key: the id, which has no space, after a space and the kind of thing that it names:
            ``"transaction 8DgcYQ"``, ``"logout https://login.example.com 17"``.
        :param lifetime: for how many seconds it has to be remembered.
        :returns: True if it was not used before.
        """


class MemoryReplayStore:
    """The ids that this process has seen, until they expire.

    :param max_entries: how many are kept of each kind, where ids of two providers are of two kinds. When
        there are so many that have not expired, another one is refused, because forgetting one would
        let it count twice; ids of other kinds still count.
    :param clock: returns the time in seconds.

    .. versionadded:: 1.0
    """

    def __init__(
        self, max_entries: int = 100_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_entries = max_entries
        self._clock = clock
        self._used: set[str] = set()
        self._sizes: Counter[str] = Counter()  #: of the kinds
        self._expiries: list[tuple[float, str]] = []

    async def use(self, key: str, lifetime: float) -> bool:
        """Record that an id is used; see :meth:`ReplayStore.use`.

        :raises AuthError: the store is full.
        """
        now = self._clock()
        self._forget_expired(now)
        if key in self._used:
            return False
        kind = _kind_of(key)
        if self._sizes[kind] >= self._max_entries:
            raise AuthError(
                f"the replay store is full with {self._max_entries} ids of one kind that have not"
                f" expired: give the setting {SETTING} a larger one"
            )
        self._used.add(key)
        self._sizes[kind] += 1
        heapq.heappush(self._expiries, (now + lifetime, key))
        return True

    def _forget_expired(self, now: float) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            key = heapq.heappop(self._expiries)[1]
            self._used.discard(key)
            kind = _kind_of(key)
            self._sizes[kind] -= 1
            if not self._sizes[kind]:
                del self._sizes[kind]


def _kind_of(key: str) -> str:
    return key.rpartition(" ")[0]


def replay_store(handler: AuthHandler) -> ReplayStore:
    """Return the store of the application: that of its settings, or one in memory."""
    store = handler.settings.get(SETTING)
    if store is None:
        store = handler.settings[SETTING] = MemoryReplayStore()
    return cast("ReplayStore", store)


async def use_once(handler: AuthHandler, kind: str, id: str, lifetime: float) -> bool:
    """Record in the application's store that an id is used, in one step.

    :param kind: what the id names and whose it is, nothing that a sender can choose.
    :param lifetime: for how many seconds it has to be remembered.
    :returns: True if it was not used before.
    :raises AuthError: the store is full.
    """
    # Without spaces, so that no sender of ids makes kinds.
    key = f"{kind} {quote(id, _NOT_QUOTED, errors='surrogatepass')}"
    return await replay_store(handler).use(key, lifetime)
