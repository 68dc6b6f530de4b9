"""Websockets: a handler for servers, a client, and the protocol without a socket.

A handler has a method for each thing that can happen::

    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class EchoHandler(WebSocketHandler):
        def open(self):
            print("open")

        def on_message(self, message):
            self.write_message(f"You said: {message}")

        def on_close(self):
            print("closed", self.close_code)

    Application([("/echo", EchoHandler)]).listen(8888)

:func:`broadcast` sends one message to many connections at the cost of little more than the writes.
:mod:`tornado.websocket.protocol` is the protocol without a socket. Importing this module loads
nothing else: each name brings what it needs when it is first asked for.

Compression (RFC 7692) is used where :meth:`WebSocketHandler.get_compression_options` returns a
dictionary, which may be empty. Its options:

``compression_level``
    0 to 9; 6 by default.
``mem_level``
    1 to 9: how much memory a compressor takes while a message is compressed; 8 by default.
``context_takeover``, ``peer_context_takeover``
    Whether messages may refer to earlier ones, for this side's and the peer's messages. False by
    default: then a connection holds no compressor while nothing is sent.
``max_window_bits``, ``peer_max_window_bits``
    How far back references reach, as a power of two from 8 to 15.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._broadcast import broadcast
    from ._client import WebSocketClientConnection
    from ._connect import websocket_connect
    from ._errors import (
        HandshakeError,
        MisuseError,
        PeerError,
        ReconnectError,
        WebSocketClosedError,
        WebSocketError,
    )
    from ._gap import Gap
    from ._handler import WebSocketHandler
    from ._parameters import ConnectionParameters
    from ._protocol import WebSocketProtocol
    from ._protocol13 import WebSocketProtocol13
    from ._reconnecting import Reconnecting

__all__ = [
    "ConnectionParameters",
    "Gap",
    "HandshakeError",
    "MisuseError",
    "PeerError",
    "ReconnectError",
    "Reconnecting",
    "WebSocketClientConnection",
    "WebSocketClosedError",
    "WebSocketError",
    "WebSocketHandler",
    "WebSocketProtocol",
    "WebSocketProtocol13",
    "broadcast",
    "websocket_connect",
]

publish(
    globals(),
    {
        "ConnectionParameters": "_parameters",
        "Gap": "_gap",
        "HandshakeError": "_errors",
        "MisuseError": "_errors",
        "PeerError": "_errors",
        "ReconnectError": "_errors",
        "Reconnecting": "_reconnecting",
        "WebSocketClientConnection": "_client",
        "WebSocketClosedError": "_errors",
        "WebSocketError": "_errors",
        "WebSocketHandler": "_handler",
        "WebSocketProtocol": "_protocol",
        "WebSocketProtocol13": "_protocol13",
        "broadcast": "_broadcast",
        "websocket_connect": "_connect",
    },
    aliases={
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "Queue": "tornado.queues",
        "Resolver": "tornado.netutil",
        "StreamClosedError": "tornado.iostream",
        "TCPClient": "tornado.tcpclient",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "native_str": "tornado.escape",
        "to_unicode": "tornado.escape",
        "utf8": "tornado.escape",
    },
)
