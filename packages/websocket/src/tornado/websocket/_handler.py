"""The handler of websocket connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.log import gen_log
from tornado.web import report_exception

from ._inbox import Inbox
from ._parameters import deflate_settings
from ._protocol13 import WebSocketProtocol13
from ._upgraded import UpgradedHandler
from .protocol import (
    VERSION,
    Agreement,
    HandshakeError,
    WebSocketClosedError,
    accept_offer,
    accept_value,
    check_request,
    requested_subprotocols,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping


class WebSocketHandler(UpgradedHandler):
    """A websocket connection, from the request that opens it to its end.

    A subclass defines `on_message`, and whatever else it needs of `open` and `on_close`::

        class EchoHandler(WebSocketHandler):
            def on_message(self, message):
                self.write_message(f"You said: {message}")

    or it takes the messages one by one::

        class EchoHandler(WebSocketHandler):
            async def open(self):
                async for message in self.messages():
                    await self.write_message(f"You said: {message}")

    Each of these methods may be ``async def``. The messages of a connection are handled one after
    the other; the next one waits until the method has returned.
    """

    #: The connection, from `open` to `on_close`.
    ws_connection: WebSocketProtocol13 | None = None

    #: What the close frame of the client said, in `on_close`; None if there was none.
    close_code: int | None = None
    close_reason: str | None = None

    open_args: tuple[Any, ...] = ()
    open_kwargs: Mapping[str, Any] = {}

    _on_close_called = False
    _inbox: Inbox | None = None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Answer the opening handshake, then call `open` (RFC 6455 section 4.2)."""
        self.open_args, self.open_kwargs = args, kwargs
        request = self.request
        try:
            check_request(request.method or "", request.version, request.headers)
        except HandshakeError as error:
            self._refuse(error)
            return
        origin = request.headers.get("Origin") or request.headers.get("Sec-Websocket-Origin")
        if not self._is_allowed_origin(origin):
            self._refuse(HandshakeError("Cross origin websockets not allowed", status=403))
            return
        connection = self.get_websocket_protocol()
        if connection is not None:
            await connection.accept_connection(self)

    async def open_over(self, connection: WebSocketProtocol13) -> None:
        """Accept the opening handshake, and go on over a connection."""
        headers = self.request.headers
        request_connection: Any = self.request.connection
        context = getattr(request_connection, "context", None)
        if getattr(context, "is_draining", False):
            self._refuse(HandshakeError("the server is shutting down", status=503))
            return
        try:
            agreement, extension = self._agree_on_compression()
        except HandshakeError as error:
            self._refuse(error)
            return
        subprotocol = self.select_subprotocol(requested_subprotocols(headers))
        self._accept(headers["Sec-WebSocket-Key"], subprotocol, extension)
        connection.let_server_end(context)
        self.finish()
        self.stream = stream = request_connection.detach()
        self.ws_connection = connection
        connection.attach(stream, agreement=agreement, subprotocol=subprotocol)
        await self._open_connection(connection)

    def _refuse(self, error: HandshakeError) -> None:
        self.set_status(error.status)
        for name, value in error.headers.items():
            self.set_header(name, value)
        gen_log.debug("%s", error)
        self.finish(str(error))

    def _accept(self, key: str, subprotocol: str | None, extension: str | None) -> None:
        self.set_status(101)
        self.clear_header("Content-Type")
        self.set_header("Upgrade", "websocket")
        self.set_header("Connection", "Upgrade")
        self.set_header("Sec-WebSocket-Accept", accept_value(key))
        if subprotocol is not None:
            self.set_header("Sec-WebSocket-Protocol", subprotocol)
        if extension is not None:
            self.set_header("Sec-WebSocket-Extensions", extension)

    def _agree_on_compression(self) -> tuple[Agreement | None, str | None]:
        settings = deflate_settings(self.get_compression_options())
        offers = self.request.headers.get("Sec-WebSocket-Extensions")
        if settings is None or not offers:
            return None, None
        return accept_offer(offers, settings) or (None, None)

    async def _open_connection(self, connection: WebSocketProtocol13) -> None:
        try:
            result = self.open(*self.open_args, **self.open_kwargs)
            if result is not None:
                await result
        except Exception as error:  # noqa: BLE001 - the program's own; it ends the connection
            report_exception(self, error)
            connection.abort()
            return
        connection.start()

    # What a program overrides.

    def _open(self, *args: Any, **kwargs: Any) -> Awaitable[None] | None:
        """Called when the connection is open; override to do what is to be done first.

        It gets the groups of the path. Messages are received when it is done.
        """
        return None

    # Typed as open, so that a subclass may declare the groups of its own path.
    open: Callable[..., Awaitable[None] | None] = _open

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Called with each message; override to handle it.

        :param message: ``str`` for a text message, ``bytes`` for a binary one.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define on_message")

    def on_ping(self, data: bytes) -> None:
        """Called when a ping has come, which is answered without it; override to take note."""

    def on_pong(self, data: bytes) -> None:
        """Called when a pong has come; override to take note."""

    def on_close(self) -> None:
        """Called once, after the end of the connection; override to clean up.

        ``close_code`` and ``close_reason`` say why, if the client has said so.
        """

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Called with what the client can speak; override to choose one of them.

        :param subprotocols: the best first; empty if the client has named none.
        :returns: one of them, or None to use none.
        """
        return None

    def get_compression_options(self) -> dict[str, Any] | None:
        """Called in the opening handshake; override to offer compression.

        :returns: None for none, a dictionary for compression: empty for the defaults, otherwise
            with some of the options that `tornado.websocket` documents.
        """
        return None

    def check_origin(self, origin: str) -> bool:
        """Called when a page of another origin wants to connect; override to allow some.

        Browsers let every page open connections to every server, with the cookies of that server,
        so a handler that goes by cookies has to look at the origin (RFC 6455 section 10.2). It is
        not asked about pages that certainly come from this server.

        :param origin: such as ``https://example.com``.
        :returns: by default, whether it is the request's own host, or one that
            ``check_trusted_origin`` allows.
        """
        return self._is_own(origin) or self.check_trusted_origin(origin)

    def _is_allowed_origin(self, origin: str | None) -> bool:
        site = self.request.headers.get("Sec-Fetch-Site")
        if site == "same-origin":
            return True
        if origin is None:  # a browser always names the origin
            return site is None or site == "none"
        if site is None and self._is_own(origin):
            return True
        return self.check_origin(origin)

    def _is_own(self, origin: str) -> bool:
        try:
            host = urlsplit(origin).netloc.lower()
        except ValueError:
            return False
        return bool(host) and host == (self.request.headers.get("Host") or "").lower()

    # What a program calls.

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message to the client.

        :param message: text; a dictionary, which is sent as JSON; or bytes, which are sent as text
            unless ``binary`` is true.
        :returns: done when the system has taken all bytes; awaiting it slows the program down to
            the speed of its client.
        :raises WebSocketClosedError: the connection is closed or closing.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError
        return self.ws_connection.write_message(message, binary)

    def messages(self) -> AsyncIterator[str | bytes]:
        """Return an iterator over the messages, which `on_message` then does not get.

        It ends with the connection. While it is not asked for more, a bounded number of messages
        is kept, and then nothing is read.

        :raises WebSocketClosedError: the connection is closed.
        """
        connection = self.ws_connection
        if connection is None:
            raise WebSocketClosedError
        if self._inbox is None:
            self._inbox = Inbox(self.max_waiting_messages, connection.resume_reading)
            connection.deliver_to(self._inbox)
        return self._inbox.messages()

    def ping(self, data: str | bytes = b"") -> None:
        """Send a ping of at most 125 bytes to the client.

        :raises WebSocketClosedError: the connection is closed or closing.
        """
        if self.ws_connection is None:
            raise WebSocketClosedError
        self.ws_connection.write_ping(data.encode() if isinstance(data, str) else data)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection; `on_close` follows when the client has answered.

        :param code: by default none, or 1000 with a reason (RFC 6455 section 7.4.1).
        :param reason: at most 123 bytes in UTF-8.
        """
        if self.ws_connection is not None:
            self.ws_connection.close(code, reason)

    def set_nodelay(self, value: bool) -> None:
        """Let small messages leave at once (true), or wait to be joined (false)."""
        if self.ws_connection is None:
            raise WebSocketClosedError
        self.ws_connection.set_nodelay(value)

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that `select_subprotocol` has chosen."""
        return None if self.ws_connection is None else self.ws_connection.selected_subprotocol

    def get_websocket_protocol(self) -> WebSocketProtocol13 | None:
        """Called for the connection of this handler. Override to give another one.

        :returns: None for a version of the protocol that is not known.
        """
        if self.request.headers.get("Sec-WebSocket-Version") == VERSION:
            return WebSocketProtocol13(self, False, self.connection_parameters())
        return None

    # The end.

    def on_ws_connection_close(
        self, close_code: int | None = None, close_reason: str | None = None
    ) -> None:
        """Take notice of the end of the connection, from the connection."""
        self.close_code, self.close_reason = close_code, close_reason
        self.on_connection_close()

    def on_connection_close(self) -> None:
        """Call `on_close` once the connection has ended."""
        self.ws_connection = None
        if self._inbox is not None:
            self._inbox.close()
        if not self._on_close_called:
            self._on_close_called = True
            try:
                self.on_close()
            except Exception as error:  # noqa: BLE001 - the program's own; nothing is left to end
                report_exception(self, error)
