"""Connecting to a websocket server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httpclient import HTTPRequest
from tornado.ioloop import takes_loop

from ._client import WebSocketClientConnection
from .protocol import DEFAULT_MAX_MESSAGE_SIZE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from tornado.ioloop import IOLoop
    from tornado.netutil import Resolver
    from tornado.simple_httpclient import SimpleAsyncHTTPClient


@takes_loop(before="callback")
def websocket_connect(
    url: str | HTTPRequest,
    callback: Callable[[asyncio.Future[WebSocketClientConnection]], Any] | None = None,
    connect_timeout: float | None = None,
    on_message_callback: Callable[[str | bytes | None], Any] | None = None,
    compression_options: dict[str, Any] | None = None,
    ping_interval: float | None = None,
    ping_timeout: float | None = None,
    max_message_size: int = DEFAULT_MAX_MESSAGE_SIZE,
    subprotocols: list[str] | None = None,
    resolver: Resolver | None = None,
    *,
    io_loop: IOLoop | None = None,
    http_client: SimpleAsyncHTTPClient | None = None,
    **limits: Any,
) -> asyncio.Future[WebSocketClientConnection]:
    """Connect to a websocket server.

    :param url: with the scheme ``ws`` or ``wss``; or an `HTTPRequest`, for everything that its
        options can say: credentials, cookies, TLS, proxies, redirects.
    :param callback: classic: called with the future.
    :param connect_timeout: seconds for the connection; see `HTTPRequest`.
    :param on_message_callback: called with each message, and with None after the end. Without it
        messages are read by `WebSocketClientConnection.read_message` or ``async for``.
    :param compression_options: None for no compression; see `tornado.websocket`.
    :param ping_interval: seconds between pings; None for none.
    :param ping_timeout: seconds after a ping within which something has to come.
    :param max_message_size: of a received message, in bytes.
    :param subprotocols: what to offer, the best first.
    :param resolver: finds the addresses of the host.
    :param http_client: makes the connection, with its cookie jar, its defaults and its ``tcp_client``;
        by default one for this connection alone, without cookies.
    :param limits: ``max_unsent``, ``slow_reader`` and ``close_timeout`` of `ConnectionParameters`.
    :returns: a future of the open connection. It raises what a fetch raises:
        `tornado.httpclient.HTTPClientError` for a server that refuses, `OSError` for the network.
    :raises ValueError: ``connect_timeout`` beside an `HTTPRequest`, which has one of its own.
    """
    if not isinstance(url, HTTPRequest):
        url = HTTPRequest(url, connect_timeout=connect_timeout)
    elif connect_timeout is not None:
        raise ValueError("connect_timeout beside an HTTPRequest: set it in the request itself")
    connection = WebSocketClientConnection(
        url,
        on_message_callback=on_message_callback,
        compression_options=compression_options,
        ping_interval=ping_interval,
        ping_timeout=ping_timeout,
        max_message_size=max_message_size,
        subprotocols=subprotocols,
        resolver=resolver,
        http_client=http_client,
        **limits,
    )
    if callback is not None:
        connection.connect_future.add_done_callback(callback)
    return connection.connect_future
