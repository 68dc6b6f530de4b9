"""Every positional call of 1.2, 2.4, 3.2, 4.5 and 5.1 means the same here, or is listed as refused."""

from __future__ import annotations

import asyncio
import socket
import warnings
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from orders import Signature, listing, read_signatures
from parity import Exceptions, Parity

import tornado.auth
import tornado.httpclient
from tornado import gen
from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import AsyncHTTPClient, HTTPClient, HTTPRequest
from tornado.httpserver import HTTPRequest as ServerRequest
from tornado.httputil import HTTPHeaders
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream
from tornado.log import LogFormatter
from tornado.netutil import Resolver, TCPServer
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.stack_context import ExceptionStackContext
from tornado.web import Application, ChunkedTransferEncoding, RequestHandler, URLSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


# -- calls that their positions alone do not put right, each as it was written -------------------


async def fetch(kind: type[AsyncHTTPClient]) -> None:
    class Greeting(RequestHandler):
        def get(self) -> None:
            self.set_status(int(self.get_argument("status")))
            self.write("hello")

    (listener,) = _listeners()
    server = Application([("/", Greeting)]).listen(0, "127.0.0.1")
    server.add_socket(listener)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/?status="
    client = kind(force_instance=True)
    for arguments in ((), (True,), (False,)):
        got: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        assert client.fetch(url + "404", got.set_result, *arguments) is None
        assert (await got).code == 404
    assert (await client.fetch(url + "404", None, False)).code == 404
    client.close()
    server.stop()
    await server.close_all_connections()


async def make_client(kind: type[AsyncHTTPClient]) -> None:
    loop = IOLoop.current()
    shared = kind(loop, 7)
    own = kind(loop, 8, True)
    assert (shared.max_clients, own.max_clients) == (7, 8)  # type: ignore[attr-defined]  # of each kind
    assert kind(loop) is kind(loop, 7, None) is shared is not own
    assert kind(loop, True) not in (shared, own)
    for client in (shared, own):
        client.close()


async def initialize_client(kind: type[Any]) -> None:
    class Client(kind):  # type: ignore[misc]  # the base is a parameter
        def initialize(self, io_loop: IOLoop, max_clients: int = 10, **kwargs: Any) -> None:
            super().initialize(io_loop, max_clients, **kwargs)

    client = Client(IOLoop.current(), max_clients=3, defaults={"user_agent": "agent"})
    assert client.max_clients == 3
    assert client.defaults["user_agent"] == "agent"
    client.close()


async def initialize_base() -> None:
    class Client(AsyncHTTPClient):
        def initialize(self, io_loop: IOLoop, defaults: Any = None) -> None:  # type: ignore[override]  # of 4.x
            super().initialize(io_loop, defaults)  # type: ignore[arg-type,misc]  # the classic order

    client = Client(IOLoop.current(), defaults={"user_agent": "agent"})
    assert client.defaults["user_agent"] == "agent"
    client.close()


async def blocking_client() -> None:
    def make() -> None:
        HTTPClient(10).close()

    await asyncio.to_thread(make)


async def client_request() -> None:
    old = HTTPRequest("http://x/", "GET", None, None, "user", "secret", 1.0, 2.0, None, False, 9)
    assert (old.auth_mode, old.connect_timeout, old.request_timeout) == (None, 1.0, 2.0)
    assert (old.follow_redirects, old.max_redirects) == (False, 9)
    between = [None, None, "agent", True, None, None, None, None, "proxy", 80, "user", "secret"]
    third = HTTPRequest("http://x/", "GET", None, None, "u", "p", "basic", 1.0, 2.0, None, *between)
    assert (third.proxy_host, third.auth_mode) == ("proxy", "basic")
    full = HTTPRequest(
        *("http://x/", "GET", None, None, "u", "p", "basic", 1.0, 2.0, None, *between),
        *(True, False, "authorities.pem"),
    )
    assert (full.allow_nonstandard_methods, full.validate_cert) == (True, False)
    assert full.ca_certs == "authorities.pem"


async def server_request() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        request = ServerRequest(
            *("GET", "/", "HTTP/1.1", HTTPHeaders(), b"body"),
            *("10.0.0.1", "https", "example.com", {"file": []}, None),
        )
    assert (request.remote_ip, request.protocol) == ("10.0.0.1", "https")
    assert (request.host, request.files, request.body) == ("example.com", {"file": []}, b"body")


async def loop() -> None:
    def make() -> None:
        made = IOLoop(None)
        made.close(True)

    await asyncio.to_thread(make)


async def read(name: str, *arguments: Any) -> None:
    for callback in (True, False):
        reader, writer = _pair()
        got: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        writer.write(b"a line\n")
        method = getattr(reader, name)
        first, *others = arguments
        pending = method(first, got.set_result if callback else None, *others)
        assert (pending is None) is callback
        assert await (pending or got) in (b"a line\n", 7)
        reader.close()
        writer.close()


async def stream() -> None:
    sockets = socket.socketpair()
    made = IOStream(sockets[0], IOLoop.current(), 1000, 100)
    assert (made.max_buffer_size, made.read_chunk_size) == (1000, 100)
    made = IOStream(sockets[1], IOLoop.current(), 1000, 100, 10)
    assert made.max_write_buffer_size == 10
    for each in sockets:
        each.close()


async def connect() -> None:
    (listener,) = _listeners()
    for arguments in ((), ("example.com",)):
        connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client = IOStream(socket.socket())
        address = listener.getsockname()
        assert client.connect(address, lambda: connected.set_result(None), *arguments) is None  # noqa: B023 - called in this round
        await connected
        client.close()
    client = IOStream(socket.socket())
    assert await client.connect(listener.getsockname(), None, "example.com") is client
    client.close()
    listener.close()


async def resolve() -> None:
    got: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    assert Resolver().resolve("127.0.0.1", 80, socket.AF_INET, got.set_result) is None  # type: ignore[call-arg,func-returns-value]  # classic
    assert await got == [(socket.AF_INET, ("127.0.0.1", 80))]


async def bind() -> None:
    first, second = TCPServer(), TCPServer()
    first.bind(0, "127.0.0.1", socket.AF_INET, 128, True)
    port = first._pending_sockets[0].getsockname()[1]
    second.bind(port, "127.0.0.1", socket.AF_INET, 128, True)
    for server in (first, second):
        server.stop()


async def with_timeout() -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for arguments in ((), (ValueError,)):
        for io_loop in (None, IOLoop.current()):
            with suppress(TimeoutError):
                await gen.with_timeout(timedelta(0), never, io_loop, *arguments)
                raise AssertionError("the time was not up")


async def block() -> None:
    with ExceptionStackContext(lambda typ, value, tb: typ is KeyError, None):
        raise KeyError


async def url_spec() -> None:
    spec = URLSpec("/", RequestHandler, {"key": "value"}, "name")
    assert (spec.handler_class, spec.kwargs, spec.name) == (
        RequestHandler,
        {"key": "value"},
        "name",
    )


async def chunk() -> None:
    request = ServerRequest(start_line=_start_line("GET", "/", "HTTP/1.1"))
    transform = ChunkedTransferEncoding(request)
    assert isinstance(transform.transform_chunk(b"chunk", True), bytes)


async def formatter() -> None:
    for color in (True, False):
        assert LogFormatter(color)._fmt == LogFormatter()._fmt


def _start_line(*parts: str) -> Any:
    from tornado.httputil import RequestStartLine

    return RequestStartLine(*parts)


def _listeners() -> list[socket.socket]:
    from tornado.netutil import bind_sockets

    return bind_sockets(0, "127.0.0.1", family=socket.AF_INET)


def _pair() -> tuple[IOStream, IOStream]:
    left, right = socket.socketpair()
    return IOStream(left), IOStream(right)


CALLS: dict[str, Callable[[], Awaitable[None]]] = {
    "gen.with_timeout": with_timeout,
    "httpclient.AsyncHTTPClient.__new__": lambda: make_client(AsyncHTTPClient),
    "httpclient.AsyncHTTPClient.initialize": initialize_base,
    "httpclient.HTTPClient.__init__": blocking_client,
    "httpclient.HTTPRequest.__init__": client_request,
    "httpserver.HTTPRequest.__init__": server_request,
    "ioloop.IOLoop.__init__": loop,
    "iostream.BaseIOStream.__init__": stream,
    "iostream.BaseIOStream.read_into": lambda: read("read_into", bytearray(100), True),
    "log.LogFormatter.__init__": formatter,
    "netutil.Resolver.resolve": resolve,
    "stack_context.ExceptionStackContext.__init__": block,
    "tcpserver.TCPServer.bind": bind,
    "web.ChunkedTransferEncoding.transform_chunk": chunk,
    "web.URLSpec.__init__": url_spec,
    **{f"iostream.{name}.connect": connect for name in ("IOStream", "SSLIOStream")},
}
for _module, _kind in (("simple", SimpleAsyncHTTPClient), ("curl", CurlAsyncHTTPClient)):
    CALLS[f"{_module}_httpclient.{_kind.__name__}.initialize"] = lambda kind=_kind: (
        initialize_client(kind)
    )
    CALLS[f"{_module}_httpclient.{_kind.__name__}.fetch"] = lambda kind=_kind: fetch(kind)
CALLS["httpclient.AsyncHTTPClient.fetch"] = lambda: fetch(AsyncHTTPClient)
for _name in ("IOStream", "BaseIOStream"):
    CALLS[f"iostream.{_name}.read_bytes"] = lambda: read("read_bytes", 100, None, True)
    CALLS[f"iostream.{_name}.read_until"] = lambda: read("read_until", b"\n", 100)
    CALLS[f"iostream.{_name}.read_until_regex"] = lambda: read("read_until_regex", b"\n", 100)

#: What is refused, and why. `docs/generations.md` explains it to readers.
REFUSED = {
    "auth.OAuth2Mixin.authorize_redirect": "a redirect takes no callback, as in 6.0: it is sent, or awaited",
    "auth.OAuthMixin.authorize_redirect": "a redirect takes no callback, as in 6.0: it is sent, or awaited",
    "auth.OpenIdMixin.authenticate_redirect": "a redirect takes no callback, as in 6.0: it is sent, or awaited",
    "auth.TwitterMixin.authenticate_redirect": "a redirect takes no callback, as in 6.0: it is sent, or awaited",
    "gen.Runner.__init__": "made by the decorators alone; it stands on futures since 4.0",
    "simple_httpclient.SimpleAsyncHTTPClient.__new__": "of 1.x alone, with five places; give names",
    "web.GZipContentEncoding.transform_first_chunk": "of 1.x alone; 2.0 put status_code before it",
    "web.OutputTransform.transform_first_chunk": "of 1.x alone; 2.0 put status_code before it",
    "websocket.WebSocketProtocol13.__init__": "made by handlers alone; its options are one object",
    "web.RequestHandler.get_secure_cookie": "of 1.x alone; cookies carry their name since 1.2",
}

PARITY = Parity(Exceptions.read())
WRONG = list(listing(PARITY))


def _short(signature: Signature) -> str:
    return signature.name.removeprefix("tornado.")


async def call_back(signature: Signature) -> None:
    """Call a method of a mixin as it was called, with a body that returns what it was given."""
    owner, name = signature.path.split(".")
    function = getattr(getattr(tornado.auth, owner), name)
    (cell,) = (
        cell
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__, strict=True)
        if variable == "method"
    )
    names = [each.strip().partition("=")[0] for each in signature.text.strip("()").split(",")]
    given = tuple(names[1 : names.index("callback")])
    seen: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()

    async def body(self: object, *arguments: str) -> tuple[str, ...]:
        return arguments

    method, cell.cell_contents = cell.cell_contents, body
    try:
        assert function(object(), *given, seen.set_result) is None
        assert await seen == given
    finally:
        cell.cell_contents = method


for _signature, _ in WRONG:
    if _signature.module == "tornado.auth" and not _signature.path.endswith("_redirect"):
        CALLS[_short(_signature)] = lambda signature=_signature: call_back(signature)


def test_every_signature_that_has_moved_is_called_or_refused() -> None:
    absent = PARITY.exceptions.absent
    unknown = [
        f"{signature}: {wrong}"
        for signature, wrong in WRONG
        if _short(signature) not in {*CALLS, *REFUSED}
        and not {signature.name, signature.name.rpartition(".")[0]} & absent.keys()
    ]
    assert unknown == []


def test_every_call_and_every_refusal_is_needed() -> None:
    needed = {_short(signature) for signature, _ in WRONG}
    assert sorted({*CALLS, *REFUSED} - needed) == []


def test_all_signatures_of_2_4_1_are_looked_at() -> None:
    signatures = read_signatures()
    assert sum(signature.version == "2.4.1" for signature in signatures) > 400
    assert {signature.version for signature in signatures} == {
        *("1.2.1", "2.4.1", "3.2.2", "4.5.3", "5.1.1"),
    }


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_in_the_classic_order_means_what_it_meant(name: str) -> None:
    asyncio.run(asyncio.wait_for(CALLS[name](), 60))  # type: ignore[arg-type]  # coroutines all of them


def test_what_is_refused_of_1_x_says_so() -> None:
    with pytest.raises(TypeError):
        SimpleAsyncHTTPClient(None, 10, 20, True, {})  # type: ignore[arg-type]  # 1.x


def test_names_that_were_dropped_are_refused() -> None:
    with pytest.raises(TypeError, match="handler_class"):
        URLSpec("/", handler_class=RequestHandler)  # type: ignore[call-arg]  # 2.4
    future: asyncio.Future[None] = asyncio.Future(loop=IOLoop.current().asyncio_loop)
    for call in (future.result, future.exception):
        with pytest.raises(TypeError):
            call(5)  # type: ignore[call-arg]  # 3.0
    assert not hasattr(future, "exc_info")
    assert not hasattr(tornado.httpclient, "AsyncHTTPClient2")
    assert not hasattr(ExceptionStackContext, "exit")
    request = ServerRequest(start_line=_start_line("GET", "/", "HTTP/1.1"))
    request.connection = request
    handler = RequestHandler(Application(cookie_secret="secret"), request)
    with pytest.raises(TypeError):
        handler.get_secure_cookie("name", True, "value")  # type: ignore[arg-type]  # 1.2
    IOLoop.current().close()
