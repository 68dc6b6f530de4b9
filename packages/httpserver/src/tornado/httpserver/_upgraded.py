"""Connections that speak another protocol now, such as websockets, and how a server ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class UpgradedConnection(Protocol):
    """What has taken a stream over from HTTP."""

    def go_away(self) -> None:
        """Begin to close, as the protocol does it; a second call has nothing to do."""

    def abort(self) -> None:
        """Close the stream at once."""


class UpgradedConnections:
    """The upgraded connections of a server.

    :param on_empty: called when the last one has ended.
    """

    __slots__ = ("_connections", "_on_empty", "is_draining")

    def __init__(self, on_empty: Callable[[], None]) -> None:
        self._connections: set[UpgradedConnection] = set()
        self._on_empty = on_empty
        #: No more of them should begin.
        self.is_draining = False

    def __bool__(self) -> bool:
        return bool(self._connections)

    def add(self, connection: UpgradedConnection) -> Callable[[], None]:
        """Take a connection; the function that is returned has to be called at its end."""
        self._connections.add(connection)

        def forget() -> None:
            self._connections.discard(connection)
            if not self._connections:
                self._on_empty()

        return forget

    def go_away(self) -> None:
        """Begin to close all of them."""
        for connection in list(self._connections):
            connection.go_away()

    def abort(self) -> None:
        """Close at once those that are left."""
        for connection in list(self._connections):
            connection.abort()
