"""The server."""

from __future__ import annotations

import operator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.ioloop import takes_loop
from tornado.tcpserver import TCPServer
from tornado.util import Configurable

from ._backlog import bound_unsent
from ._context import ConnectionContext, ForwardedDelegate
from ._draining import DrainingServer
from ._option_names import check_names
from ._starter import Starter
from ._upgraded import UpgradedConnections

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Container, Iterable

    from tornado.ioloop import IOLoop
    from tornado.iostream import IOStream

    from ._body_limits import ChooseLimits
    from ._callback import RequestCallback
    from ._forwarded import ForwardedPolicy
    from ._proxy_acceptor import ProxyAcceptor

    _Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_HANDSHAKE_TIMEOUT = 60.0

#: Bytes that one read may take, however small the pieces of a body are to be.
_READ_SIZE = 65536


class HTTPServer(DrainingServer, Configurable, HTTPServerConnectionDelegate):
    """A server of HTTP/1.1.

    ``HTTPServer(application).listen(8888)`` is all that most programs need; see
    :class:`tornado.tcpserver.TCPServer` for ``bind`` and ``start`` with several processes, and for
    ``add_sockets``. Sizes are in bytes, times in seconds.

    :param request_callback: a :class:`tornado.httputil.HTTPServerConnectionDelegate` (for example
        a ``tornado.web.Application``), or a callable that takes each complete
        :class:`tornado.httputil.HTTPServerRequest`; it may be a coroutine function.
    :param no_keep_alive: close each connection after its first response.
    :param xheaders: believe ``X-Real-Ip``, ``X-Forwarded-For``, ``X-Scheme`` and
        ``X-Forwarded-Proto``. Only for servers that can be reached through a proxy alone.
    :param ssl_options: an :class:`ssl.SSLContext`, or a dictionary of keyword arguments for one.
    :param protocol: ``"http"`` or ``"https"`` where the socket cannot tell.
    :param decompress_request: take ``Content-Encoding: gzip`` off request bodies.
    :param chunk_size: how much of a body is passed on at once.
    :param max_header_size: the longest head that is accepted; the response to a longer one is 431.
    :param idle_connection_timeout: how long a connection may be idle (3600).
    :param body_timeout: how long a body may take (no limit).
    :param max_body_size: the longest body that is accepted (100 MiB); the response to a longer one is 413.
    :param max_buffer_size: the most that a stream buffers for one read.
    :param trusted_downstream: addresses (``"10.0.0.9"``) or networks (``"10.0.0.0/8"``) of proxies.
        They are skipped in ``X-Forwarded-For``, and fields are believed only if one of them, or this
        machine itself, sent the request.
    :param forwarded: believe ``Forwarded`` (RFC 7239) instead of the ``X-`` fields.
    :param forwarded_host: take the host from ``X-Forwarded-Host`` and ``-Port``, or from
        ``Forwarded``.
    :param proxy_protocol: addresses or networks of proxies whose connections begin with a header of
        the PROXY protocol, version 1 or 2.
    :param limits: called with the start line and the fields of each request; returns its
        :class:`BodyLimits`, or ``None``.
    :param head_timeout: how long a head may take from its first byte to its last (60); never longer
        than an ``idle_connection_timeout`` that is given.
    :param min_body_rate: bytes per second that a body must reach (100), with pauses of at most a
        minute; 0 for any. A client that streams as things happen may be slower than that.
    :param write_timeout: how long a client may take nothing of its response (120).
    :param max_header_count: the number of fields (256); the response to more is 431.
    :param max_drain_size: how much unread body is thrown away to keep a connection (1 MiB).
    :param non_ascii_targets: take request targets with octets outside ASCII, which RFC 3986 wants
        percent-encoded. Without it they are answered with 400.
    :param max_connections: connections that may be open at a time; more are closed at once.
    :param max_connections_per_address: connections that one address may have open.
    :param handshake_timeout: how long a TLS handshake may take, and a PROXY header (60); never
        longer than an ``idle_connection_timeout`` that is given.
    :param io_loop: classic, where it is the third argument: another loop of this thread to serve on.
    """

    #: The arguments so far, of a subclass with a constructor of its own.
    _given: _Arguments | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Initialize the server, as far as its arguments are ours.

        Until 4.1 ``__init__`` did this. Subclasses of that time have a constructor of their own, with
        other arguments, and call ours from there.
        """
        if cls.__init__ is HTTPServer.__init__ or cls.initialize is not HTTPServer.initialize:
            return super().__new__(cls, *args, **kwargs)
        server = object.__new__(cls)
        server._given = ((), {})
        with suppress(TypeError):  # not ours: the subclass calls __init__ with those that are
            server.initialize(*args, **kwargs)
            server._given = (args, kwargs)
        return server

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Initialize the server if a subclass passes on other arguments than it was called with."""
        if self._given is not None and not _is_same(self._given, (args, kwargs)):
            self._given = (args, kwargs)
            self.initialize(*args, **kwargs)

    @takes_loop(before="xheaders", none_before=bool)
    def initialize(
        self,
        request_callback: HTTPServerConnectionDelegate | RequestCallback,
        no_keep_alive: bool = False,
        xheaders: bool = False,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        protocol: str | None = None,
        decompress_request: bool = False,
        chunk_size: int | None = None,
        max_header_size: int | None = None,
        idle_connection_timeout: float | None = None,
        body_timeout: float | None = None,
        max_body_size: int | None = None,
        max_buffer_size: int | None = None,
        trusted_downstream: Iterable[str] | None = None,
        *,
        forwarded: bool = False,
        forwarded_host: bool = False,
        proxy_protocol: Iterable[str] | None = None,
        limits: ChooseLimits | None = None,
        max_connections: int | None = None,
        max_connections_per_address: int | None = None,
        handshake_timeout: float | None = _HANDSHAKE_TIMEOUT,
        io_loop: IOLoop | None = None,
        **more_limits: Any,
    ) -> None:
        """Called with the arguments of the constructor. Override to extend it."""
        check_names(type(self), more_limits)
        if hasattr(xheaders, "add_callback") or hasattr(xheaders, "call_soon"):
            raise TypeError(
                f"xheaders is true or false, not a loop of another kind: {xheaders!r:.60}"
            )
        self.request_callback = request_callback
        self.no_keep_alive = no_keep_alive
        self.xheaders = xheaders
        self.protocol = protocol
        self.conn_params = HTTP1ConnectionParameters(
            no_keep_alive=no_keep_alive,
            chunk_size=chunk_size,
            max_header_size=max_header_size,
            header_timeout=idle_connection_timeout,
            max_body_size=max_body_size,
            body_timeout=body_timeout,
            decompress=decompress_request,
            **more_limits,
        )
        if isinstance(request_callback, HTTPServerConnectionDelegate):
            self._delegate = request_callback
        elif not callable(request_callback):
            raise TypeError(f"request_callback is not a function: {request_callback!r:.60}")
        else:
            from ._callback import CallbackDelegate

            self._delegate = CallbackDelegate(request_callback)
        self._connections = set()
        self._upgraded = UpgradedConnections(self._upgraded_ended)
        self._choose_limits = limits
        self._trust_proxies(trusted_downstream, forwarded, forwarded_host)
        self._expect_proxies(proxy_protocol, handshake_timeout, idle_connection_timeout)
        self._skip_own_step()
        TCPServer.__init__(
            self,
            ssl_options=ssl_options,
            max_buffer_size=max_buffer_size,
            read_chunk_size=max(self.conn_params.chunk_size, _READ_SIZE),
            max_connections=max_connections,
            max_connections_per_address=max_connections_per_address,
            handshake_timeout=handshake_timeout,
            io_loop=io_loop,
        )

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Return the class that ``configure`` belongs to."""
        return HTTPServer

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Return the implementation that is used unless another one is configured."""
        return HTTPServer

    # Proxies.

    def _trust_proxies(
        self, trusted: Iterable[str] | None, is_rfc7239: bool, with_host: bool
    ) -> None:
        """Decide whose fields are believed, and which."""
        if self.xheaders and is_rfc7239:
            raise ValueError(
                "xheaders and forwarded: the proxy writes one of the two, believe that"
            )
        if with_host and not (self.xheaders or is_rfc7239):
            raise ValueError(
                "forwarded_host: say by xheaders or forwarded which fields name the host"
            )
        known: Container[str] | None = None
        members = trusted if isinstance(trusted, str | bytes) else frozenset(trusted or ())
        if members:
            from ._networks import Networks

            known = Networks(members)
        self.trusted_downstream = frozenset(members)
        self._has_proxy = self.xheaders or is_rfc7239
        self._policy: ForwardedPolicy | None = None
        if self._has_proxy:
            from ._forwarded import ForwardedPolicy

            self._policy = ForwardedPolicy(known, is_rfc7239=is_rfc7239, with_host=with_host)
        self._is_interposed = self._has_proxy or self._choose_limits is not None

    def _expect_proxies(self, proxies: Iterable[str] | None, *timeouts: float | None) -> None:
        self._proxy_acceptor: ProxyAcceptor | None = None
        if proxies is not None:
            from ._networks import Networks
            from ._proxy_acceptor import ProxyAcceptor

            timeout = min((each for each in timeouts if each is not None), default=None)
            self._proxy_acceptor = ProxyAcceptor(
                Networks(proxies), super().accept_connection, timeout
            )

    def accept_connection(self, connection: socket.socket, address: Any) -> None:
        """Accept a connection, after its PROXY header if one is to be expected."""
        if self._proxy_acceptor is not None:
            self._proxy_acceptor.accept(connection, address)
        else:
            super().accept_connection(connection, address)

    # Connections.

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Accept connections on listening sockets, which belong to the server from now on.

        If the application has something to do at its start, the server accepts after that.
        """
        sockets = list(sockets)
        for listener in sockets:
            bound_unsent(listener)
        if self._starter is None:
            self._starter = Starter(self._delegate, super().add_sockets, self._close)
        self._starter.add_sockets(sockets)

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve the requests of a new connection."""
        context = ConnectionContext(stream, address, self.protocol, self._policy, self._upgraded)
        connection = HTTP1ServerConnection(stream, self.conn_params, context)
        connection.is_draining = self._is_draining
        self._connections.add(connection)
        connection.start_serving(self)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Return the application's delegate for a new request."""
        delegate = self._delegate.start_request(server_conn, request_conn)
        if self._is_interposed:
            return self._interpose(delegate, request_conn)
        return delegate

    def _skip_own_step(self) -> None:
        """Let connections call the application itself if this class has nothing to add."""
        if not self._is_interposed and type(self).start_request is HTTPServer.start_request:
            self.start_request = self._delegate.start_request  # type: ignore[method-assign]  # see above

    def _interpose(
        self, delegate: HTTPMessageDelegate, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        if self._choose_limits is not None:
            from ._body_limits import LimitingDelegate

            delegate = LimitingDelegate(delegate, request_conn, self._choose_limits)
        if self._has_proxy:
            delegate = ForwardedDelegate(delegate, request_conn)
        return delegate

    def on_close(self, server_conn: object) -> None:
        """Pass on that a connection is closed."""
        self._forget_connection(server_conn)
        self._delegate.on_close(server_conn)
        if self._is_stopped:
            self._end_if_idle()


def _is_same(before: _Arguments, given: _Arguments) -> bool:
    """Return whether arguments are the very objects that a server was given before."""
    (args, kwargs), (others, other_kwargs) = before, given
    return (
        len(args) == len(others)
        and kwargs.keys() == other_kwargs.keys()
        and all(map(operator.is_, args, others))
        and all(kwargs[name] is other_kwargs[name] for name in kwargs)
    )
