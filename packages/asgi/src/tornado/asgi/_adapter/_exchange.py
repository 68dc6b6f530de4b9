"""One request and its response.

The coroutine that the server runs gives the response to the server. Where there is a body to read, or
where the handler has to wait, a task beside it receives: the body first, then the news that the client
has left.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError

from ._body import BodyReader
from ._connection import ASGIConnection
from ._head import read_head, wants_body
from ._outgoing import Outgoing
from ._routing import start_message
from ._steps import outside_task

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPMessageDelegate, HTTPServerConnectionDelegate

    from ._limits import Limits
    from ._outgoing import Event, Send

    Receive = Callable[[], Awaitable[Event]]

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")


async def serve_http(
    application: HTTPServerConnectionDelegate,
    limits: Limits,
    scope: dict[str, Any],
    receive: Receive,
    send: Send,
) -> None:
    """Serve a scope of the type ``http``."""
    outgoing = Outgoing(limits.write_timeout)
    connection = ASGIConnection(scope, outgoing, limits)
    exchange = Exchange(application, connection, limits)
    receiving: asyncio.Task[None] | None = None
    try:
        if outside_task(exchange.start):
            receiving = asyncio.get_running_loop().create_task(exchange.receive(receive))
        await outgoing.run(send)
    except asyncio.CancelledError:
        connection.lose()
        raise
    finally:
        if receiving is not None:
            await _end(receiving)
        exchange.end(outgoing)
        application.on_close(connection.context)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class Exchange:
    """The request of one scope, on its way to the application."""

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        connection: ASGIConnection,
        limits: Limits,
    ) -> None:
        self._application = application
        self._connection = connection
        self._limits = limits
        #: Is told about the request, None after it was told its end.
        self._message: HTTPMessageDelegate | None = None

    def start(self) -> bool:
        """Pass the head on.

        :returns: whether something has to be received: a body, or the client's end.
        """
        connection = self._connection
        try:
            head = read_head(connection.scope, self._limits)
        except HTTPInputError as error:
            self._refuse(error)
            return False
        try:
            self._message = message = start_message(self._application, connection, head)
            waiting = message.headers_received(head.start_line, head.headers)
            self._body = BodyReader(connection, message, head.headers, waiting)
            if waiting is not None or wants_body(connection.scope, head.headers):
                return True
            self._finish()
        except HTTPInputError as error:
            self._refuse(error)
            return False
        return not connection.is_finished

    async def receive(self, receive: Receive) -> None:
        """Read the body, and then wait until the client leaves."""
        connection = self._connection
        try:
            if self._message is not None:
                if not await self._body.read(receive):
                    self.lose()
                    return
                outside_task(self._finish)
            while not connection.is_finished:
                event = await receive()
                if event["type"] == "http.disconnect":
                    self.lose()
                    return
        except HTTPInputError as error:
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 - it would be lost in this task
            app_log.error("Uncaught exception while a request was received", exc_info=error)
            self._abort()

    def lose(self, error: BaseException | None = None) -> None:
        """Take notice that the client has left, or that nothing more can be sent."""
        message, self._message = self._message, None
        if message is None:
            outside_task(lambda: self._connection.lose(error))
        else:  # the delegate hears of it, and tells its handler
            self._connection.give_up(error)
            outside_task(message.on_connection_close)

    def end(self, outgoing: Outgoing) -> None:
        """Tell the application of the end, unless it knows."""
        if outgoing.is_lost:
            self.lose(outgoing.error)
        elif self._message is not None:  # the response was complete before the body
            message, self._message = self._message, None
            outside_task(message.on_connection_close)

    def _finish(self) -> None:
        message, self._message = self._message, None
        if message is not None:
            message.finish()

    def _refuse(self, error: HTTPInputError) -> None:
        peer = self._connection.context.remote_ip
        if error.status == 408:
            gen_log.info("%s from %s", error, peer)
        else:
            gen_log.info("Malformed HTTP message from %s: %s", peer, error)
        self._connection.refuse(error.status)
        message, self._message = self._message, None
        if message is not None:
            outside_task(message.on_connection_close)

    def _abort(self) -> None:
        self._message = None
        self._connection.close()
