"""The addresses of proxies that are trusted."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from tornado.util import BoundedCache

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How many results are kept; there are few proxies.
_MAX_RESULTS = 256


class Networks:
    """A set of addresses and networks.

    :param members: addresses (``"10.0.0.9"``, ``"::1"``) and networks (``"10.0.0.0/8"``).
    :raises ValueError: one of them is neither.
    :raises TypeError: they are one text instead of a list.
    """

    def __init__(self, members: Iterable[str]) -> None:
        if isinstance(members, str | bytes):
            raise TypeError(f"a list of addresses and networks is needed: [{members!r}]")
        self._networks = [_parse(member) for member in members]
        self._results: BoundedCache[str, bool] = BoundedCache(self._find, max_entries=_MAX_RESULTS)

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self._results[address]

    def _find(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        # A socket of both families shows an IPv4 peer as ::ffff:10.0.0.9.
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


def is_loopback(text: str) -> bool:
    """Return whether an address is one of this machine's own."""
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _parse(member: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(member.strip("[]"), strict=False)
    except ValueError as error:
        raise ValueError(
            f"neither an address nor a network: {member!r}; write 10.0.0.9 or 10.0.0.0/8"
        ) from error
