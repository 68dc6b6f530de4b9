"""The client of a connection: its address and protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPMessageDelegate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import (
        HTTPConnection,
        HTTPHeaders,
        RequestStartLine,
        ResponseStartLine,
    )
    from tornado.iostream import IOStream

    from ._forwarded import ForwardedPolicy
    from ._upgraded import UpgradedConnection, UpgradedConnections


class ConnectionContext:
    """The client's address and protocol, shared by the requests of one connection.

    ``remote_ip`` and ``protocol`` are what the socket says. Behind a proxy every request gets a
    copy of its own, in which they are what the proxy says; see ``_forwarded``.
    """

    __slots__ = ("_orig_protocol", "_policy", "_upgraded", "address", "protocol", "remote_ip")

    #: Where an outer server has mounted the application, as under ``ASGIAdapter``: nowhere here.
    root_path = ""

    def __init__(
        self,
        stream: IOStream,
        address: Any,
        protocol: str | None,
        policy: ForwardedPolicy | None = None,
        upgraded: UpgradedConnections | None = None,
    ) -> None:
        #: The address as ``accept`` gave it, or as a proxy named it by the PROXY protocol.
        self.address = address
        self.remote_ip: str = self._orig_remote_ip
        is_secure = hasattr(stream.socket, "getpeercert")
        self.protocol = self._orig_protocol = protocol or ("https" if is_secure else "http")
        self._policy = policy
        self._upgraded = upgraded

    def adopt(self, connection: UpgradedConnection) -> Callable[[], None] | None:
        """Let the server end a connection that is about to take the stream over from HTTP.

        :param connection: its ``go_away`` and ``abort`` are called when the server ends.
        :returns: the function to call at its end; None if no server keeps such connections.

        .. versionadded:: 1.0
        """
        return None if self._upgraded is None else self._upgraded.add(connection)

    @property
    def is_draining(self) -> bool:
        """True if the server ends, so that no other protocol should take the connection over.

        .. versionadded:: 1.0
        """
        return self._upgraded is not None and self._upgraded.is_draining

    @property
    def _orig_remote_ip(self) -> str:
        """What `remote_ip` is without proxies: the name by which instrumentation asks for it."""
        # "0.0.0.0" is what upstream documents for Unix sockets, which have no such address.
        return self.address[0] if isinstance(self.address, tuple) else "0.0.0.0"  # noqa: S104 - nothing listens on it

    def for_request(self, headers: HTTPHeaders) -> ConnectionContext:
        """Return a copy for one request, with what trusted proxies say in its fields."""
        context = self.__class__.__new__(self.__class__)
        context.address = self.address
        context.remote_ip = self.remote_ip
        context.protocol = self.protocol
        context._orig_protocol = self._orig_protocol
        context._policy = self._policy
        context._upgraded = self._upgraded
        context._apply_xheaders(headers)
        return context

    def _apply_xheaders(self, headers: HTTPHeaders) -> None:
        """Believe the fields of proxies. Some programs replace this by a function of their own."""
        if self._policy is None:
            from ._forwarded import ForwardedPolicy

            self._policy = ForwardedPolicy()
        self._policy.apply(self, headers)

    def __str__(self) -> str:
        return self.remote_ip


class WrappingDelegate(HTTPMessageDelegate):
    """A delegate between a connection and the application's delegate; subclasses see the head."""

    def __init__(self, delegate: HTTPMessageDelegate) -> None:
        self._delegate = delegate
        self.data_received = delegate.data_received  # type: ignore[method-assign]  # nothing to add
        self.finish = delegate.finish  # type: ignore[method-assign]  # as above
        self.on_connection_close = (  # type: ignore[method-assign]  # as above
            delegate.on_connection_close
        )


class ForwardedDelegate(WrappingDelegate):
    """A delegate that gives each request a context of its own, with what proxies say of it."""

    def __init__(self, delegate: HTTPMessageDelegate, request_conn: HTTPConnection) -> None:
        super().__init__(delegate)
        self._connection: Any = request_conn

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        connection = self._connection
        connection.context = connection.context.for_request(headers)
        return self._delegate.headers_received(start_line, headers)
