"""Names that programs and upstream's documentation use, beyond those of the other tests."""

from __future__ import annotations

import asyncio
import queue
import socket

import pytest

import tornado.websocket
from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketHandler,
    WebSocketProtocol,
    WebSocketProtocol13,
    websocket_connect,
)
from tornado.websocket.protocol import Close, Ping


def test_the_abstract_protocol_names_what_a_connection_has():
    names = WebSocketProtocol.__abstractmethods__
    assert {"accept_connection", "close", "is_closing", "write_message", "write_ping"} <= names
    assert issubclass(WebSocketProtocol13, WebSocketProtocol)
    with pytest.raises(TypeError):
        WebSocketProtocol(None)  # type: ignore[abstract]  # that is what is tested


def test_the_bits_of_frames():
    protocol = WebSocketProtocol13
    assert (protocol.FIN, protocol.OPCODE_MASK) == (0x80, 0x0F)
    assert protocol.RSV_MASK == protocol.RSV1 | protocol.RSV2 | protocol.RSV3 == 0x70


def test_calculations():
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    for form in (key, key.encode()):
        assert WebSocketProtocol13.compute_accept_value(form) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    sleep_time = WebSocketProtocol13.ping_sleep_time
    assert sleep_time(last_ping_time=1, interval=10, now=4) == 7
    assert sleep_time(last_ping_time=1, interval=10, now=40) == 0


@pytest.mark.parametrize(
    ("settings", "interval", "timeout"),
    [
        ({}, None, None),
        ({"websocket_ping_interval": 10}, 10, 10),
        ({"websocket_ping_interval": 10, "websocket_ping_timeout": 5}, 10, 5),
        ({"websocket_ping_interval": 10, "websocket_ping_timeout": 50}, 10, 10),
        ({"websocket_ping_interval": 0}, None, 0),
    ],
)
def test_settings_become_properties_of_handlers_and_connections(site, settings, interval, timeout):
    seen = queue.Queue()

    class Handler(WebSocketHandler):
        def open(self):
            connection = self.ws_connection
            seen.put((connection.ping_interval, connection.ping_timeout))
            seen.put((self.ping_interval, self.ping_timeout, self.max_message_size))

    site(Handler, websocket_max_message_size=77, **settings).connect()
    assert seen.get(timeout=10) == (interval, timeout)
    assert seen.get(timeout=10) == (
        settings.get("websocket_ping_interval"),
        settings.get("websocket_ping_timeout"),
        77,
    )


def test_a_handler_may_have_limits_of_its_own(site):
    class Handler(WebSocketHandler):
        max_message_size = 10

        def on_message(self, message):
            self.write_message(message)

    application = site(Handler, websocket_max_message_size=1000)
    peer = application.connect()
    peer.send("x" * 10, "x" * 11)
    assert [peer.receive() for _ in range(3)] == ["x" * 10, Close(1009, "message too big"), None]


def test_a_connection_tells_what_it_is(site):
    seen = queue.Queue()

    class Handler(WebSocketHandler):
        def select_subprotocol(self, subprotocols):
            return "b"

        def open(self):
            connection = self.ws_connection
            connection.set_nodelay(True)
            nodelay = self.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            seen.put((connection.is_closing(), connection.selected_subprotocol, nodelay))
            self.set_nodelay(False)
            seen.put(self.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            seen.put((connection.client_terminated, connection.server_terminated))
            connection.write_message({"a": 1})
            connection.write_ping(b"x")
            connection.start_pinging()  # no interval: nothing happens
            connection.close(1001, "bye")
            seen.put((connection.is_closing(), connection.server_terminated))

    peer = site(Handler).connect(subprotocols=("a", "b"))
    assert [peer.receive() for _ in range(3)] == ['{"a": 1}', Ping(b"x"), Close(1001, "bye")]
    closing, subprotocol, nodelay = seen.get(timeout=10)
    assert (closing, subprotocol, nodelay != 0) == (False, "b", True)
    assert seen.get(timeout=10) == 0
    assert seen.get(timeout=10) == (False, False)
    assert seen.get(timeout=10) == (True, True)


def test_a_handler_chooses_its_connection(site):
    class Shouting(WebSocketProtocol13):
        def write_message(self, message, binary=False):
            return super().write_message(message.upper(), binary)

    class Handler(WebSocketHandler):
        def get_websocket_protocol(self):
            return Shouting(self, False, self.connection_parameters())

        def on_message(self, message):
            self.write_message(message)

    peer = site(Handler).connect()
    peer.send("hello")
    assert peer.receive() == "HELLO"


def test_overridden_ends(site):
    ended = queue.Queue()

    class Handler(WebSocketHandler):
        def __init__(self, application, request, **kwargs):
            super().__init__(application, request, **kwargs)
            self.calls = []

        async def get(self, *args, **kwargs):
            await super().get(*args, **kwargs)

        def on_ws_connection_close(self, close_code=None, close_reason=None):
            self.calls.append((close_code, close_reason))
            super().on_ws_connection_close(close_code, close_reason)

        def on_connection_close(self):
            self.calls.append("on_connection_close")
            super().on_connection_close()

        def on_close(self):
            ended.put([*self.calls, "on_close"])

    peer = site(Handler).connect()
    peer.close(1000, "done")
    assert ended.get(timeout=10) == [(1000, "done"), "on_connection_close", "on_close"]


def test_a_protocol_of_a_program_answers_the_handshake_itself(site):
    class Refusing(WebSocketProtocol):
        """Speaks another language."""

        async def accept_connection(self, handler):
            await super().accept_connection(handler)
            handler.set_status(503)
            handler.finish(f"{self.is_closing()} {self.selected_subprotocol}")
            for call in (self.start_pinging, self.close, self.on_connection_close):
                call()
            self.set_nodelay(True)
            self.write_ping(b"")
            self.write_message("")

        def on_connection_close(self):
            WebSocketProtocol.on_connection_close(self)

        @property
        def selected_subprotocol(self):
            return WebSocketProtocol.selected_subprotocol.fget(self)

        def write_message(self, message, binary=False):
            return WebSocketProtocol.write_message(self, message, binary)

        def write_ping(self, data):
            WebSocketProtocol.write_ping(self, data)

        def close(self, code=None, reason=None):
            WebSocketProtocol.close(self, code, reason)

        def is_closing(self):
            return WebSocketProtocol.is_closing(self)

        def start_pinging(self):
            WebSocketProtocol.start_pinging(self)

        def set_nodelay(self, x):
            WebSocketProtocol.set_nodelay(self, x)

    class Handler(WebSocketHandler):
        def get_websocket_protocol(self):
            return Refusing(self)

    peer = site(Handler).connect()
    assert (peer.status, peer.body) == (503, b"None None")  # the abstract methods do nothing


def test_a_handshake_may_be_looked_at_before_it_is_accepted(site):
    seen = queue.Queue()

    class Watching(WebSocketProtocol13):
        async def accept_connection(self, handler):
            seen.put(handler.request.path)
            await super().accept_connection(handler)

    class Handler(WebSocketHandler):
        def get_websocket_protocol(self):
            return Watching(self, False, self.connection_parameters())

        def open(self):
            self.write_message("open")

    assert site(Handler).connect().receive() == "open"
    assert seen.get(timeout=10) == "/"


def test_closing_without_a_handshake(site):
    class Handler(WebSocketHandler):
        def on_message(self, message):
            self.ws_connection.on_connection_close()

    peer = site(Handler).connect()
    peer.send("x")
    assert peer.receive() is None


def test_the_classic_wrapper_of_callbacks(site):
    class Handler(WebSocketHandler):
        def open(self):
            self.ws_connection._loop.call_soon(self.async_callback(self.write_message, "later"))

    assert site(Handler).connect().receive() == "later"


class Methods:
    """The methods of a response that a connection no longer has."""

    names = ("write", "redirect", "set_header", "set_cookie", "set_status", "flush", "finish")


def test_a_connection_is_no_response_any_more(site):
    errors = queue.Queue()

    class Handler(WebSocketHandler):
        def open(self):
            for name in Methods.names:
                try:
                    getattr(self, name)()
                except RuntimeError as error:
                    errors.put((name, str(error)))
            self.close()

    assert site(Handler).connect().receive() == Close(None, None)
    text = "Method not supported for Web Sockets"
    assert [errors.get(timeout=10) for _ in Methods.names] == [
        (name, text) for name in Methods.names
    ]


def test_a_subclass_of_the_client_hears_of_everything(site):
    class Server(WebSocketHandler):
        def open(self):
            self.ping(b"1")

        def on_message(self, message):
            if message == "close":
                self.close(3000, "bye")
            else:
                self.write_message(message)

    class Client(WebSocketClientConnection):
        def on_message(self, message):
            seen.append(("message", message))
            return super().on_message(message)

        def on_ping(self, data):
            seen.append(("ping", data))

        def on_pong(self, data):
            seen.append(("pong", data))

        def on_ws_connection_close(self, close_code=None, close_reason=None):
            seen.append(("close", close_code, close_reason))
            super().on_ws_connection_close(close_code, close_reason)

        def on_connection_close(self):
            seen.append(("lost",))
            super().on_connection_close()

    seen: list[tuple] = []
    application = site(Server)

    async def talk():
        client = Client(request=HTTPRequest(f"ws://127.0.0.1:{application.port}/"))
        assert await client.connect_future is client
        assert isinstance(client.protocol, WebSocketProtocol13)
        client.ping("2")
        client.write_message("hello")
        assert await client.read_message() == "hello"
        client.write_message("close")
        assert await client.read_message() is None
        assert client.protocol is None

    asyncio.run(asyncio.wait_for(talk(), 20))
    assert seen == [
        ("ping", b"1"),
        ("pong", b"2"),
        ("message", "hello"),
        ("close", 3000, "bye"),
        ("lost",),
    ]


def test_an_exception_of_a_client_s_callback_goes_to_log_exception(site):
    class Server(WebSocketHandler):
        def open(self):
            self.write_message("x")

    class Client(WebSocketClientConnection):
        def log_exception(self, typ, value, tb):
            logged.append((typ, str(value)))

    def callback(message):
        if message is not None:
            raise ValueError(message)
        ended.set()

    logged: list[tuple] = []
    ended = asyncio.Event()
    application = site(Server)

    async def talk():
        request = HTTPRequest(f"ws://127.0.0.1:{application.port}/")
        await Client(request, on_message_callback=callback).connect_future
        await ended.wait()

    asyncio.run(asyncio.wait_for(talk(), 20))
    assert logged == [(ValueError, "x")]


@pytest.mark.parametrize(
    "name",
    [
        "IOLoop",
        "IOStream",
        "Queue",
        "Resolver",
        "StreamClosedError",
        "TCPClient",
        "future_add_done_callback",
        "future_set_result_unless_cancelled",
        "native_str",
        "to_unicode",
        "utf8",
    ],
)
def test_names_that_programs_take_from_here(name):
    assert getattr(tornado.websocket, name) is not None
    assert name not in dir(tornado.websocket) or name in tornado.websocket.__all__


def test_a_message_may_be_written_while_the_loop_does_not_run(site):
    class Echo(WebSocketHandler):
        def on_message(self, message):
            self.write_message(message)

    url = f"ws://127.0.0.1:{site(Echo).port}/"
    loop = IOLoop(make_current=False)
    try:
        client = loop.run_sync(lambda: websocket_connect(url))
        client.write_message("hello")
        assert loop.run_sync(client.read_message) == "hello"
        client.close()
        assert loop.run_sync(client.read_message) is None
    finally:
        loop.close()
