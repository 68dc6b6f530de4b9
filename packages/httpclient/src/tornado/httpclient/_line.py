"""Who may fetch now, and who waits."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._exchange import Exchange

    Origin = tuple[str, str, int]


class Line:
    """Bound how many exchanges are under way, in all and per origin.

    Origins take turns, and within one the first to come is the first to go: a thousand requests
    to a slow server do not keep the one for another server waiting.

    :param most: exchanges under way at once.
    :param most_per_origin: those to one origin; None for no such bound.
    """

    def __init__(self, most: int, most_per_origin: int | None = None) -> None:
        self._most = most
        self._most_per_origin = most_per_origin
        self._active: dict[Exchange, Origin] = {}
        self._per_origin: dict[Origin, int] = {}
        self._waiting: OrderedDict[Origin, OrderedDict[Exchange, None]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def active(self) -> int:
        """How many exchanges are under way."""
        return len(self._active)

    def enter(self, exchange: Exchange) -> bool:
        """Return true if the exchange may start now; otherwise it waits and is started later."""
        origin = exchange.target.origin
        if len(self._active) < self._most and (
            self._most_per_origin is None or self._has_room(origin)
        ):
            self._admit(exchange, origin)
            return True
        queue = self._waiting.get(origin)
        if queue is None:
            queue = self._waiting[origin] = OrderedDict()
        queue[exchange] = None
        return False

    def leave(self, exchange: Exchange) -> None:
        """Take note that an exchange is done with, whether it was under way or waiting."""
        origin = self._active.pop(exchange, None)
        if origin is None:
            self._remove(exchange)
            return
        if self._most_per_origin is not None:
            self._per_origin[origin] -= 1
            if not self._per_origin[origin]:
                del self._per_origin[origin]
        if self._waiting:
            self._start_next()

    def __iter__(self) -> Iterator[Exchange]:
        """Give what is under way now and then what waits now, whatever becomes of it meanwhile."""
        return iter([*self._active, *self.waiting()])

    def waiting(self) -> list[Exchange]:
        """Return what waits now."""
        return [exchange for queue in self._waiting.values() for exchange in queue]

    def _has_room(self, origin: Origin) -> bool:
        most = self._most_per_origin
        return most is None or self._per_origin.get(origin, 0) < most

    def _admit(self, exchange: Exchange, origin: Origin) -> None:
        self._active[exchange] = origin
        if self._most_per_origin is not None:
            self._per_origin[origin] = self._per_origin.get(origin, 0) + 1

    def _start_next(self) -> None:
        if len(self._active) >= self._most:
            return
        for origin, queue in self._waiting.items():
            if not self._has_room(origin):
                continue
            exchange, _ = queue.popitem(last=False)
            if queue:
                self._waiting.move_to_end(origin)
            else:
                del self._waiting[origin]
            self._admit(exchange, origin)
            exchange.loop.call_soon(self._start, exchange)
            return

    def _start(self, exchange: Exchange) -> None:
        if not exchange.is_settled:
            exchange.start()

    def _remove(self, exchange: Exchange) -> None:
        for origin, queue in self._waiting.items():
            if exchange in queue:
                del queue[exchange]
                if not queue:
                    del self._waiting[origin]
                return
