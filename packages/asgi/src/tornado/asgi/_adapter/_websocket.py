"""Websockets: a handler speaks the protocol as ever, over a stream in memory.

The server of ASGI has the frames of the client and passes messages on. The handler gets one end of a
stream in memory, and at the other end is a :class:`tornado.websocket.protocol.Connection`, the client's
side of the protocol without a socket: it makes frames of the server's events and events of the
handler's frames. So limits, back-pressure, the order of messages, iterators and close codes are those
of :mod:`tornado.websocket`, and no handler is changed.

ASGI has no pings. One that a handler sends is answered here when the server has taken all messages
before it: so the interval of pings still ends a connection whose client takes nothing any more.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from tornado.iostream import MemoryIOStream, StreamClosedError
from tornado.websocket.protocol import (
    VERSION,
    Close,
    Connection,
    MisuseError,
    Ping,
    Pong,
    new_key,
)

from ._connection import ASGIConnection, Phase
from ._fields import encode_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPHeaders

    from ._limits import Limits
    from ._outgoing import Event, Outgoing, Send

    Receive = Callable[[], Awaitable[Event]]

#: Bytes that one read takes of what a handler has sent.
_READ_SIZE = 1 << 16

#: What the server says to the client by itself (RFC 6455 section 4.2.2).
_OF_HANDSHAKE = frozenset(
    {
        "Connection",
        "Content-Length",
        "Content-Type",
        "Sec-Websocket-Accept",
        "Sec-Websocket-Extensions",
        "Sec-Websocket-Protocol",
        "Sec-Websocket-Version",
        "Transfer-Encoding",
        "Upgrade",
    }
)

#: Codes that stand for a connection without a close frame (RFC 6455 section 7.4.1).
_NO_FRAME = frozenset({1006, 1015})


def complete_handshake(headers: HTTPHeaders, subprotocols: list[str]) -> None:
    """Make the fields of a scope those of an opening handshake, as a handler checks it.

    Over HTTP/2 there are fewer of them (RFC 8441), and some servers keep theirs to themselves.
    The server has checked the version and answers the key, so neither is the client's. Compression is
    the server's affair as well, and the handler is offered none.
    """
    headers["Upgrade"], headers["Connection"] = "websocket", "Upgrade"
    headers["Sec-WebSocket-Version"], headers["Sec-WebSocket-Key"] = VERSION, new_key()
    headers.pop("Sec-WebSocket-Extensions", None)
    if subprotocols and "Sec-WebSocket-Protocol" not in headers:
        headers["Sec-WebSocket-Protocol"] = ", ".join(subprotocols)


class WebSocketConnection(ASGIConnection):
    """The connection of a request for a websocket: it is accepted, or refused with a response."""

    event_prefix = "websocket.http.response"

    def __init__(self, scope: dict[str, Any], outgoing: Outgoing, limits: Limits) -> None:
        super().__init__(scope, outgoing, limits)
        #: The messages, once the handler has accepted the websocket.
        self.messages: MessageStream | None = None

    def switch_protocols(self, headers: HTTPHeaders) -> asyncio.Future[None]:
        """Accept the websocket."""
        self._phase = Phase.DONE
        self._close_callback = None
        self.messages = MessageStream()
        accept = {
            "type": "websocket.accept",
            "subprotocol": headers.get("Sec-WebSocket-Protocol"),
            "headers": encode_fields(headers, _OF_HANDSHAKE),
        }
        sent = self._send(accept)
        self._outgoing.complete()
        return sent

    def finish(self) -> None:
        """End the response, unless it has accepted the websocket."""
        if self.messages is None:
            super().finish()

    def detach(self) -> Any:
        """Return the stream of the websocket, which is closed if the client has left.

        :raises RuntimeError: it was not accepted.
        """
        if self.messages is not None:
            return self.messages.handlers_end
        if self._phase is not Phase.LOST or self.refused_with is not None:
            return super().detach()
        ended = MessageStream()
        ended.abort()
        return ended.handlers_end


def without_denial(send: Send) -> Send:
    """Return a function that refuses a websocket as every server can: its client gets a bare 403."""

    async def close_instead(event: Event) -> None:
        if event["type"] == "websocket.http.response.start":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
        elif not event["type"].startswith("websocket.http.response"):
            await send(event)

    return close_instead


class MessageStream:
    """The messages of one websocket, between a handler's stream and the events of the server."""

    def __init__(self) -> None:
        self._stream, self.handlers_end = MemoryIOStream.pair()
        self._protocol = Connection(is_client=True, max_message_size=sys.maxsize)
        #: The client's end of the websocket is known.
        self._is_disconnected = False
        #: What the handler's close frame says, None before it has sent one.
        self._own_close: Close | None = None
        self._sending: asyncio.Timeout | None = None

    # From the server to the handler.

    async def take(self, event: Event) -> bool:
        """Pass an event of the server on, at the speed of the handler.

        :returns: whether more events may follow.
        """
        try:
            if event["type"] == "websocket.receive":
                await self._stream.write(self._frame_of(event))
                return True
            self._is_disconnected = True
            frame = self._close_frame(*self._end_of(event))
            if frame:
                await self._stream.write(frame)
        except StreamClosedError:
            return not self._is_disconnected
        self.abort()
        return False

    def _frame_of(self, event: Event) -> bytes:
        text = event.get("text")
        if text is not None:
            return _joined(self._protocol.sender.text(text))
        return _joined(self._protocol.sender.binary(event.get("bytes") or b""))

    def _end_of(self, event: Event) -> tuple[int | None, str | None]:
        """Return the code and the reason of the client's close frame.

        An answer to the handler's close frame repeats its code (RFC 6455 section 5.5.1). Some servers
        give a code of their own instead, or the handler's reason as the client's.
        """
        code, reason, own = event.get("code"), event.get("reason") or None, self._own_close
        if own is not None:
            code = own.code if code in (None, 1000, 1005) else code
            reason = None if reason == own.reason else reason
        return code, reason

    def _close_frame(self, code: int | None, reason: str | None) -> bytes:
        if code in _NO_FRAME:
            return b""
        try:
            if code is None or code == 1005:
                return self._protocol.sender.close(None, None)
            return self._protocol.sender.close(code, reason)
        except MisuseError:  # no client can have sent this
            return b""

    # From the handler to the server.

    async def run(self, send: Send) -> None:
        """Give what the handler sends to the server, until the handler closes its stream."""
        try:
            async with asyncio.timeout(None) as self._sending:
                while True:
                    data = await self._stream.read_bytes(_READ_SIZE, partial=True)
                    await self._send_events(data, send)
        except (StreamClosedError, OSError):
            return  # the handler has closed its stream, or the client has left
        except Exception:
            if (
                not self._is_disconnected
            ):  # some servers refuse what comes after the end in this way
                raise
        finally:
            self._sending = None
            self._stream.close()

    async def _send_events(self, data: bytes, send: Send) -> None:
        protocol = self._protocol
        while True:
            for event in protocol.receive(data):
                if isinstance(event, str):
                    await send({"type": "websocket.send", "text": event})
                elif isinstance(event, bytes):
                    await send({"type": "websocket.send", "bytes": event})
                elif isinstance(event, Close):
                    protocol.take_answers()  # the client's own answer comes with its disconnect
                    self._own_close = event
                    if not self._is_disconnected:
                        await send(_close_event(event))
                    return
                elif isinstance(event, Ping):
                    await self._stream.write(protocol.sender.pong(event.data))
                else:
                    _ignore_pong(event)
            if not protocol.has_more:
                protocol.take_answers()
                return
            data = b""

    def abort(self) -> None:
        """End the handler's stream, and send nothing more: the client has left."""
        self._stream.close()
        if self._sending is not None:  # some servers never return once the client has left
            self._sending.reschedule(asyncio.get_running_loop().time())


def _close_event(event: Close) -> Event:
    """Return the event that closes a websocket; ASGI has no close frame without a code."""
    return {
        "type": "websocket.close",
        "code": 1000 if event.code is None else event.code,
        "reason": event.reason or "",
    }


def _ignore_pong(event: Pong) -> None:
    """Do nothing: ASGI has no pongs."""


def _joined(frame: Any) -> bytes:
    return b"".join(frame) if isinstance(frame, tuple) else frame
