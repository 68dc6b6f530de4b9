"""Who is at the other end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._interposed import Interposed

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httputil import (
        HTTPConnection,
        HTTPHeaders,
        HTTPMessageDelegate,
        RequestStartLine,
        ResponseStartLine,
    )
    from tornado.iostream import IOStream

    from ._forwarded import ForwardedPolicy


class ConnectionContext:
    """The client's address and protocol, shared by the requests of one connection.

    ``remote_ip`` and ``protocol`` are what the socket says. Behind a proxy every request gets a
    copy of its own, in which they are what the proxy says; see ``_forwarded``.
    """

    __slots__ = ("_orig_protocol", "_policy", "address", "protocol", "remote_ip")

    def __init__(
        self,
        stream: IOStream,
        address: Any,
        protocol: str | None,
        policy: ForwardedPolicy | None = None,
    ) -> None:
        #: The address as ``accept`` gave it, or as a proxy named it by the PROXY protocol.
        self.address = address
        self.remote_ip: str = self._orig_remote_ip
        is_secure = hasattr(stream.socket, "getpeercert")
        self.protocol = self._orig_protocol = protocol or ("https" if is_secure else "http")
        self._policy = policy

    @property
    def _orig_remote_ip(self) -> str:
        """What `remote_ip` is without proxies: the name by which instrumentation asks for it."""
        # "0.0.0.0" is what upstream documents for Unix sockets, which have no such address.
        return self.address[0] if isinstance(self.address, tuple) else "0.0.0.0"  # noqa: S104 - nothing listens on it

    def for_request(self, headers: HTTPHeaders) -> ConnectionContext:
        """Give a copy for one request, with what trusted proxies say in its fields."""
        made = self.__class__.__new__(self.__class__)
        made.address = self.address
        made.remote_ip = self.remote_ip
        made.protocol = self.protocol
        made._orig_protocol = self._orig_protocol
        made._policy = self._policy
        made._apply_xheaders(headers)
        return made

    def _apply_xheaders(self, headers: HTTPHeaders) -> None:
        """Believe the fields of proxies. Some programs put a function of their own in its place."""
        if self._policy is None:
            from ._forwarded import ForwardedPolicy

            self._policy = ForwardedPolicy()
        self._policy.apply(self, headers)

    def __str__(self) -> str:
        return self.remote_ip


class ForwardedDelegate(Interposed):
    """Give each request a context of its own, by what proxies say in its fields."""

    def __init__(self, delegate: HTTPMessageDelegate, request_conn: HTTPConnection) -> None:
        super().__init__(delegate)
        self._connection: Any = request_conn

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        connection = self._connection
        connection.context = connection.context.for_request(headers)
        return self._delegate.headers_received(start_line, headers)
