"""Connecting for a request: directly or through a proxy, and with TLS."""

from __future__ import annotations

import contextvars
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.httpclient._request._authentication import basic_field
from tornado.netutil import Resolver, is_valid_ip
from tornado.tcpclient import TCPClient

from ._contexts import Contexts

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Hashable

    from tornado.httpclient import HTTPRequest
    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.httpclient._fetch._fetch import Fetch
    from tornado.iostream import IOStream

    from ._connection import Connection

#: Requests with different values of these options cannot share a connection.
_SEPARATING = frozenset(
    {
        "allow_ipv6",
        "ca_certs",
        "client_cert",
        "client_key",
        "network_interface",
        "proxy_auth_mode",
        "proxy_host",
        "proxy_port",
        "proxy_type",
        "proxy_username",
        "ssl_options",
        "unix_socket",
    }
)
#: More such options, of which every request has a value.
_ALWAYS_SET = frozenset({"proxy_password", "validate_cert"})
_PROXY_TYPES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """The proxy of a request."""

    kind: str
    host: str
    port: int
    username: str | None
    password: str

    def fields(self) -> str:
        """Return the field lines that only the proxy gets."""
        if self.username is None:
            return ""
        return f"Proxy-Authorization: {basic_field(self.username, self.password)}\r\n"


def connection_key(exchange: Exchange) -> Hashable:
    """Return the key of the connections that can perform an exchange."""
    request = exchange.request
    options = request.__dict__
    origin = exchange.target.origin
    if request.validate_cert is True and _SEPARATING.isdisjoint(options):
        return origin  # there is no proxy, so its password has no effect
    separating = sorted((_SEPARATING | _ALWAYS_SET).intersection(options))
    return origin, tuple((name, _hashable(options[name])) for name in separating)


def _hashable(value: object) -> Hashable:
    if isinstance(value, dict):
        return tuple(sorted((str(name), str(each)) for name, each in value.items()))
    return value  # an SSLContext is its own key, which also keeps it alive


class Connecting:
    """A connection that is being made for one exchange, which it then performs.

    It is made in a task of its own. The task runs in an empty context, because the connection serves
    others after this exchange.
    """

    def __init__(
        self, exchange: Exchange, connect: Callable[[Exchange], Coroutine[None, None, Connection]]
    ) -> None:
        self._is_aborted = False
        fetch = exchange.fetch
        fetch.operation = self
        self._task: asyncio.Task[None] = fetch.loop.create_task(
            self._connect(exchange, connect), context=contextvars.Context()
        )

    async def _connect(
        self, exchange: Exchange, connect: Callable[[Exchange], Coroutine[None, None, Connection]]
    ) -> None:
        try:
            connection = await connect(exchange)
        except Exception as error:  # noqa: BLE001 - it is raised where the fetch is awaited
            if not self._is_aborted:
                exchange.fail(error)
            return
        if self._is_aborted:
            connection.close()
        else:
            connection.perform(exchange)

    def abort(self) -> None:
        """Stop; what is half open is closed."""
        self._is_aborted = True
        self._task.cancel()


class Connector:
    """Connects to the servers and proxies of one client.

    :param tcp: connects to a host.
    :param max_buffer_size: the most bytes that a stream buffers.
    """

    def __init__(self, tcp: TCPClient, max_buffer_size: int) -> None:
        self.tcp = tcp
        self._max_buffer_size = max_buffer_size
        self._contexts = Contexts()

    async def connect(self, exchange: Exchange) -> tuple[IOStream, str | None]:
        """Connect for an exchange.

        :returns: the stream, and the proxy's fields if the proxy gets requests in absolute form.
        """
        fetch, request, target = exchange.fetch, exchange.request, exchange.target
        fetch.enter("connect")
        proxy = _proxy_of(request)
        if target.scheme == "https" or (proxy is not None and proxy.kind == "https"):
            self._contexts.find(request)  # files that cannot be used are found before connecting
        if proxy is None:
            host = f"unix:{request.unix_socket}" if request.unix_socket else target.host
            stream = await self._open(exchange, host, target.port)
            fields = None
        else:
            stream, fields = await self._open_through(proxy, exchange)
        if target.scheme == "https":
            fetch.enter("tls")
            stream = await self._start_tls(stream, request, target.host)
        return stream, fields

    async def _open(self, exchange: Exchange, host: str, port: int) -> IOStream:
        request = exchange.request
        source = request.network_interface
        if source is not None and not is_valid_ip(source):
            raise ValueError(
                f"network_interface {source!r} is not an IP address: use the curl client for names"
                " of interfaces"
            )
        family = socket.AF_INET if request.allow_ipv6 is False else socket.AF_UNSPEC
        tcp = self.tcp
        if type(tcp) is TCPClient:  # an object of the program may have no resolver
            tcp = TCPClient(resolver=_WatchedResolver(tcp.resolver, exchange.fetch))
        return await tcp.connect(
            host,
            port,
            af=family,
            max_buffer_size=self._max_buffer_size,
            source_ip=source,
        )

    async def _start_tls(self, stream: IOStream, request: HTTPRequest, host: str) -> IOStream:
        try:
            context = self._contexts.find(request)
            return await stream.start_tls(False, context, server_hostname=host)
        except BaseException:
            stream.close()
            raise

    async def _open_through(self, proxy: Proxy, exchange: Exchange) -> tuple[IOStream, str | None]:
        target = exchange.target
        stream = await self._open(exchange, proxy.host, proxy.port)
        try:
            if proxy.kind.startswith("socks"):
                from ._socks import tunnel

                host = target.host
                if proxy.kind == "socks5":
                    found = await self.tcp.resolver.resolve(host, target.port)
                    host = found[0][1][0]
                await tunnel(stream, host, target.port, proxy.username, proxy.password)
                return stream, None
            if proxy.kind == "https":
                stream = await self._start_tls(stream, exchange.request, proxy.host)
            if target.scheme == "https" or exchange.request._switch_callback is not None:
                from ._tunnel import tunnel as http_tunnel

                await http_tunnel(stream, target, proxy.fields())
                if proxy.kind == "https":
                    from ._relay import relay

                    stream = relay(stream, self._max_buffer_size)
                return stream, None
        except BaseException:
            stream.close()
            raise
        return stream, proxy.fields()


def _proxy_of(request: HTTPRequest) -> Proxy | None:
    if request.proxy_host is None:
        return None
    if request.unix_socket is not None:
        raise ValueError("both proxy_host and unix_socket are given: choose one")
    if request.proxy_port is None:
        raise ValueError("proxy_host is given without proxy_port")
    kind = request.proxy_type or "http"
    if kind not in _PROXY_TYPES:
        raise ValueError(f"unknown proxy_type {kind!r}: choose from {', '.join(_PROXY_TYPES)}")
    if request.proxy_auth_mode not in {None, "basic"}:
        raise ValueError(f"proxy_auth_mode {request.proxy_auth_mode!r} needs the curl client")
    password = request.proxy_password or ""
    return Proxy(kind, request.proxy_host, request.proxy_port, request.proxy_username, password)


class _WatchedResolver(Resolver):
    """A resolver that lets a fetch know which host is being looked up.

    :param resolver: finds the addresses.
    """

    def initialize(  # type: ignore[override]  # it is only made here, with these arguments
        self, resolver: Resolver, fetch: Fetch
    ) -> None:
        """Set up the resolver; see the class."""
        self._resolver = resolver
        self._fetch = fetch

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Return the addresses of a host."""
        self._fetch.resolving = host
        try:
            return await self._resolver.resolve(host, port, family)
        finally:
            self._fetch.resolving = None
