"""Who is at the other end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._forwarded import ForwardedPolicy

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders
    from tornado.iostream import IOStream

_BELIEVE_X_FIELDS = ForwardedPolicy()


class ConnectionContext:
    """The client's address and protocol, shared by the requests of one connection.

    ``remote_ip`` and ``protocol`` are what the socket says. Behind a proxy every request gets a
    copy of its own, in which they are what the proxy says; see ``_forwarded``.
    """

    __slots__ = ("_policy", "address", "protocol", "remote_ip")

    def __init__(
        self,
        stream: IOStream,
        address: Any,
        protocol: str | None,
        policy: ForwardedPolicy = _BELIEVE_X_FIELDS,
    ) -> None:
        #: The address as ``accept`` gave it, or as a proxy named it by the PROXY protocol.
        self.address = address
        # "0.0.0.0" is what upstream documents for Unix sockets, which have no such address.
        self.remote_ip: str = address[0] if isinstance(address, tuple) else "0.0.0.0"  # noqa: S104  # see above
        is_secure = hasattr(stream.socket, "getpeercert")
        self.protocol = protocol or ("https" if is_secure else "http")
        self._policy = policy

    def for_request(self, headers: HTTPHeaders) -> ConnectionContext:
        """Give a copy for one request, with what trusted proxies say in its fields."""
        made = self.__class__.__new__(self.__class__)
        made.address = self.address
        made.remote_ip = self.remote_ip
        made.protocol = self.protocol
        made._policy = self._policy
        made._apply_xheaders(headers)
        return made

    def _apply_xheaders(self, headers: HTTPHeaders) -> None:
        """Believe the fields of proxies. Some programs put a function of their own in its place."""
        self._policy.apply(self, headers)

    def __str__(self) -> str:
        return self.remote_ip
