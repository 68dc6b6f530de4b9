"""Arguments in the order of earlier generations, and the loop among them."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.netutil import add_accept_handler, bind_sockets
from tornado.simple_httpclient import SimpleAsyncHTTPClient

KINDS = [SimpleAsyncHTTPClient, CurlAsyncHTTPClient]


@pytest.fixture
def current() -> Iterator[IOLoop]:
    loop = IOLoop()
    yield loop
    loop.close(all_fds=True)


@pytest.fixture
def other(current: IOLoop) -> Iterator[IOLoop]:
    """A loop of this thread that is not the current one."""
    loop = IOLoop(make_current=False)
    yield loop
    loop.close(all_fds=True)


def serve(loop: IOLoop) -> str:
    """Start a server on a loop, and return its URL."""
    (listener,) = bind_sockets(0, "127.0.0.1", family=socket.AF_INET)

    def accept(connection: socket.socket, address: Any) -> None:
        stream = IOStream(connection, loop)

        def answer(head: bytes) -> None:
            status = b"404 Not Found" if head.startswith(b"GET /missing") else b"200 OK"
            stream.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\nhello")
            stream.read_until(b"\r\n\r\n", answer)

        stream.read_until(b"\r\n\r\n", answer)

    add_accept_handler(listener, accept, loop)
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["current", "other"])
def test_a_client_runs_on_the_loop_that_it_was_given(
    request: pytest.FixtureRequest, current: IOLoop, kind: Any, which: str
) -> None:
    loop = request.getfixturevalue(which)
    client = kind(loop)
    assert client.io_loop is loop
    bodies: list[bytes] = []

    def fetched(response: Any) -> None:
        assert IOLoop.current() is loop
        bodies.append(response.body)
        if len(bodies) == 2:
            client.close()
            loop.stop()

    url = serve(loop)
    client.fetch(url, fetched)
    client.fetch(url, callback=fetched)
    guard = loop.call_later(20, loop.stop)
    loop.start()
    loop.remove_timeout(guard)
    assert bodies == [b"hello"] * 2


@pytest.mark.parametrize("kind", [AsyncHTTPClient, *KINDS])
def test_the_arguments_of_2_x_and_of_4_x_follow_the_loop(other: IOLoop, kind: Any) -> None:
    shared = kind(other, 7)
    assert shared.max_clients == 7
    assert (
        kind(other) is kind(io_loop=other) is kind(other, 9) is kind(other, None, False) is shared
    )
    own = [
        kind(other, True),
        kind(other, 8, True),
        kind(other, force_instance=True, max_clients=8),
        kind(True, io_loop=other),
        kind(other, 8, force_instance=True),
        kind(None, 8, True),
        kind(None, None, True),
    ]
    assert len({*own, shared}) == 8
    assert [client.max_clients for client in own] == [10, 8, 8, 10, 8, 8, 10]
    assert [client.io_loop is other for client in own] == [True] * 5 + [False] * 2
    for client in (*own, shared):
        client.close()
    with pytest.raises(TypeError):
        kind(other, 1, True, True)
    with pytest.raises(TypeError, match="io_loop is given by its place and by its name"):
        kind(other, io_loop=other)
    with pytest.raises(TypeError, match="max_clients is given by its place and by its name"):
        kind(other, 1, max_clients=2)


def test_a_client_is_made_on_another_loop_while_one_runs(current: IOLoop, other: IOLoop) -> None:
    async def make() -> Any:
        assert AsyncHTTPClient(IOLoop.current()) is AsyncHTTPClient() is AsyncHTTPClient(None)
        AsyncHTTPClient().close()
        client = AsyncHTTPClient(io_loop=other)
        return client, client.fetch(url)

    url = serve(other)
    client, fetch = current.run_sync(make)
    assert other.run_sync(lambda: fetch).body == b"hello"
    client.close()


def test_a_client_refuses_a_closed_and_a_foreign_loop(current: IOLoop) -> None:
    closed = IOLoop(make_current=False)
    closed.close()
    for kind in (AsyncHTTPClient, *KINDS):
        with pytest.raises(RuntimeError, match="io_loop is closed"):
            kind(closed)
    foreign = IOLoop(make_current=False)
    running = threading.Event()
    foreign.add_callback(running.set)
    thread = threading.Thread(target=foreign.start)
    thread.start()
    assert running.wait(20)
    for kind in (AsyncHTTPClient, *KINDS):
        with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
            kind(io_loop=foreign)
    foreign.add_callback(foreign.stop)
    thread.join(20)
    foreign.close()
    with pytest.raises(TypeError, match="io_loop is an IOLoop or None"):
        AsyncHTTPClient(io_loop=asyncio)


@pytest.mark.parametrize("kind", KINDS)
def test_a_subclass_of_4_x_hands_its_loop_on(other: IOLoop, kind: Any) -> None:
    class Client(kind):  # type: ignore[misc]  # the base is a parameter
        def initialize(self, io_loop: IOLoop, max_clients: int = 5, **kwargs: Any) -> None:
            self.given = io_loop
            super().initialize(io_loop, max_clients, **kwargs)

    for client in (Client(other), Client(io_loop=other, force_instance=True)):
        assert client.given is client.io_loop is other
        assert client.max_clients == 5
        client.close()
    client = Client(force_instance=True)
    assert client.given is client.io_loop is IOLoop.current()
    client.close()


@pytest.mark.parametrize("kind", KINDS)
def test_raise_error_may_follow_the_callback(current: IOLoop, kind: Any) -> None:
    missing = serve(current) + "missing"
    client = kind()

    async def main() -> None:
        assert (await client.fetch(missing, None, False)).code == 404
        assert (await client.fetch(missing, False)).code == 404
        assert (await client.fetch(missing, callback=None, raise_error=False)).code == 404
        for arguments in [(), (None,), (None, True), (True,)]:
            with pytest.raises(HTTPClientError):
                await client.fetch(missing, *arguments)
        for raise_error in (True, False):
            got = asyncio.get_running_loop().create_future()
            assert client.fetch(missing, got.set_result, raise_error) is None
            assert (await got).code == 404
        with pytest.raises(TypeError, match="a callback is a function"):
            client.fetch(missing, callback="function")

    current.run_sync(main)
    client.close()


V2 = (
    *("url", "method", "headers", "body", "auth_username", "auth_password", "connect_timeout"),
    *("request_timeout", "if_modified_since", "follow_redirects", "max_redirects", "user_agent"),
    *("use_gzip", "network_interface", "streaming_callback", "header_callback"),
    *("prepare_curl_callback", "proxy_host", "proxy_port", "proxy_username", "proxy_password"),
    *("allow_nonstandard_methods", "validate_cert", "ca_certs", "allow_ipv6", "client_key"),
    "client_cert",
)
V3 = (*V2[:6], "auth_mode", *V2[6:])
V4 = (*V3[:22], "proxy_auth_mode", *V3[22:])

VALUES: dict[str, Any] = {
    "url": "http://127.0.0.1/",
    "method": "POST",
    "headers": {"A": "b"},
    "body": b"body",
    "auth_username": "user",
    "auth_password": "secret",
    "auth_mode": "digest",
    "connect_timeout": 1.5,
    "request_timeout": 2.5,
    "if_modified_since": 0,
    "follow_redirects": False,
    "max_redirects": 7,
    "user_agent": "agent",
    "use_gzip": False,
    "network_interface": "127.0.0.1",
    "streaming_callback": print,
    "header_callback": repr,
    "prepare_curl_callback": str,
    "proxy_host": "proxy",
    "proxy_port": 8080,
    "proxy_username": "proxy-user",
    "proxy_password": "proxy-secret",
    "proxy_auth_mode": "basic",
    "allow_nonstandard_methods": False,
    "validate_cert": True,
    "ca_certs": "authorities.pem",
    "allow_ipv6": False,
    "client_key": "key.pem",
    "client_cert": "certificate.pem",
}


@pytest.mark.parametrize("order", [V2, V3, V4])
def test_a_request_takes_its_arguments_in_the_order_of_each_generation(order: Any) -> None:
    for count in range(1, len(order) + 1):
        names = order[:count]
        if count > 6 and order is V2:
            assert order[6] == "connect_timeout"
        given = HTTPRequest(*(VALUES[name] for name in names))
        named = HTTPRequest(**{name: VALUES[name] for name in names})
        given.start_time = named.start_time
        assert given.__dict__ == named.__dict__, names[-1]


@pytest.mark.parametrize("timeout", [0, 0.0, 5, 5.5])
def test_a_number_in_the_place_of_auth_mode_is_a_timeout(timeout: float) -> None:
    request = HTTPRequest("http://127.0.0.1/", "GET", None, None, None, None, timeout, 9.0)
    assert (request.connect_timeout, request.request_timeout) == (timeout, 9.0)
    assert request.auth_mode is None


def test_s20_a_certificate_is_verified_in_the_order_of_3_x_as_in_the_modern_one() -> None:
    arguments = [VALUES[name] for name in V3[:21]]
    assert HTTPRequest(*arguments, "secret", False, False).validate_cert is False
    assert HTTPRequest(*arguments, "secret", True, None).validate_cert is None
    assert HTTPRequest(*arguments, "secret", None, False, True).validate_cert is True


def test_more_than_the_classic_order_had_is_refused() -> None:
    arguments = [VALUES[name] for name in V2]
    with pytest.raises(TypeError, match="auth_mode is text, not"):
        HTTPRequest(*arguments, None, "more")
    with pytest.raises(TypeError, match="auth_mode is text"):
        HTTPRequest("http://127.0.0.1/", auth_mode=5, client_cert="certificate.pem")
