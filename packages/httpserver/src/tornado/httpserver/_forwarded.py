"""What trusted proxies say about the client.

A field such as ``X-Forwarded-For`` can be sent by anybody. It is read only where ``xheaders`` was
asked for, and its list is walked from the right: each address must be a known proxy for the one
left of it to be believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Container

    from tornado.httputil import HTTPConnection


class ForwardedContext:
    """The client's address and protocol for one request, as far as proxies may change them."""

    __slots__ = ("address", "protocol", "remote_ip")

    def __init__(self, base: Any, headers: HTTPHeaders, trusted: Container[str]) -> None:
        self.address = base.address
        self.remote_ip: str = client_address(headers, trusted) or base.remote_ip
        self.protocol: str = client_protocol(headers) or base.protocol

    def __str__(self) -> str:
        return self.remote_ip


def client_address(headers: HTTPHeaders, trusted: Container[str]) -> str | None:
    """Find the client's address: ``X-Real-Ip``, or the rightmost untrusted ``X-Forwarded-For``.

    :return: ``None`` if the fields name no valid address.
    """
    candidate = ""
    for address in reversed(headers.get("X-Forwarded-For", "").split(",")):
        candidate = address.strip()
        if candidate not in trusted:
            break
    from tornado.netutil import is_valid_ip

    candidate = headers.get("X-Real-Ip", candidate)
    return candidate if is_valid_ip(candidate) else None


def client_protocol(headers: HTTPHeaders) -> str | None:
    """Find the protocol that the client used: ``X-Scheme``, or the last ``X-Forwarded-Proto``."""
    named = headers.get("X-Scheme", headers.get("X-Forwarded-Proto", ""))
    protocol = named.rpartition(",")[2].strip()
    return protocol if protocol in ("http", "https") else None


class ForwardedDelegate(HTTPMessageDelegate):
    """Stand between a connection and its delegate, and give the request its own context."""

    def __init__(
        self, delegate: HTTPMessageDelegate, request_conn: HTTPConnection, trusted: Container[str]
    ) -> None:
        self._delegate = delegate
        self._connection: Any = request_conn
        self._trusted = trusted
        self.data_received = delegate.data_received  # type: ignore[method-assign]  # nothing to add
        self.finish = delegate.finish  # type: ignore[method-assign]  # as above
        self.on_connection_close = (  # type: ignore[method-assign]  # as above
            delegate.on_connection_close
        )

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        connection = self._connection
        connection.context = ForwardedContext(connection.context, headers, self._trusted)
        return self._delegate.headers_received(start_line, headers)
