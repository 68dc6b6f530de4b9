"""How much one visitor may send."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_KEYS = 10_000


class RateLimit:
    """So many events a second for each key, and some more at once after a pause.

    :param rate: events a second.
    :param burst: events at once.
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / rate
        self._tolerance = self._interval * (burst - 1)
        self._clock = clock
        self._due: dict[str, float] = {}  # when a key that keeps to the rate would be next

    def wait_time(self, *keys: str) -> float:
        """Count an event for each key and return 0; or return the seconds to wait, and count nothing."""
        now = self._clock()
        due = {key: max(self._due.get(key, now), now) for key in keys}
        wait = max(due.values()) - now - self._tolerance
        if wait > 1e-9:
            return wait
        if len(self._due) >= _MAX_KEYS:
            self._due = {each: time_ for each, time_ in self._due.items() if time_ > now}
        self._due.update((key, time_ + self._interval) for key, time_ in due.items())
        return 0


def network_of(address: str) -> str:
    """Return what one visitor has: an IPv4 address, or the 64 bits that a network of IPv6 begins with."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a Unix socket has none
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
