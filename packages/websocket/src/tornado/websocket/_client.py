"""The client's side of a websocket connection."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop, takes_loop
from tornado.log import app_log

from ._connecting import connect
from ._inbox import Inbox
from ._parameters import ConnectionParameters, deflate_settings
from ._protocol13 import WebSocketProtocol13
from .protocol import DEFAULT_MAX_MESSAGE_SIZE, WebSocketClosedError, WebSocketError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType
    from typing import Self

    from tornado.httpclient import HTTPRequest
    from tornado.httputil import HTTPHeaders
    from tornado.iostream import IOStream
    from tornado.netutil import Resolver
    from tornado.simple_httpclient import SimpleAsyncHTTPClient

#: How many messages wait for `WebSocketClientConnection.read_message` before reading stops.
_MAX_WAITING_MESSAGES = 16


class WebSocketClientConnection:
    """A connection of a client; `websocket_connect` makes one.

    Messages are read one by one, or given to a callback::

        connection = await websocket_connect("wss://example.com/updates")
        await connection.write_message("hello")
        async for message in connection:
            print(message)

    :param request: where to connect to; the options of an `HTTPRequest` count here too: TLS,
        proxies, credentials, cookies, timeouts, redirects.

    The arguments of `websocket_connect` are those of this class as well.
    """

    #: The connection, once it is open, and what the server's close frame said.
    ws_connection: WebSocketProtocol13 | None = None
    close_code: int | None = None
    close_reason: str | None = None
    #: The fields of the server's answer.
    headers: HTTPHeaders | None = None

    @takes_loop(before="request")
    def __init__(
        self,
        request: HTTPRequest,
        on_message_callback: Callable[[str | bytes | None], Any] | None = None,
        compression_options: dict[str, Any] | None = None,
        ping_interval: float | None = None,
        ping_timeout: float | None = None,
        max_message_size: int = DEFAULT_MAX_MESSAGE_SIZE,
        subprotocols: list[str] | None = None,
        resolver: Resolver | None = None,
        *,
        http_client: SimpleAsyncHTTPClient | None = None,
        io_loop: IOLoop | None = None,
        **limits: Any,
    ) -> None:
        self.request = request
        self.params = ConnectionParameters(
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_message_size=max_message_size,
            **limits,
        )
        self._deflate = deflate_settings(compression_options)
        self._subprotocols = subprotocols or []
        self._resolver = resolver
        self._http_client = http_client
        self._on_message_callback = on_message_callback
        self._inbox = Inbox(_MAX_WAITING_MESSAGES, self._read_on)
        self._is_closed = False
        loop = (io_loop or IOLoop.current()).asyncio_loop  # it may not run yet
        #: Done with this object when the connection is open.
        self.connect_future: asyncio.Future[Any] = loop.create_future()
        self._connecting = loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            opened = await connect(
                self.request,
                subprotocols=self._subprotocols,
                deflate=self._deflate,
                resolver=self._resolver,
                http_client=self._http_client,
            )
        except asyncio.CancelledError:
            self._fail(WebSocketClosedError("closed before it was open"))
        except Exception as error:  # noqa: BLE001 - raised where the connection is awaited
            self._fail(error)
        else:
            if self.connect_future.done():  # cancelled
                opened.stream.close()
                return
            self.headers = opened.headers
            self.ws_connection = connection = WebSocketProtocol13(self, True, self.params)
            connection.attach(
                opened.stream, agreement=opened.agreement, subprotocol=opened.subprotocol
            )
            if self._on_message_callback is None:
                connection.limit_by(self._inbox)
            self.connect_future.set_result(self)
            connection.start()

    def _fail(self, error: Exception) -> None:
        self._is_closed = True
        self._inbox.close()
        if not self.connect_future.done():
            self.connect_future.set_exception(error)

    def _read_on(self) -> None:
        if self.ws_connection is not None:
            self.ws_connection.resume_reading()

    @property
    def protocol(self) -> WebSocketProtocol13 | None:
        """The connection; ``ws_connection`` by the name that upstream gives it here."""
        return self.ws_connection

    @property
    def stream(self) -> IOStream | None:
        """The stream of the connection, once it is open."""
        return None if self.ws_connection is None else self.ws_connection.stream

    # What a program calls.

    def read_message(
        self, callback: Callable[[asyncio.Future[str | bytes | None]], Any] | None = None
    ) -> asyncio.Future[str | bytes | None]:
        """Read the next message.

        :param callback: classic: called with the future.
        :returns: ``str`` for a text message, ``bytes`` for a binary one, None after the end.
        """
        if self._on_message_callback is not None:
            raise WebSocketError("messages go to on_message_callback, so none can be read")
        future = self._inbox.get()
        if callback is not None:
            future.add_done_callback(callback)
        return future

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self._inbox.messages()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close the connection and wait until it has ended; nobody gets what still comes."""
        self.close()
        await self.wait_closed()

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message to the server.

        :param message: text; a dictionary, which is sent as JSON; or bytes, which are sent as text
            unless ``binary`` is true.
        :returns: done when the system has taken all bytes.
        :raises WebSocketClosedError: the connection is not open.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError("Client connection has been closed")
        return self.ws_connection.write_message(message, binary)

    def ping(self, data: str | bytes = b"") -> None:
        """Send a ping of at most 125 bytes to the server.

        :raises WebSocketClosedError: the connection is not open.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError("Client connection has been closed")
        self.ws_connection.write_ping(data.encode() if isinstance(data, str) else data)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection, or stop connecting.

        :param code: by default none, or 1000 with a reason (RFC 6455 section 7.4.1).
        :param reason: at most 123 bytes in UTF-8.
        """
        if self.ws_connection is not None:
            self.ws_connection.close(code, reason)
        elif not self._is_closed:
            self._connecting.cancel()

    @property
    def is_closed(self) -> bool:
        """True once the connection has ended, or could not be opened.

        .. versionadded:: 1.0
        """
        return self._is_closed

    async def wait_closed(self) -> None:
        """Wait until the connection has ended; what was not read by then is dropped.

        It is read, so that a full inbox does not hide the close frame.

        .. versionadded:: 1.0
        """
        while await self._inbox.get() is not None:
            pass

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that the server has chosen."""
        return None if self.ws_connection is None else self.ws_connection.selected_subprotocol

    # What the connection calls, and a subclass may override.

    def on_message(self, message: str | bytes) -> Any:
        """Called with each message. Override to handle it; by default it can be read."""
        if self._on_message_callback is not None:
            return self._on_message_callback(message)
        return self._inbox.put(message)

    def on_ping(self, data: bytes) -> None:
        """Called when a ping has come, which is answered without it. Override to take note."""

    def on_pong(self, data: bytes) -> None:
        """Called when a pong has come. Override to take note."""

    def on_ws_connection_close(
        self, close_code: int | None = None, close_reason: str | None = None
    ) -> None:
        """Called when the connection has ended; the callback gets None instead of a message."""
        self.close_code, self.close_reason = close_code, close_reason
        self.on_connection_close()

    def on_connection_close(self) -> None:
        """Called when the connection has ended. Override to take note, and call this one too."""
        self.ws_connection = None
        self._is_closed = True
        self._inbox.close()
        if self._on_message_callback is not None:
            try:
                self._on_message_callback(None)
            except Exception:  # noqa: BLE001 - the program's own; nobody else gets it
                self.log_exception(*sys.exc_info())

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Called with what a callback has raised. Override to log it in another way."""
        if typ is not None and value is not None:
            app_log.error("Uncaught exception %s", value, exc_info=(typ, value, tb))
