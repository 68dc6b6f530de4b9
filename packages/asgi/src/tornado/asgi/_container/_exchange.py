"""One request and its response: the delegate between a connection and an application."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate

from ._errors import is_about_lost_client
from ._response import Response
from ._running import Lingering, Waiters, start_task
from ._state import DONE, HELD, START

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httputil import RequestStartLine, ResponseStartLine

    from ._application import ASGIContainer
    from ._types import Message
    from ._websocket import WebSocketExchange

app_log = logging.getLogger("tornado.application")
gen_log = logging.getLogger("tornado.general")

#: Bytes of a request's body that wait for the application; then the client has to wait.
_MAX_UNREAD = 65536


class Exchange(Response, HTTPMessageDelegate):
    """A request for an application, which runs in a task of its own.

    The application of a request without a body starts when that is complete, so that most responses
    are written within the callback in which the request came. With a body it starts in the next turn
    of the loop, or before it, if the body is complete; then it receives the body as it comes.
    """

    # As in Response: no defaults for what is set for each request.
    if TYPE_CHECKING:
        scope: dict[str, Any]

    #: What answers instead, for the opening handshake of a websocket.
    _websocket: WebSocketExchange | None = None
    #: What has come of the body and the application has not received.
    _chunks: list[bytes] | None = None
    _unread = 0
    #: The request is complete.
    _is_received = False
    #: The application has received the end of the body.
    _is_taken = False
    _is_started = False
    _is_lingering = False
    #: Starts the application, if nothing else does before.
    _starting: asyncio.Handle | None = None
    #: Held back by this: the next piece of the body.
    _hold: asyncio.Future[None] | None = None
    _waiters: Waiters | None = None
    _task: asyncio.Task[None] | None = None
    _began = 0.0

    def __init__(self, container: ASGIContainer, server_conn: object, connection: Any) -> None:
        self._container = container
        self._server_conn = server_conn
        self.connection = connection
        # What Response.__init__ does, apart from the method.
        self.stage = START
        self.is_lost = False
        self.status = 0

    # What the connection calls.

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Make the scope, and decide when the application starts."""
        container, line = self._container, start_line
        fields = headers.fields
        if "Upgrade" in fields and self._becomes_websocket(line, headers):
            return None
        self.method = line[0]
        self.scope = container.scopes.http(
            line,  # type: ignore[arg-type]  # as above
            headers,
            self._server_conn,
            self.connection,
        )
        if container.is_logging():
            self._began = time.monotonic()
        if "Content-Length" in fields or "Transfer-Encoding" in fields:
            loop = asyncio.get_running_loop()
            self._starting = loop.call_soon(self._start)
            if "Expect" in fields and str(fields["Expect"]).lower() == "100-continue":
                # The client is asked for its body when the application wants it.
                self._hold = loop.create_future()
                return self._hold
        return None

    def _becomes_websocket(self, line: Any, headers: HTTPHeaders) -> bool:
        from ._websocket import WebSocketExchange, wants_websocket

        if not wants_websocket(line, headers):
            return False
        self._websocket = WebSocketExchange(
            self._container, self._server_conn, self.connection, line, headers
        )
        return True

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Keep a piece of the body for the application; let the client wait if there is much."""
        if self.is_lost or self.stage is DONE:
            return None
        if self._chunks is None:
            self._chunks = []
        self._chunks.append(chunk)
        self._unread += len(chunk)
        if self._waiters is not None:
            self._waiters.wake()
        if self._unread < _MAX_UNREAD:
            return None
        self._hold = asyncio.get_running_loop().create_future()
        return self._hold

    def finish(self) -> None:
        """Start the application, unless it runs already."""
        if self._websocket is not None:
            self._websocket.finish()
            return
        self._is_received = True
        if not self._is_started:
            if self._starting is not None:
                self._starting.cancel()
            self._start()
        elif self._waiters is not None:
            self._waiters.wake()

    def on_connection_close(self) -> None:
        """Tell the application that the client is gone, or that nothing more of its body comes."""
        if self._websocket is not None:
            self._websocket.on_connection_close()
            return
        self._chunks, self._unread = None, 0
        self.lost()

    # The application.

    def _start(self) -> None:
        self._is_started = True
        task = start_task(self._run())
        if task is not None:
            self._task = task
            if self.stage is DONE or self.is_lost:
                self._linger()
            else:
                self.connection.set_close_callback(self.lost)

    async def _run(self) -> None:
        try:
            await self._container.application(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            self._fail(None)
            raise
        except BaseException as error:
            self._fail(error)
            if isinstance(error, (SystemExit, KeyboardInterrupt)):
                raise  # it is meant for the program
        else:
            if self.stage is not DONE and not self.is_lost:
                app_log.error("%s: the application has not sent a whole response", self._summary())
                self._answer_failure()

    async def receive(self) -> Message:
        """Return the next message for the application, when there is one."""
        while True:
            if self._is_received and not self._is_taken:
                self._is_taken = True
                return {"type": "http.request", "body": self._take(), "more_body": False}
            if self.is_lost or self.stage is DONE:
                return {"type": "http.disconnect"}
            if self._chunks:
                return {"type": "http.request", "body": self._take(), "more_body": True}
            if self._hold is not None:
                self._release()
            if self._waiters is None:
                self._waiters = Waiters()
            await self._waiters.wait()

    def _take(self) -> bytes:
        chunks, self._chunks, self._unread = self._chunks, None, 0
        if self._hold is not None:
            self._release()
        if chunks is None:
            return b""
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _release(self) -> None:
        """Let the next piece of the body come."""
        hold, self._hold = self._hold, None
        if hold is not None and not hold.done():
            hold.set_result(None)

    def offers(self, extension: str) -> bool:
        """Return whether the scope of this request has an extension."""
        return extension in self.scope["extensions"]

    # The end.

    def completing(self) -> None:
        """Let a server that is drained wait for the application before its connection closes."""
        if getattr(self._server_conn, "is_draining", False) and self._is_started:
            self._linger()

    def completed(self) -> None:
        """Note that the response is complete: the rest of the request is of no interest."""
        if self._began:
            self._log()
        if self._hold is not None:
            self._release()
        if self._waiters is not None:
            self._waiters.wake()
        if self._task is not None and not self._task.done():
            asyncio.get_running_loop().call_soon(self._linger)  # most tasks end in this turn

    def _linger(self) -> None:
        """Let the server wait for the application, now that nothing else of the request is left."""
        task = self._task or asyncio.current_task()
        if task is not None and not task.done() and not self._is_lingering:
            self._is_lingering = True
            Lingering(task, self.connection.context)

    def lost(self) -> None:
        """Note that the client is gone, or was refused."""
        if self.is_lost:
            return
        self.is_lost = True
        if self._starting is not None:
            self._starting.cancel()
        self._release()
        if self._waiters is not None:
            self._waiters.wake()
        if self.stage is not DONE:
            if self._began:
                self._log()
            if self._task is not None:
                self._linger()

    def _fail(self, error: BaseException | None) -> None:
        """Handle what an application has raised; ``None`` stands for a cancellation."""
        if self.is_lost and is_about_lost_client(error):
            gen_log.debug("%s: the client is gone", self._summary())
        elif error is not None:
            app_log.error("%s: exception in the application", self._summary(), exc_info=error)
        elif self.stage is not DONE:
            app_log.warning("%s: the application was cancelled", self._summary())
        if self.stage is not DONE and not self.is_lost:
            self._answer_failure()

    def _answer_failure(self) -> None:
        """Answer 500 where nothing is sent yet; otherwise only the end of the connection says it."""
        connection = self.connection
        if self.stage is START or self.stage is HELD:
            self.status = 500
            self.stage = DONE
            fields = HTTPHeaders({"Content-Type": "text/plain; charset=utf-8"})
            try:
                connection.respond(500, "Internal Server Error", fields, b"Internal Server Error")
            except Exception:  # noqa: BLE001 - whatever it is, the client must not wait
                app_log.exception("%s: the response 500 cannot be sent", self._summary())
                connection.close()
        else:
            self.stage = DONE
            connection.close()
        self.completed()

    def _summary(self) -> str:
        scope = self.scope
        client = scope["client"]
        return f"{scope['method']} {scope['path']} ({client[0] if client else 'local'})"

    def _log(self) -> None:
        seconds = time.monotonic() - self._began
        self._began = 0.0
        status = self.status if self.stage is not START else 499
        self._container.log_request(self.scope, status, seconds)
