"""Limits on the number of connections, in all and per address."""

from __future__ import annotations

import logging
from typing import Any

gen_log = logging.getLogger("tornado.general")


class ConnectionLimits:
    """The numbers of open connections, and their limits.

    :param total: how many connections may be open at a time; None for any number.
    :param per_address: how many of them may come from one address; None for any number.
    """

    def __init__(self, total: int | None, per_address: int | None) -> None:
        for name, limit in (("total", total), ("per_address", per_address)):
            if limit is not None and limit < 1:
                raise ValueError(f"the limit of connections must be 1 or more: {name}={limit}")
        self.total = total
        self.per_address = per_address
        self.open = 0
        self._by_host: dict[Any, int] = {}
        self._is_refusing = False

    def admit(self, address: Any) -> bool:
        """Count a new connection, or refuse it. The first refusal in a row is logged."""
        host = host_of(address)
        count = self._by_host.get(host, 0)
        if self.total is not None and self.open >= self.total:
            self._refuse(f"{self.open} connections are open, the limit")
            return False
        if self.per_address is not None and count >= self.per_address:
            self._refuse(f"{count} connections come from {host}, the limit per address")
            return False
        self._is_refusing = False
        self.open += 1
        self._by_host[host] = count + 1
        return True

    def release(self, address: Any) -> None:
        """Stop counting a connection, which is closed."""
        host = host_of(address)
        self.open -= 1
        if self._by_host[host] > 1:
            self._by_host[host] -= 1
        else:
            del self._by_host[host]

    def _refuse(self, reason: str) -> None:
        if not self._is_refusing:
            self._is_refusing = True
            gen_log.warning("refusing connections: %s", reason)


def host_of(address: Any) -> Any:
    """Return the part of a socket address that identifies the peer's machine."""
    return address[0] if isinstance(address, tuple) else address
