"""Websockets of an application.

The opening handshake waits for the application: it accepts, closes (403), or answers with a response of
its own. Then the connection is :class:`tornado.websocket.WebSocketProtocol13`, with its limits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, ResponseStartLine
from tornado.websocket import (
    ConnectionParameters,
    HandshakeError,
    WebSocketClosedError,
    WebSocketProtocol13,
)
from tornado.websocket.protocol import (
    CloseCode,
    accept_offer,
    accept_value,
    check_request,
    requested_subprotocols,
)

from ._errors import ClientLeftError, MessageError, is_about_lost_client
from ._fields import decode_fields
from ._response import Response
from ._running import Lingering, Waiters, start_task
from ._state import DONE, START

if TYPE_CHECKING:
    from ._application import ASGIContainer
    from ._types import Message

app_log = logging.getLogger("tornado.application")
gen_log = logging.getLogger("tornado.general")

#: How much may wait for an application before nothing more is read: messages, and their size.
_MAX_MESSAGES = 16
_MAX_UNREAD = 65536

#: Close codes that no frame carries (RFC 6455 section 7.4.1).
_NO_STATUS = CloseCode.NO_STATUS_RECEIVED
_ABNORMAL = CloseCode.ABNORMAL_CLOSURE

#: What makes the handshake, which is the server's.
_OF_HANDSHAKE = frozenset(
    {"Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Protocol", "Content-Length"}
)


def wants_websocket(line: Any, headers: HTTPHeaders) -> bool:
    """Return whether a request is the opening handshake of a websocket."""
    upgrade = headers["Upgrade"].lower().split(",")
    return line[0] == "GET" and "websocket" in [each.strip() for each in upgrade]


class WebSocketExchange(HTTPMessageDelegate):
    """A websocket for an application, from its opening handshake to its end."""

    def __init__(
        self,
        container: ASGIContainer,
        server_conn: object,
        connection: Any,
        line: Any,
        headers: HTTPHeaders,
    ) -> None:
        self._container = container
        self._connection = connection
        self._context = connection.context
        self._line, self._headers = line, headers
        self.scope: dict[str, Any] = container.scopes.websocket(
            line, headers, server_conn, connection, requested_subprotocols(headers)
        )
        self._waiters = Waiters()
        self._inbox = _Inbox(self._waiters)
        self._protocol: _Protocol | None = None
        #: The answer of an application that does not accept.
        self._denial: Response | None = None
        self._has_connected = False
        self._is_closed = False
        self._is_lost = False
        self._close_code: int = _ABNORMAL
        self._close_reason = ""
        self._task: asyncio.Task[None] | None = None
        self._key = ""
        self._began = time.monotonic()

    # What the connection calls.

    def finish(self) -> None:
        """Start the application, if the handshake is a good one."""
        if getattr(self._context, "is_draining", False):
            self._answer(HandshakeError("the server is shutting down", status=503))
            return
        try:
            self._key = check_request(self._line[0], self._line[2], self._headers)
        except HandshakeError as error:
            self._answer(error)
            return
        self._task = start_task(self._run())
        if self._protocol is None and not self._is_over():
            self._connection.set_close_callback(self._lose)

    def on_connection_close(self) -> None:
        """Tell the application that the client is gone."""
        self._lose()

    def _lose(self) -> None:
        self._is_lost = True
        if self._denial is not None:
            self._denial.is_lost = True
        self._waiters.wake()
        if self._task is not None and not self._task.done():
            Lingering(self._task, self._context)

    # The application.

    async def _run(self) -> None:
        try:
            await self._container.application(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            self._end(CloseCode.GOING_AWAY)
            raise
        except BaseException as error:
            self._fail(error)
            self._end(CloseCode.INTERNAL_ERROR)
            if isinstance(error, (SystemExit, KeyboardInterrupt)):
                raise  # it is meant for the program
        else:
            if not self._is_over() and self._protocol is None:
                app_log.error("%s: the application has neither accepted nor closed", self)
            self._end(CloseCode.NORMAL)

    def _fail(self, error: BaseException) -> None:
        if self._is_lost and is_about_lost_client(error):
            gen_log.debug("%s: the client is gone", self)
        else:
            app_log.error("%s: exception in the application", self, exc_info=error)

    def _end(self, code: int) -> None:
        """End what the application has left open."""
        if self._protocol is not None:
            self._protocol.close(code)
        elif self._denial is not None and self._denial.stage is not START:
            if self._denial.stage is not DONE:
                self._connection.close()
        elif not self._is_over():
            self._answer(HandshakeError("Internal Server Error", status=500))

    def _is_over(self) -> bool:
        return self._is_lost or self._is_closed

    def _answer(self, error: HandshakeError) -> None:
        """Refuse the handshake."""
        self._is_closed = True
        fields = HTTPHeaders({"Content-Type": "text/plain; charset=utf-8", "Connection": "close"})
        for name, value in error.headers.items():
            fields[name] = value
        line = {403: "Forbidden", 426: "Upgrade Required", 500: "Internal Server Error"}
        reason = line.get(error.status, "Refused")
        self._connection.respond(error.status, reason, fields, str(error).encode())
        self._log(error.status)

    async def receive(self) -> Message:
        """Return the next message for the application, when there is one."""
        if not self._has_connected:
            self._has_connected = True
            return {"type": "websocket.connect"}
        while True:
            message = self._inbox.take()
            if message is not None:
                kind = "text" if message.__class__ is str else "bytes"
                return {"type": "websocket.receive", kind: message}
            if self._is_lost or (self._is_closed and self._protocol is None):
                code, reason = self._close_code, self._close_reason
                return {"type": "websocket.disconnect", "code": int(code), "reason": reason}
            await self._waiters.wait()

    async def send(self, message: Message) -> None:
        """Take a message of the application.

        :raises ClientLeftError: the client is gone, or has closed the connection.
        :raises MessageError: this message does not fit what was sent before.
        """
        kind = message["type"]
        if self._is_lost:
            raise ClientLeftError("the client is gone")
        if self._is_closed:
            raise MessageError(f"{kind} after the websocket was closed")
        if self._protocol is not None:
            await self._send_open(self._protocol, kind, message)
        elif kind.startswith("websocket.http.response."):
            await self._deny(kind, message)
        elif self._denial is not None:
            raise MessageError(f"{kind} after the response that refuses the websocket has begun")
        elif kind == "websocket.accept":
            self._accept(message)
        elif kind == "websocket.close":
            self._close_code = message.get("code", CloseCode.NORMAL) or CloseCode.NORMAL
            self._answer(HandshakeError("Forbidden", status=403))
            self._waiters.wake()
        else:
            raise MessageError(f"{kind!r:.60} before the websocket is accepted")

    async def _send_open(self, protocol: _Protocol, kind: str, message: Message) -> None:
        if kind == "websocket.send":
            text, data = message.get("text"), message.get("bytes")
            if (text is None) == (data is None):
                raise ValueError("a websocket message has either text or bytes")
            try:
                if text is not None:
                    await protocol.write_message(_checked_text(text))
                else:
                    await protocol.write_message(_checked_bytes(data), binary=True)
            except WebSocketClosedError:
                raise ClientLeftError("the client has closed the websocket") from None
        elif kind == "websocket.close":
            self._is_closed = True
            code = message.get("code", CloseCode.NORMAL)
            protocol.close(code, message.get("reason") or None)
        else:
            raise MessageError(f"{kind!r:.60} after the websocket was accepted")

    async def _deny(self, kind: str, message: Message) -> None:
        """Send a piece of the response that refuses the handshake."""
        denial = self._denial
        if denial is None:
            denial = self._denial = Response(self._connection, "GET")
        message = {**message, "type": kind.removeprefix("websocket.")}
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        elif message["type"] != "http.response.body":
            raise MessageError(f"there is no message of the type {kind!r:.60} here")
        await denial.send(message)
        if denial.stage is DONE and not self._is_closed:
            self._is_closed = True
            self._log(denial.status)

    # The connection.

    def _accept(self, message: Message) -> None:
        """Complete the handshake (RFC 6455 section 4.2.2)."""
        subprotocol = message.get("subprotocol")
        offered = self.scope["subprotocols"]
        if subprotocol is not None and subprotocol not in offered:
            raise ValueError(f"the client offers {offered!r:.80}, not {subprotocol!r:.40}")
        fields = decode_fields(message.get("headers", ()))
        refused = sorted(_OF_HANDSHAKE.intersection(fields))
        if refused:
            raise ValueError(f"the header {refused[0]} belongs to the handshake, which is ours")
        container, agreement = self._container, None
        headers = HTTPHeaders.from_parsed(fields)
        headers["Upgrade"] = "websocket"
        headers["Connection"] = "Upgrade"
        headers["Sec-WebSocket-Accept"] = accept_value(self._key)
        if subprotocol is not None:
            headers["Sec-WebSocket-Protocol"] = subprotocol
        offers = self._headers.get("Sec-WebSocket-Extensions")
        if container.compression is not None and offers:
            accepted = accept_offer(offers, container.compression)
            if accepted is not None:
                agreement, headers["Sec-WebSocket-Extensions"] = accepted
        parameters = container.websocket or ConnectionParameters(slow_reader="wait")
        self._protocol = protocol = _Protocol(self, False, parameters)
        protocol.let_server_end(self._context)
        line = ResponseStartLine("", 101, "Switching Protocols")
        self._connection.write_headers(line, headers)
        self._connection.finish()
        self._log(101)
        protocol.attach(self._connection.detach(), agreement=agreement, subprotocol=subprotocol)
        self._inbox.on_space = protocol.resume_reading
        protocol.limit_by(self._inbox)  # type: ignore[arg-type]  # it has what is needed of one
        protocol.start()

    # What the connection of the websocket calls.

    def on_message(self, message: str | bytes) -> None:
        """Keep a message for the application."""
        self._inbox.put(message)

    def on_ping(self, data: bytes) -> None:
        """Do nothing: pings are answered."""

    def on_pong(self, data: bytes) -> None:
        """Do nothing: the connection has taken note."""

    def on_ws_connection_close(self, code: int | None, reason: str | None) -> None:
        """Tell the application that the connection has ended."""
        protocol = self._protocol
        if code is None:
            code = _NO_STATUS if protocol is not None and protocol.has_close_frame else _ABNORMAL
        self._close_code, self._close_reason = code, reason or ""
        self._lose()

    def log_exception(self, *error: Any) -> None:
        """Log an error of our own."""
        app_log.error("%s: exception while a message was received", self, exc_info=error)

    def _log(self, status: int) -> None:
        if self._container.is_logging():
            self._container.log_request(self.scope, status, time.monotonic() - self._began)

    def __str__(self) -> str:
        client = self.scope["client"]
        return f"websocket {self.scope['path']} ({client[0] if client else 'local'})"


class _Protocol(WebSocketProtocol13):
    """The connection, which tells a close frame without a code from no close frame."""

    has_close_frame = False

    def take_close(self) -> None:
        self.has_close_frame = True
        super().take_close()


class _Inbox:
    """The messages that an application has not received; while it is full, nothing is read."""

    def __init__(self, waiters: Waiters) -> None:
        self._waiters = waiters
        self._messages: deque[str | bytes] = deque()
        self._size = 0
        #: Called when it is not full any more.
        self.on_space: Any = None

    @property
    def is_full(self) -> bool:
        return len(self._messages) >= _MAX_MESSAGES or self._size >= _MAX_UNREAD

    def put(self, message: str | bytes) -> None:
        self._messages.append(message)
        self._size += len(message)
        self._waiters.wake()

    def take(self) -> str | bytes | None:
        if not self._messages:
            return None
        was_full = self.is_full
        message = self._messages.popleft()
        self._size -= len(message)
        if was_full and not self.is_full:
            self.on_space()
        return message


def _checked_text(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError(f"the text of a message is str, not {text!r:.40}")
    return text


def _checked_bytes(data: Any) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"the bytes of a message are bytes, not {data!r:.40}")
    return bytes(data)
