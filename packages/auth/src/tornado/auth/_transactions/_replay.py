"""Ids that count once: of transactions, OpenID nonces, tokens of a logout, refresh tokens in use."""

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
    """A store of ids that were used: the setting ``auth_replay_store``.

    One that several processes share makes an id count once in all of them; without it, each
    process has its own memory. :class:`SQLiteReplayStore` is one for the processes of a machine.

    An exception that is not an :exc:`AuthError` fails the request; nobody is signed in then.

    .. versionadded:: 1.0
    """

    async def use(self, key: str, lifetime: float) -> bool:
        """Record that an id is used, in one step.

        :param key: the id, which has no space, after a space and the kind of thing that it names:
            ``"transaction 3q2-7wAB 8DgcYQ"``, ``"logout https://login.example.com 17"``.
        :param lifetime: for how many seconds it has to be remembered.
        :returns: True if it was not used before.
        """

    async def forget(self, key: str) -> None:
        """Let an id be used again: a refresh token whose use came to nothing, or that is good for more."""


class MemoryReplayStore:
    """The ids that this process has seen, until they expire.

    None is forgotten before, because it could count twice. So the store can be full, and then an id is
    refused if there are as many of its kind as there are free places: one sender of many ids fills at
    most half of the store, and two of them a third each. What is left is for the others.

    A kind is what stands before the last space of a key: there is one for the logout tokens of each
    provider, and one for the sign-ins of each address that they began at.

    :param max_entries: how many ids are kept.
    :param clock: returns the time in seconds.

    .. versionadded:: 1.0
    """

    def __init__(
        self, max_entries: int = 200_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_entries = max_entries
        self._clock = clock
        self._used: dict[str, float] = {}  #: when each expires
        self._sizes: Counter[str] = Counter()  #: of the kinds
        self._expiries: list[tuple[float, str]] = []

    async def use(self, key: str, lifetime: float) -> bool:
        """Record that an id is used; see :meth:`ReplayStore.use`.

        :raises AuthError: the store has no place for another id of this kind.
        """
        now = self._clock()
        self._forget_expired(now)
        if key in self._used:
            return False
        kind = kind_of(key)
        check_place(self._sizes.get(kind, 0), self._max_entries - len(self._used))
        self._used[key] = now + lifetime
        self._sizes[kind] += 1
        heapq.heappush(self._expiries, (now + lifetime, key))
        return True

    async def forget(self, key: str) -> None:
        """Let an id be used again; see :meth:`ReplayStore.forget`."""
        self._remove(key)
        if len(self._expiries) > 2 * len(self._used) + 1:  # what was forgotten takes memory there
            self._expiries = [(expires, each) for each, expires in self._used.items()]
            heapq.heapify(self._expiries)

    def _forget_expired(self, now: float) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            expires, key = heapq.heappop(self._expiries)
            if self._used.get(key) == expires:  # not one that was forgotten and used again
                self._remove(key)

    def _remove(self, key: str) -> None:
        if self._used.pop(key, None) is None:
            return
        kind = kind_of(key)
        self._sizes[kind] -= 1
        if not self._sizes[kind]:
            del self._sizes[kind]


def kind_of(key: str) -> str:
    """Return the kind of thing that a key names, and whose it is."""
    return key.rpartition(" ")[0]


def check_place(size: int, free: int) -> None:
    """Check that another id of a kind may be kept.

    :param size: how many there are of its kind.
    :param free: how many more fit into the store.
    :raises AuthError: there are as many of its kind as there are free places.
    """
    if size >= free:
        raise AuthError(
            f"the replay store is full with {size} ids of this kind that have not expired: give the"
            f" setting {SETTING} a larger one, or wait some minutes"
        )


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
    return await replay_store(handler).use(replay_key(kind, id), lifetime)


def replay_key(kind: str, id: str) -> str:
    """Return the key of an id: without spaces in it, so that no sender of ids makes kinds."""
    return f"{kind} {quote(id, _NOT_QUOTED, errors='surrogatepass')}"
