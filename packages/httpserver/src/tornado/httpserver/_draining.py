"""The end of a server: stop accepting, let requests finish, close what is left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tornado.tcpserver import TCPServer

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1ServerConnection

    from ._proxy_acceptor import ProxyAcceptor
    from ._starter import Starter
    from ._upgraded import UpgradedConnections

#: Seconds that upgraded connections get to say goodbye in, where all connections are closed at once.
_GOODBYE_TIME = 1.0


class DrainingServer(TCPServer):
    """A server that can end without a client noticing; `HTTPServer` has the rest of it."""

    _starter: Starter | None = None
    _proxy_acceptor: ProxyAcceptor | None = None
    _is_draining = False
    _is_stopped = False
    #: Set when the last connection is closed, while somebody waits for that.
    _emptied: asyncio.Event | None = None

    if TYPE_CHECKING:
        _connections: set[HTTP1ServerConnection]
        _upgraded: UpgradedConnections

    def stop(self) -> None:
        """Stop accepting and close the listening sockets. Open connections go on."""
        if self._proxy_acceptor is not None:
            self._proxy_acceptor.close()
        super().stop()
        self._is_stopped = True
        if self._starter is not None:
            self._starter.stop()
        self._end_if_idle()

    def _forget_connection(self, connection: object) -> None:
        """Note that a connection is closed, and what follows from it."""
        self._connections.discard(connection)
        if self._emptied is not None and self._is_empty():
            self._emptied.set()

    def _upgraded_ended(self) -> None:
        """Note that the last upgraded connection is closed."""
        self._forget_connection(None)
        if self._is_stopped:
            self._end_if_idle()

    def _is_empty(self) -> bool:
        return not self._connections and not self._upgraded

    def _end_if_idle(self) -> None:
        """End the application after the last connection of a server that was stopped."""
        if self._starter is not None and self._is_empty() and not self._is_draining:
            self._starter.end_soon()

    async def drain(
        self,
        timeout: float | None = 30.0,  # noqa: ASYNC109 - what is late is cut off, not the drain
        *,
        grace: float = 1.0,
    ) -> int:
        """Stop in a way that no client notices, as far as time allows.

        Connections that wait in the queue of a listening socket are still accepted, then the server
        stops accepting. Requests that are under way are finished, and every response from now on
        says ``Connection: close``. A connection that is idle is closed at the end of the grace
        period: a client may just be sending its next request on it, and closing would lose that
        request. Websockets are told then to go away (1001).

        :param timeout: seconds until what is still under way is cut off; ``None`` waits for ever.
        :param grace: seconds for which idle connections stay open.
        :returns: how many connections were cut off with a request under way.

        .. versionadded:: 1.0
        """
        loop = asyncio.get_running_loop()
        self._is_draining = self._upgraded.is_draining = True
        self.accept_waiting()
        self.stop()
        for connection in self._connections:
            connection.is_draining = True
        end = None if timeout is None else loop.time() + timeout
        await self._wait_until_empty(grace if timeout is None else min(grace, timeout))
        for connection in list(self._connections):
            connection.drain()
        self._upgraded.go_away()
        await self._wait_until_empty(None if end is None else end - loop.time())
        late = sum(not connection.is_closing for connection in self._connections)
        await self.close_all_connections()
        return late

    async def _wait_until_empty(self, seconds: float | None) -> None:
        """Wait until no connection is left, but not longer than that."""
        if self._is_empty():
            return
        self._emptied = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._emptied.wait()

    async def close_all_connections(self) -> None:
        """Close every open connection at once, also those with a request under way.

        Websockets get a close frame with the code 1001, "going away", and a second to answer it.
        :meth:`stop` alone only stops accepting; :meth:`drain` lets requests finish.

        .. versionchanged:: 1.0
           Websockets are closed as well.
        """
        self._upgraded.go_away()
        while self._connections:
            await next(iter(self._connections)).close()
        await self._wait_until_empty(_GOODBYE_TIME)
        self._upgraded.abort()
        await self._wait_until_empty(_GOODBYE_TIME)
        if self._is_stopped and self._starter is not None:
            await self._starter.end()

    async def _close(self) -> None:
        """Stop at once, because the loop ends."""
        self.stop()
        await self.close_all_connections()
