"""The handler of websocket connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.escape import json_encode
from tornado.log import gen_log
from tornado.web import RequestHandler

from ._parameters import ConnectionParameters, deflate_settings
from ._protocol13 import WebSocketProtocol13
from .protocol import (
    DEFAULT_MAX_MESSAGE_SIZE,
    HandshakeError,
    WebSocketClosedError,
    accept_offer,
    accept_value,
    check_request,
    requested_subprotocols,
)


class WebSocketHandler(RequestHandler):
    """A websocket connection, from the request that opens it to its end."""

    ws_connection: WebSocketProtocol13 | None = None
    stream = None
    close_code: int | None = None
    close_reason: str | None = None
    _on_close_called = False

    async def get(self, *args: Any, **kwargs: Any) -> None:
        self.open_args, self.open_kwargs = args, kwargs
        request = self.request
        try:
            key = check_request(request.method, request.version, request.headers)
        except HandshakeError as error:
            self.set_status(error.status)
            for name, value in error.headers.items():
                self.set_header(name, value)
            gen_log.debug(str(error))
            self.finish(str(error))
            return
        origin = request.headers.get("Origin") or request.headers.get("Sec-Websocket-Origin")
        if origin is not None and not self.check_origin(origin):
            self.set_status(403)
            self.finish("Cross origin websockets not allowed")
            gen_log.debug("Cross origin websockets not allowed")
            return
        options = self.get_compression_options()
        settings = deflate_settings(options)
        self.set_status(101)
        self.clear_header("Content-Type")
        self.set_header("Upgrade", "websocket")
        self.set_header("Connection", "Upgrade")
        self.set_header("Sec-WebSocket-Accept", accept_value(key))
        chosen = self.select_subprotocol(requested_subprotocols(request.headers))
        if chosen is not None:
            self.set_header("Sec-WebSocket-Protocol", chosen)
        agreement = None
        if settings is not None:
            accepted = accept_offer(request.headers.get("Sec-WebSocket-Extensions", ""), settings)
            if accepted is not None:
                agreement, field = accepted
                self.set_header("Sec-WebSocket-Extensions", field)
        self.ws_connection = WebSocketProtocol13(self, False, ConnectionParameters())
        connection = self.request.connection
        self.finish()
        stream = connection.detach()
        result = self.open(*args, **kwargs)
        if result is not None:
            await result
        self.ws_connection.start(stream, None, agreement)

    def open(self, *args, **kwargs): ...
    def on_message(self, message): raise NotImplementedError
    def on_ping(self, data): ...
    def on_pong(self, data): ...
    def on_close(self): ...
    def get_compression_options(self): return None
    def select_subprotocol(self, names): return None
    def check_origin(self, origin):
        return urlsplit(origin).netloc.lower() == self.request.headers.get("Host")

    def write_message(self, message, binary=False):
        if self.ws_connection is None:
            raise WebSocketClosedError
        if isinstance(message, dict):
            message = json_encode(message)
        return self.ws_connection.write_message(message, binary)

    def on_ws_connection_close(self, close_code=None, close_reason=None):
        self.close_code, self.close_reason = close_code, close_reason
        self.on_close()
