"""The fetches of a client: those under way, and those that wait until others are done."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._fetch import Fetch

    Origin = tuple[str, str, int]


class RequestQueue:
    """A bound on the fetches under way, in all and per origin; the others wait.

    Origins take turns, and the fetches of one origin go in the order in which they came: a thousand
    requests to a slow server do not delay the one for another server.

    :param max_active: how many fetches are under way at once.
    :param max_active_per_origin: how many of them go to one origin; None for no such bound.
    """

    def __init__(self, max_active: int, max_active_per_origin: int | None = None) -> None:
        self._max_active = max_active
        self._max_active_per_origin = max_active_per_origin
        self._active: dict[Fetch, Origin] = {}
        self._active_per_origin: dict[Origin, int] = {}
        self._waiting: OrderedDict[Origin, OrderedDict[Fetch, None]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def active(self) -> int:
        """How many fetches are under way."""
        return len(self._active)

    def enter(self, fetch: Fetch) -> bool:
        """Return true if the fetch may start now; otherwise it waits and is started later."""
        origin = fetch.target.origin
        if len(self._active) < self._max_active:
            if self._max_active_per_origin is None:
                self._active[fetch] = origin  # the most common case of `_admit`, without a call
                return True
            if self._has_room(origin):
                self._admit(fetch, origin)
                return True
        waiting = self._waiting.get(origin)
        if waiting is None:
            waiting = self._waiting[origin] = OrderedDict()
        waiting[fetch] = None
        return False

    def leave(self, fetch: Fetch) -> None:
        """Remove a fetch that is over, whether it was under way or waiting."""
        origin = self._active.pop(fetch, None)
        if origin is None:
            self._remove_waiting(fetch)
            return
        if self._max_active_per_origin is not None:
            self._active_per_origin[origin] -= 1
            if not self._active_per_origin[origin]:
                del self._active_per_origin[origin]
        if self._waiting:
            self._start_next()

    def __iter__(self) -> Iterator[Fetch]:
        """Iterate over a copy: what is under way now, and then what waits now."""
        return iter([*self._active, *self.waiting()])

    def waiting(self) -> list[Fetch]:
        """Return the fetches that wait now."""
        return [fetch for waiting in self._waiting.values() for fetch in waiting]

    def _has_room(self, origin: Origin) -> bool:
        most = self._max_active_per_origin
        return most is None or self._active_per_origin.get(origin, 0) < most

    def _admit(self, fetch: Fetch, origin: Origin) -> None:
        self._active[fetch] = origin
        if self._max_active_per_origin is not None:
            self._active_per_origin[origin] = self._active_per_origin.get(origin, 0) + 1

    def _start_next(self) -> None:
        if len(self._active) >= self._max_active:
            return
        for origin, waiting in self._waiting.items():
            if not self._has_room(origin):
                continue
            fetch, _ = waiting.popitem(last=False)
            if waiting:
                self._waiting.move_to_end(origin)
            else:
                del self._waiting[origin]
            self._admit(fetch, origin)
            fetch.loop.call_soon(self._start, fetch)
            return

    def _start(self, fetch: Fetch) -> None:
        if not fetch.is_settled:
            fetch.start()

    def _remove_waiting(self, fetch: Fetch) -> None:
        for origin, waiting in self._waiting.items():
            if fetch in waiting:
                del waiting[fetch]
                if not waiting:
                    del self._waiting[origin]
                return
