"""The HTTP client in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.http1connection import HTTP1ConnectionParameters
from tornado.httpclient import HTTPClientError
from tornado.httpclient._base_client import BaseHTTPClient
from tornado.httpclient._request._request import settle
from tornado.ioloop import takes_loop
from tornado.netutil import OverrideResolver, Resolver
from tornado.tcpclient import TCPClient

from ._connection import Connection, log_refusal
from ._connector import Connecting, Connector, connection_key
from ._pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from http.cookiejar import CookieJar

    from tornado.httpclient import HTTPRequest, HTTPResponse
    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.httpclient._fetch._fetch import Fetch
    from tornado.ioloop import IOLoop
    from tornado.iostream import IOStream


class SimpleAsyncHTTPClient(BaseHTTPClient):
    """A client for HTTP/1.1, in Python, with a pool of connections.

    :param max_clients: fetches under way at once; more wait in the queue.
    :param hostname_mapping: a table as for `.OverrideResolver`, used before the resolver.
    :param max_buffer_size: the most bytes that a connection buffers.
    :param resolver: finds addresses; by default the configured `.Resolver`.
    :param defaults: values for options that requests leave open.
    :param max_header_size: the largest head that is taken, in bytes (64 KiB).
    :param max_body_size: the largest body, in bytes; by default ``max_buffer_size``.
    :param max_clients_per_host: fetches under way to one origin; by default no such bound.
    :param max_idle: connections that are kept for a next request (100); 0 keeps none.
    :param max_idle_per_host: connections with one key that are kept, by default ``max_clients``.
    :param idle_timeout: seconds until an idle connection is closed (30).
    :param max_age: seconds until a connection is not used again (600), so that changes of a name's
        address are noticed.
    :param cookie_jar: a `http.cookiejar.CookieJar`, to keep cookies between fetches.
    """

    @takes_loop(before="max_clients", none_before=int)
    def initialize(  # type: ignore[override]  # documented: the arguments of this implementation
        self,
        max_clients: int = 10,
        hostname_mapping: Mapping[Any, Any] | None = None,
        max_buffer_size: int = 104857600,
        resolver: Resolver | None = None,
        defaults: dict[str, Any] | None = None,
        max_header_size: int | None = None,
        max_body_size: int | None = None,
        *,
        max_clients_per_host: int | None = None,
        max_idle: int = 100,
        max_idle_per_host: int | None = None,
        idle_timeout: float = 30.0,
        max_age: float = 600.0,
        cookie_jar: CookieJar | None = None,
        io_loop: IOLoop | None = None,
    ) -> None:
        """Set up the client; see the class."""
        super().initialize(
            max_clients,
            defaults,
            max_buffer_size if max_body_size is None else max_body_size,
            max_clients_per_host=max_clients_per_host,
            cookie_jar=cookie_jar,
            io_loop=io_loop,
        )
        self._owns_resolver = resolver is None
        self.resolver = Resolver() if resolver is None else resolver
        if hostname_mapping is not None:
            self.resolver = OverrideResolver(resolver=self.resolver, mapping=hostname_mapping)
        self._connector = Connector(TCPClient(resolver=self.resolver), max_buffer_size)
        self.max_buffer_size = max_buffer_size
        self.max_header_size = max_header_size
        self._parameters = HTTP1ConnectionParameters(max_header_size=max_header_size)
        self._max_age = max_age
        most_per_host = max_clients if max_idle_per_host is None else max_idle_per_host
        self._pool = Pool(self.asyncio_loop, max_idle, most_per_host, idle_timeout)

    @property
    def tcp_client(self) -> TCPClient:
        """The object that connects to servers and proxies.

        Another object with the method :meth:`tornado.tcpclient.TCPClient.connect` may be assigned
        before the first fetch, to connect in another way or without a network. The client closes it.
        """
        return self._connector.tcp

    @tcp_client.setter
    def tcp_client(self, tcp_client: TCPClient) -> None:
        self._connector.tcp = tcp_client

    def close(self) -> None:
        """Close the client, its connections and its own resolver; fetches under way fail."""
        if self._is_closed:
            return
        super().close()
        self._pool.close()
        if self._owns_resolver:
            self.resolver.close()
        self.tcp_client.close()

    @property
    def queue(self) -> Sequence[Fetch]:
        """The fetches that wait until others are done; a copy."""
        return self._queue.waiting()

    def _log_refusal(self, error: BaseException, authority: str) -> None:
        log_refusal(error, authority)

    async def upgrade(self, request: HTTPRequest) -> tuple[HTTPResponse, IOStream]:
        """Ask a server to switch to another protocol (RFC 9110 section 7.8).

        The request has an ``Upgrade`` field and a ``Connection`` field that names it. Redirects are
        followed, and an HTTP proxy is asked for a tunnel, as for ``https``.

        :returns: the response, whose status is 101, and the stream, which belongs to the caller.
        :raises HTTPClientError: the server has not switched.

        .. versionadded:: 1.0
        """
        streams: list[IOStream] = []
        asking = settle(request, {})
        asking._switch_callback = streams.append
        try:
            response = await self.fetch(asking, raise_error=False)
        except BaseException:
            for stream in streams:  # cancelled just after the switch
                stream.close()
            raise
        if not streams:
            response.rethrow()
            raise HTTPClientError(response.code, "the server did not switch protocols", response)
        return response, streams[0]

    def _perform(self, exchange: Exchange) -> None:
        if exchange.request._switch_callback is not None:
            self._perform_anew(exchange)
            return
        connection = self._pool.take(connection_key(exchange))
        if connection is not None and (exchange.can_repeat or connection.is_ready()):
            connection.perform(exchange)
        else:
            if connection is not None:
                connection.close()
            self._perform_anew(exchange)

    def _perform_anew(self, exchange: Exchange) -> None:
        """Perform an exchange on a new connection."""
        Connecting(exchange, self._connect)

    async def _connect(self, exchange: Exchange) -> Connection:
        key = connection_key(exchange)
        stream, proxy_fields = await self._connector.connect(exchange)
        return Connection(
            stream,
            key,
            self._pool,
            self._parameters,
            self.asyncio_loop.time() + self._max_age,
            self._perform_anew,
            proxy_fields,
        )
