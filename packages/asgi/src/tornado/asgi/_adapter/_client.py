"""What a scope says about the client, in the form that handlers know."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tornado.netutil import is_valid_ip

if TYPE_CHECKING:
    from collections.abc import Callable

_is_address = lru_cache(maxsize=1024)(is_valid_ip)


class ClientContext:
    """The client of a request: ``request.connection.context``."""

    __slots__ = ("address", "protocol", "remote_ip", "root_path")

    def __init__(self, scope: dict[str, Any]) -> None:
        client = scope.get("client")
        #: The address as the server gives it, host and port; None for a Unix socket.
        self.address: Any = None if client is None else _address(client)
        host = "" if client is None else str(client[0])
        #: The address without the port; with a proxy, servers may give other text, which is dropped.
        self.remote_ip: str = host if _is_address(host) else "0.0.0.0"  # noqa: S104 - upstream's word for no address
        #: Where the application is mounted, without a slash at its end; empty for the root.
        self.root_path: str = (scope.get("root_path") or "").rstrip("/")
        #: ``http`` or ``https``.
        self.protocol = "https" if scope.get("scheme") in ("https", "wss") else "http"

    def __str__(self) -> str:
        return self.remote_ip


def _address(client: Any) -> tuple[str, int]:
    host, port = client[0], client[1] if len(client) > 1 else 0
    try:
        return str(host), int(port or 0)  # granian gives ports as text
    except ValueError:
        return str(host), 0


class ClientStream:
    """What stands for the stream of a connection that is the server's: ``request.connection.stream``.

    Programs ask it whether the client is still there. Nothing can be read from it or written to it.
    """

    #: There is none that could be reached, as on a closed stream.
    socket: Any = None

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._is_closed = False
        #: Why the connection was lost, None if the client or the application has closed it.
        self.error: BaseException | None = None

    def closed(self) -> bool:
        """Return true after the client has left, or the application has closed the connection."""
        return self._is_closed

    def close(self) -> None:
        """Close the connection, without finishing the response."""
        self._close()

    def set_nodelay(self, value: bool) -> None:
        """Do nothing: that is the server's affair."""

    def mark_closed(self, error: BaseException | None) -> None:
        """Take notice of the end of the connection."""
        self._is_closed = True
        self.error = error
