"""The fixtures."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import pytest

from ._options import fixture_timeout, scope_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tornado.httpclient import AsyncHTTPClient
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.testing import MemoryClient, SyncMemoryClient

    from ._server_client import AsyncHTTPServerClient

#: The functions that the fixtures are made of, by their names.
FIXTURES: dict[str, Callable[..., Any]] = {}

#: Fixtures with which a test uses the socket of the HTTP server.
_OF_HTTP = frozenset({"http_server", "http_port", "http_server_port"})

_loop_scope = scope_of("tornado_loop_scope")
_server_scope = scope_of("tornado_server_scope")


def _fixture(scope: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Make a fixture whose scope is a setting, and keep its function for other scopes."""

    def make(function: Callable[..., Any]) -> Any:
        FIXTURES[function.__name__] = function
        return pytest.fixture(scope=scope)(function)

    return make


@_fixture(_loop_scope)
def io_loop() -> Iterator[IOLoop]:
    """A new `tornado.ioloop.IOLoop` for each test, made the current one."""
    from ._loops import open_loop

    with open_loop() as loop:
        yield loop


# Servers on sockets.


@_fixture(_server_scope)
def _unused_port() -> Iterator[tuple[socket.socket, int]]:
    """A listening socket on an unused port, and the port."""
    from tornado.testing import bind_unused_port

    listener, port = bind_unused_port()
    yield listener, port
    listener.close()


@_fixture(_server_scope)
def http_server_port(_unused_port: tuple[socket.socket, int]) -> tuple[socket.socket, int]:
    """The socket and the port that `http_server` listens on."""
    return _unused_port


@_fixture(_server_scope)
def http_port(http_server_port: tuple[socket.socket, int]) -> int:
    """The port that `http_server` listens on."""
    return http_server_port[1]


@_fixture(_server_scope)
def https_server_port(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[socket.socket, int]]:
    """The socket and the port that `https_server` listens on."""
    # When servers are shared, a later test may ask for both.
    if request.scope == "function" and _OF_HTTP.isdisjoint(request.fixturenames):
        yield request.getfixturevalue("_unused_port")
        return
    from tornado.testing import bind_unused_port

    listener, port = bind_unused_port()  # the other one is for the HTTP server
    yield listener, port
    listener.close()


@_fixture(_server_scope)
def https_port(https_server_port: tuple[socket.socket, int]) -> int:
    """The port that `https_server` listens on."""
    return https_server_port[1]


@_fixture(_server_scope)
def http_server(
    request: pytest.FixtureRequest, io_loop: IOLoop, http_server_port: tuple[socket.socket, int]
) -> Iterator[HTTPServer]:
    """A server for the application that the fixture `app` returns."""
    from tornado.httpserver import HTTPServer

    server = HTTPServer(_application(request))
    server.add_socket(http_server_port[0])
    yield server
    _stop(server, io_loop, request.config)


@_fixture(_server_scope)
def ssl_options() -> dict[str, Any]:
    """The TLS settings of `https_server`: a public certificate for ``localhost``."""
    from tornado.testing import AsyncHTTPSTestCase

    return AsyncHTTPSTestCase.default_ssl_options()


@_fixture(_server_scope)
def https_server(
    request: pytest.FixtureRequest, io_loop: IOLoop, https_server_port: tuple[socket.socket, int]
) -> Iterator[HTTPServer]:
    """A server over TLS for the application that the fixture `app` returns.

    The fixture `ssl_options` returns the TLS settings.
    """
    from tornado.httpserver import HTTPServer

    server = HTTPServer(_application(request), ssl_options=_ssl_options(request))
    server.add_socket(https_server_port[0])
    yield server
    _stop(server, io_loop, request.config)


# Clients.


@_fixture(_server_scope)
def http_client(http_server: HTTPServer) -> Iterator[AsyncHTTPClient]:
    """An asynchronous HTTP client for whole URLs."""
    from tornado.httpclient import AsyncHTTPClient

    client = AsyncHTTPClient()
    yield client
    client.close()


@_fixture(_server_scope)
def https_client(
    request: pytest.FixtureRequest, https_server: HTTPServer
) -> Iterator[AsyncHTTPClient]:
    """An asynchronous HTTP client for whole URLs, those of `https_server` among them.

    It trusts the certificate of our `ssl_options`. For another certificate, pass ``ca_certs`` or
    ``validate_cert=False``.
    """
    from tornado.httpclient import AsyncHTTPClient
    from tornado.testing import AsyncHTTPSTestCase

    known = AsyncHTTPSTestCase.default_ssl_options()
    if _ssl_options(request) == known:
        trusted = {"ca_certs": known["certfile"]}
        client = AsyncHTTPClient(force_instance=True, defaults=trusted)
    else:
        client = AsyncHTTPClient()
    yield client
    client.close()


@_fixture(_server_scope)
def http_server_client(http_server: HTTPServer) -> Iterator[AsyncHTTPServerClient]:
    """An asynchronous HTTP client for paths of `http_server`."""
    from ._server_client import AsyncHTTPServerClient

    client = AsyncHTTPServerClient(force_instance=True, http_server=http_server)
    yield client
    client.close()


@_fixture(_server_scope)
def memory_client(io_loop: IOLoop, **fixtures: Any) -> Iterator[MemoryClient]:
    """A `tornado.testing.MemoryClient` for the application that the fixture `app` returns."""
    from tornado.testing import MemoryClient

    client = MemoryClient(*fixtures.values())
    yield client
    if client.needs_close:
        io_loop.run_sync(client.close)


@_fixture(_server_scope)
def sync_memory_client(io_loop: IOLoop, **fixtures: Any) -> Iterator[SyncMemoryClient]:
    """A `tornado.testing.SyncMemoryClient` for the application that `app` returns."""
    from tornado.testing import SyncMemoryClient

    with SyncMemoryClient(*fixtures.values(), io_loop=io_loop) as client:
        yield client


def take_application_from(name: str) -> None:
    """Let the memory clients have a second argument: the fixture that returns the application.

    pytest resolves arguments that it knows beforehand faster than what a fixture asks for later, and
    can parametrize them.
    """
    for client in (FIXTURES["memory_client"], FIXTURES["sync_memory_client"]):
        arguments = [Parameter(each, Parameter.KEYWORD_ONLY) for each in ("io_loop", name)]
        client.__signature__ = Signature(arguments)  # type: ignore[attr-defined]  # pytest asks for it


def _ssl_options(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.config.getoption("ssl_options_fixture"))


def _application(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.config.getoption("app_fixture"))


def _stop(server: HTTPServer, loop: IOLoop, config: pytest.Config) -> None:
    server.stop()
    if not loop.asyncio_loop.is_closed():
        loop.run_sync(server.close_all_connections, timeout=fixture_timeout(config))
