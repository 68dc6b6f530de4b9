"""Resolving for one exchange, which can then say what it was waiting for."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from tornado.netutil import Resolver

if TYPE_CHECKING:
    from tornado.httpclient._exchange import Exchange


class WatchedResolver(Resolver):
    """Ask another resolver, and let an exchange know for which host and how long.

    :param resolver: finds the addresses.
    """

    def initialize(  # type: ignore[override]  # made here alone, with these arguments
        self, resolver: Resolver, exchange: Exchange
    ) -> None:
        """Set up the resolver; see the class."""
        self._resolver = resolver
        self._exchange = exchange

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Return the addresses of a host."""
        self._exchange.resolving = host
        try:
            return await self._resolver.resolve(host, port, family)
        finally:
            self._exchange.resolving = None
