"""PROXY headers, read from sockets that were just accepted."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Any

from ._proxy_protocol import ProxyHeader, ProxyHeaderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._networks import Networks

gen_log = logging.getLogger("tornado.general")

_PEEK = 2200


class ProxyAcceptor:
    """What waits for the header of each connection that comes from a known proxy.

    The header is read from the socket itself, and not a byte more. What follows (TLS or HTTP) finds
    the socket as if the client had connected directly.

    :param proxies: the proxies that must send a header. Others must not: what they send is read as
        HTTP, in which such a header is an error.
    :param accept: called with the socket and the client's address.
    :param timeout: seconds for the header; ``None`` for no limit.
    """

    def __init__(
        self,
        proxies: Networks,
        accept: Callable[[socket.socket, Any], None],
        timeout: float | None,
    ) -> None:
        self._proxies = proxies
        self._accept = accept
        self._timeout = timeout
        self._waiting: set[_Connection] = set()

    def accept(self, connection: socket.socket, address: Any) -> None:
        """Accept a new connection, when its header has come if it must have one."""
        if isinstance(address, tuple) and address[0] not in self._proxies:
            self._accept(connection, address)
            return
        connection.setblocking(False)
        self._waiting.add(_Connection(self, connection, address))

    def close(self) -> None:
        """Close the connections whose header has not come yet."""
        for waiting in list(self._waiting):
            waiting.close()

    def finish(self, waiting: _Connection, address: Any) -> None:
        """Go on with a connection whose header is complete."""
        self._waiting.discard(waiting)
        if address is None:
            waiting.connection.close()
            return
        try:
            self._accept(waiting.connection, address)
        except Exception:  # noqa: BLE001 - one connection's error must not end the others
            gen_log.exception("Error in the accept callback for %r", address)
            waiting.connection.close()


class _Connection:
    """One connection that waits for its header."""

    def __init__(self, acceptor: ProxyAcceptor, connection: socket.socket, address: Any) -> None:
        self._acceptor = acceptor
        self.connection = connection
        self._address = address
        self._header = ProxyHeader()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connection.fileno(), self._read)
        self._timer: asyncio.TimerHandle | None = None
        if acceptor._timeout is not None:
            self._timer = self._loop.call_later(acceptor._timeout, self.close)

    def close(self) -> None:
        """Close the connection, because its header does not come."""
        self._end(None)

    def _read(self) -> None:
        try:
            seen = self.connection.recv(_PEEK, socket.MSG_PEEK)
            if seen:
                self.connection.recv(self._header.feed(seen))
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, ProxyHeaderError) as error:
            gen_log.info("no connection through %r: %s", self._address, error)
            self._end(None)
            return
        if not seen:
            self._end(None)
        elif self._header.done:
            self._end(self._header.source or self._address)

    def _end(self, address: Any) -> None:
        self._loop.remove_reader(self.connection.fileno())
        if self._timer is not None:
            self._timer.cancel()
        self._acceptor.finish(self, address)
