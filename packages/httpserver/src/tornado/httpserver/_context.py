"""Who is at the other end of a connection."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado.iostream import IOStream


class ConnectionContext:
    """The client's address and protocol, shared by the requests of one connection.

    ``remote_ip`` and ``protocol`` are what the socket says; a proxy's word is taken per request,
    see ``_forwarded``.
    """

    __slots__ = ("address", "protocol", "remote_ip")

    def __init__(self, stream: IOStream, address: Any, protocol: str | None) -> None:
        #: The address as ``accept`` gave it.
        self.address = address
        if stream.socket.family in (socket.AF_INET, socket.AF_INET6) and address is not None:
            self.remote_ip: str = address[0]
        else:
            self.remote_ip = "0.0.0.0"  # noqa: S104  # what upstream documents for Unix sockets
        is_secure = hasattr(stream.socket, "getpeercert")
        self.protocol = protocol or ("https" if is_secure else "http")

    def __str__(self) -> str:
        return self.remote_ip
