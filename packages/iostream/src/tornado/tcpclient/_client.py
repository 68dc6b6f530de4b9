"""Connecting to a host by name."""

from __future__ import annotations

import asyncio
import datetime
import socket
from typing import TYPE_CHECKING, Any

from tornado.ioloop import takes_loop
from tornado.iostream import IOStream
from tornado.netutil import Resolver

from ._race import connect_first, format_address, interleave, of_family

if TYPE_CHECKING:
    import ssl

    from tornado.ioloop import IOLoop

_UNIX = "unix:"


class TCPClient:
    """A client that makes connections to hosts.

    :param resolver: finds the addresses; by default the configured `.Resolver`, which `close`
        then closes.
    :param io_loop: classic, and the second argument there: only checked, since
        `connect` works on the loop that runs it.
    """

    @takes_loop()
    def __init__(self, resolver: Resolver | None = None, *, io_loop: IOLoop | None = None) -> None:
        self._own_resolver = resolver is None
        self.resolver = Resolver() if resolver is None else resolver

    def close(self) -> None:
        """Close the client's own resolver. Connections stay open."""
        if self._own_resolver:
            self.resolver.close()

    async def connect(
        self,
        host: str,
        port: int,
        af: socket.AddressFamily = socket.AF_UNSPEC,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        max_buffer_size: int | None = None,
        source_ip: str | None = None,
        source_port: int | None = None,
        timeout: float | datetime.timedelta | None = None,  # noqa: ASYNC109 - documented
        *,
        server_hostname: str | None = None,
    ) -> IOStream:
        """Connect to the address of a host that answers first (RFC 8305).

        Cancelling closes everything that is open by then.

        :param host: a name or a numeric address, or ``unix:`` and the path of a Unix socket.
        :param port: the port; ignored for a Unix socket.
        :param af: ``AF_INET`` or ``AF_INET6`` to keep to one family.
        :param ssl_options: an `ssl.SSLContext`, or a dict for `.ssl_options_to_context`, to use TLS;
            ``{}`` verifies the server by the system's authorities.
        :param max_buffer_size: bytes the stream buffers for one read.
        :param source_ip: the local address to connect from; addresses of another family are left out.
        :param source_port: the local port to connect from.
        :param timeout: seconds, or a timedelta, for all steps together.
        :param server_hostname: the name that the server's certificate must carry, if not ``host``.
        :returns: the connected stream, with TLS an `.SSLIOStream`.
        :raises TimeoutError: if it takes too long; the message says what it was waiting for.
        :raises OSError: if the name cannot be resolved.
        :raises StreamClosedError: if no address answers; ``real_error`` is the system's error.
        :raises ssl.SSLError: if the server cannot be verified.

        .. versionadded:: 1.0
           ``server_hostname`` and Unix sockets.
        """
        if isinstance(timeout, datetime.timedelta):
            timeout = timeout.total_seconds()
        progress = _Progress(host, port)
        try:
            async with asyncio.timeout(timeout) as deadline:
                stream = await self._open(
                    progress, host, port, af, max_buffer_size, source_ip, source_port
                )
                if ssl_options is None:
                    return stream
                progress.step = f"during TLS handshake with {progress.target}"
                return await _secure(stream, ssl_options, server_hostname or host)
        except TimeoutError as error:
            if not deadline.expired():
                raise  # not our timeout, but one of the system or the resolver
            raise TimeoutError(f"Timeout {progress.step}") from error

    async def _open(
        self,
        progress: _Progress,
        host: str,
        port: int,
        af: socket.AddressFamily,
        max_buffer_size: int | None,
        source_ip: str | None,
        source_port: int | None,
    ) -> IOStream:
        """Resolve and connect."""
        if host.startswith(_UNIX):
            addresses: list[tuple[int, Any]] = [(socket.AF_UNIX, host[len(_UNIX) :])]
        else:
            addresses = list(await self.resolver.resolve(host, port, af))
            if source_ip is not None:
                addresses = _reachable_from(source_ip, addresses)
        if not addresses:
            raise OSError(f"no address of {host} fits family {af!r} and source {source_ip!r}")
        listed = ", ".join(sorted(format_address(address) for _, address in addresses))
        progress.step = f"while connecting to {listed}"

        def attempt(family: int, address: Any) -> tuple[IOStream, asyncio.Future[IOStream]]:
            sock = _make_socket(family, source_ip, source_port)
            stream = IOStream(sock, max_buffer_size=max_buffer_size)
            return stream, stream.connect(address)

        stream, _ = await connect_first(interleave(addresses), attempt)
        stream.set_nodelay(True)
        return stream


class _Progress:
    """What `connect` waits for, in the words of its TimeoutError."""

    def __init__(self, host: str, port: int) -> None:
        self.target = host if host.startswith(_UNIX) else format_address((host, port))
        self.step = f"while resolving {host}"


async def _secure(
    stream: IOStream, ssl_options: dict[str, Any] | ssl.SSLContext, server_hostname: str
) -> IOStream:
    """Start TLS; any failure closes the connection."""
    try:
        return await stream.start_tls(False, ssl_options, server_hostname)
    except BaseException:
        stream.close()
        raise


def _reachable_from(source_ip: str, addresses: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    family = socket.AF_INET6 if ":" in source_ip else socket.AF_INET
    return of_family(addresses, family)


def _make_socket(family: int, source_ip: str | None, source_port: int | None) -> socket.socket:
    """Return a socket that will connect from the given address and port."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    if source_ip is None and source_port is None:
        return sock
    anywhere = "::" if family == socket.AF_INET6 else "0.0.0.0"  # noqa: S104 - it does not listen
    try:
        sock.bind((source_ip or anywhere, source_port or 0))
    except OSError as error:
        sock.close()
        place = format_address((source_ip or anywhere, source_port or 0))
        raise OSError(error.errno, f"cannot connect from {place}: {error.strerror}") from error
    return sock
