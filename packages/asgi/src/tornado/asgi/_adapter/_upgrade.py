"""One websocket, from the request that opens it to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError

from ._head import Head, read_head
from ._outgoing import Outgoing
from ._routing import start_message
from ._steps import outside_task
from ._websocket import WebSocketConnection, complete_handshake, without_denial

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPServerConnectionDelegate

    from ._limits import Limits
    from ._outgoing import Event, Send

    Receive = Callable[[], Awaitable[Event]]

gen_log = logging.getLogger("tornado.general")


async def serve_websocket(
    application: HTTPServerConnectionDelegate,
    limits: Limits,
    scope: dict[str, Any],
    receive: Receive,
    send: Send,
) -> None:
    """Serve a scope of the type ``websocket``."""
    await receive()  # websocket.connect
    outgoing = Outgoing(limits.write_timeout)
    # A handler sees the request of the opening handshake, whatever version of HTTP has carried it.
    scope = {**scope, "method": "GET", "http_version": "1.1"}
    connection = WebSocketConnection(scope, outgoing, limits)
    if "websocket.http.response" not in connection.extensions:
        send = without_denial(send)
    outside_task(lambda: _start(application, limits, connection))
    receiving = asyncio.get_running_loop().create_task(_receive(connection, receive))
    try:
        await outgoing.run(send)
        if connection.messages is not None:
            await connection.messages.run(send)
    finally:
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        if connection.messages is not None:
            connection.messages.abort()
        else:
            connection.lose(outgoing.error)
        application.on_close(connection.context)


def _start(
    application: HTTPServerConnectionDelegate, limits: Limits, connection: WebSocketConnection
) -> None:
    try:
        head: Head = read_head(connection.scope, limits)
        complete_handshake(head.headers, connection.scope.get("subprotocols") or [])
        message = start_message(application, connection, head)
        message.headers_received(head.start_line, head.headers)
        message.finish()
    except HTTPInputError as error:
        gen_log.info("Malformed HTTP message from %s: %s", connection.context.remote_ip, error)
        connection.refuse(error.status)


async def _receive(connection: WebSocketConnection, receive: Receive) -> None:
    """Pass on what the client sends, until it has left."""
    while True:
        event = await receive()
        messages = connection.messages
        if messages is None:
            if event["type"] == "websocket.disconnect":
                connection.lose()
                return
        elif not await messages.take(event):
            return
