"""The websocket protocol without a socket (RFC 6455, and compression by RFC 7692).

Bytes in, events out; messages in, bytes out. This module opens no socket and needs neither asyncio
nor ``ssl`` nor the rest of this project, so it serves in a test, in a browser or under any other
loop::

    from tornado.websocket.protocol import Connection

    client, server = Connection(is_client=True), Connection(is_client=False)
    print(server.receive(client.send_text("hello")))  # ['hello']

A text message is a ``str``, a binary one is ``bytes``; `Ping`, `Pong` and `Close` are tuples. The
opening handshake is in functions of their own: `check_request` for a server, `request_headers` and
`check_response` for a client, `accept_offer` for compression.
"""

from __future__ import annotations

from tornado.util import publish

from .._errors import (
    HandshakeError,
    MisuseError,
    PeerError,
    WebSocketClosedError,
    WebSocketError,
)
from ._connection import DEFAULT_MAX_MESSAGE_SIZE, Connection
from ._deflate import Deflater, Direction, Inflater
from ._events import Close, Event, Ping, Pong
from ._extension import (
    Agreement,
    DeflateSettings,
    accept_offer,
    check_acceptance,
    make_offer,
)
from ._frames import CloseCode, Opcode
from ._handshake import (
    VERSION,
    accept_value,
    check_request,
    check_response,
    new_key,
    request_headers,
    requested_subprotocols,
)
from ._masking import mask
from ._receiver import Receiver, ReceiverState
from ._sender import Sender
from ._shared_frames import SharedFrames
from ._state import ConnectionState

__all__ = [
    "Agreement",
    "Close",
    "CloseCode",
    "Connection",
    "ConnectionState",
    "DEFAULT_MAX_MESSAGE_SIZE",
    "DeflateSettings",
    "Deflater",
    "Direction",
    "Event",
    "HandshakeError",
    "Inflater",
    "MisuseError",
    "Opcode",
    "PeerError",
    "Ping",
    "Pong",
    "Receiver",
    "ReceiverState",
    "Sender",
    "SharedFrames",
    "VERSION",
    "WebSocketClosedError",
    "WebSocketError",
    "accept_offer",
    "accept_value",
    "check_acceptance",
    "check_request",
    "check_response",
    "make_offer",
    "mask",
    "new_key",
    "request_headers",
    "requested_subprotocols",
]

publish(globals())
