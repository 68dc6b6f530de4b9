"""From a request to a connected stream: directly, or through a proxy, and with TLS."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, NamedTuple

from tornado.httpclient._authentication import basic_field
from tornado.netutil import is_valid_ip
from tornado.tcpclient import TCPClient

from ._contexts import Contexts
from ._watched_resolver import WatchedResolver

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tornado.httpclient import HTTPRequest
    from tornado.httpclient._exchange import Exchange
    from tornado.iostream import IOStream

#: Options that make a connection unfit for requests with others.
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
#: These separate as well, and there is a value of each for every request.
_ALWAYS_GIVEN = frozenset({"proxy_password", "validate_cert"})
_PROXY_TYPES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """A proxy, as a request names it."""

    kind: str
    host: str
    port: int
    username: str | None
    password: str

    def fields(self) -> str:
        """Return the field lines that the proxy gets, and nobody else."""
        if self.username is None:
            return ""
        return f"Proxy-Authorization: {basic_field(self.username, self.password)}\r\n"


def connection_key(exchange: Exchange) -> Hashable:
    """Return what a connection must be for, to serve the exchange's hop."""
    hop = exchange.hop
    options = hop.__dict__
    origin = exchange.target.origin
    if hop.validate_cert is True and _SEPARATING.isdisjoint(options):
        return origin  # without a proxy its password means nothing
    separating = sorted((_SEPARATING | _ALWAYS_GIVEN).intersection(options))
    return origin, tuple((name, _hashable(options[name])) for name in separating)


def _hashable(value: object) -> Hashable:
    if isinstance(value, dict):
        return tuple(sorted((str(name), str(each)) for name, each in value.items()))
    return value  # an SSLContext is its own key, and stays alive by it


class Connector:
    """Connect for the clients of one kind of resolver.

    :param tcp: connects to a host.
    :param max_buffer_size: bytes that a stream buffers.
    """

    def __init__(self, tcp: TCPClient, max_buffer_size: int) -> None:
        self.tcp = tcp
        self._max_buffer_size = max_buffer_size
        self._contexts = Contexts()

    async def connect(self, exchange: Exchange) -> tuple[IOStream, str | None]:
        """Connect for the exchange's hop.

        :return: the stream, and the proxy's fields if requests go to it in absolute form.
        """
        request, target = exchange.hop, exchange.target
        exchange.enter("connect")
        proxy = _proxy_of(request)
        if target.scheme == "https" or (proxy is not None and proxy.kind == "https"):
            self._contexts.find(request)  # before anybody is bothered, if its files are of no use
        if proxy is None:
            host = f"unix:{request.unix_socket}" if request.unix_socket else target.host
            stream = await self._open(exchange, host, target.port)
            fields = None
        else:
            stream, fields = await self._through(proxy, exchange)
        if target.scheme == "https":
            exchange.enter("tls")
            stream = await self._secure(stream, request, target.host)
        return stream, fields

    async def _open(self, exchange: Exchange, host: str, port: int) -> IOStream:
        request = exchange.hop
        source = request.network_interface
        if source is not None and not is_valid_ip(source):
            raise ValueError(
                f"network_interface {source!r} is no IP address: names of interfaces need curl"
            )
        family = socket.AF_INET if request.allow_ipv6 is False else socket.AF_UNSPEC
        tcp = self.tcp
        if type(tcp) is TCPClient:  # one of the program's own may have no resolver
            tcp = TCPClient(resolver=WatchedResolver(tcp.resolver, exchange))
        return await tcp.connect(
            host,
            port,
            af=family,
            max_buffer_size=self._max_buffer_size,
            source_ip=source,
        )

    async def _secure(self, stream: IOStream, request: HTTPRequest, host: str) -> IOStream:
        try:
            context = self._contexts.find(request)
            return await stream.start_tls(False, context, server_hostname=host)
        except BaseException:
            stream.close()
            raise

    async def _through(self, proxy: Proxy, exchange: Exchange) -> tuple[IOStream, str | None]:
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
                stream = await self._secure(stream, exchange.hop, proxy.host)
            if target.scheme == "https":
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
