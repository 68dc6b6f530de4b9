"""How a WSGI application is called, and its response sent: on a thread, or on the loop's own."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.httputil import ResponseStartLine
from tornado.iostream import StreamClosedError
from tornado.log import app_log, gen_log

from ._channel import send_whole
from ._errors import ClientDisconnectedError
from ._file_wrapper import FileWrapper
from ._response import Response

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Iterable

    from tornado.httputil import HTTPHeaders, HTTPServerRequest

    from ._channel import Channel
    from ._file_wrapper import FileSlice

    WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: A call on the loop's thread that takes longer, in seconds, is mentioned in the log.
_LONG = 1.0


def name_of(request: HTTPServerRequest) -> str:
    """Return a request for messages in the log."""
    return f"{request.method} {request.uri} ({request.remote_ip})"


def close(iterable: Any, request: HTTPServerRequest) -> None:
    """Call the ``close`` of what an application has returned, if there is one."""
    close = getattr(iterable, "close", None)
    if close is None:
        return
    try:
        close()
    except Exception:  # noqa: BLE001 - the response is over, so it is logged
        app_log.exception("Uncaught exception in close() of a WSGI response: %s", name_of(request))


def log_failure(request: HTTPServerRequest, error: BaseException) -> None:
    """Log what an application has raised."""
    if isinstance(error, ClientDisconnectedError | StreamClosedError):
        gen_log.debug("the client of %s is gone: %s", name_of(request), error)
    else:
        app_log.error(
            "Uncaught exception in a WSGI application: %s", name_of(request), exc_info=error
        )


class ThreadedCall:
    """A call of an application on a thread of an executor, from its start to ``close()``."""

    __slots__ = ("_application", "_channel", "_environ", "request", "response")

    def __init__(
        self,
        application: WSGIApp,
        request: HTTPServerRequest,
        environ: dict[str, Any],
        channel: Channel,
    ) -> None:
        self._application = application
        self.request = request
        self._environ = environ
        self._channel = channel
        self.response = Response(channel, request.method, lambda: name_of(request))

    def run(self) -> None:
        """Call the application and send its response; raises nothing."""
        if self._channel.is_over:
            return  # the client or the server has gone while the request waited for a thread
        iterable: Any = None
        try:
            iterable = self._application(self._environ, self.response.start_response)
            self._send(iterable)
        except BaseException as error:  # noqa: BLE001 - logged and answered; SystemExit of one request ends that request
            self._fail(error)
        finally:
            close(iterable, self.request)

    def cancel(self, error: BaseException | None) -> None:
        """Answer a request that no thread has taken or will take."""
        self._fail(error or RuntimeError("the executor was shut down"))

    def _send(self, iterable: Any) -> None:
        response = self.response
        if type(iterable) is list or type(iterable) is tuple:
            if iterable and not response.is_begun:
                response.send_all(iterable)
                iterable = ()
        elif isinstance(iterable, FileWrapper) and not response.is_begun:
            part = iterable.slice()
            if part is not None:
                self._send_file(part)
                return
        for piece in iterable:
            response.send(piece)
            if response.is_too_long or (response.is_ended and not response.has_body):
                break
        response.end()

    def _send_file(self, part: FileSlice) -> None:
        count = self.response.begin_file(part.size)
        if count:
            self._channel.file(part._replace(size=count))
        self.response.end()

    def _fail(self, error: BaseException) -> None:
        """Log an error, and answer or close."""
        log_failure(self.request, error)
        with suppress(ClientDisconnectedError):  # there is nobody to answer
            self.response.fail()


class DirectWriter:
    """The way of a response to its connection, for an application on the loop's own thread."""

    __slots__ = ("_connection", "sent")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        #: The future of the last write.
        self.sent: Future[None] | None = None

    def whole(self, status: int, reason: str, headers: HTTPHeaders, body: bytes) -> None:
        self.sent = send_whole(self._connection, status, reason, headers, body)

    def head(self, status: int, reason: str, headers: HTTPHeaders, piece: bytes) -> None:
        line = ResponseStartLine("", status, reason)
        self.sent = self._connection.write_headers(line, headers, piece or None)

    def piece(self, piece: bytes) -> None:
        self.sent = self._connection.write(piece)

    def file(self, part: FileSlice) -> None:
        self.sent = self._connection.write_file(*part)

    def finish(self) -> None:
        self._connection.finish()

    def abort(self) -> None:
        self._connection.close()


class DirectCall:
    """A call of an application on the loop's own thread.

    Between two pieces of its body the loop does other things, as long as the client takes to read.
    """

    def __init__(
        self, application: WSGIApp, request: HTTPServerRequest, environ: dict[str, Any]
    ) -> None:
        self._application = application
        self._request = request
        self._environ = environ
        self._writer = DirectWriter(request.connection)
        self._is_slow_mentioned = False
        self.is_lost = False
        self.response = Response(self._writer, request.method, lambda: name_of(request))

    async def run(self) -> None:
        """Call the application and send its response; raises only what ends a program."""
        iterable: Any = None
        try:
            began = time.monotonic()
            iterable = self._application(self._environ, self.response.start_response)
            self._mention(began)
            await self._send(iterable)
        except Exception as error:  # noqa: BLE001 - logged and answered
            log_failure(self._request, error)
            self._fail()
        except BaseException:  # a cancelled task, or the end of the program
            self._fail()
            raise
        finally:
            close(iterable, self._request)

    def lose(self) -> None:
        """Stop after the next piece: nobody reads the response any more."""
        self.is_lost = True

    def _fail(self) -> None:
        if not self.is_lost:
            self.response.fail()

    async def _send(self, iterable: Any) -> None:
        response = self.response
        if type(iterable) is list or type(iterable) is tuple:
            if iterable and not response.is_begun:
                response.send_all(iterable)
                iterable = ()
        elif isinstance(iterable, FileWrapper) and not response.is_begun:
            part = iterable.slice()
            if part is not None:
                await self._send_file(part)
                return
        pieces, began = iter(iterable), time.monotonic()
        for piece in pieces:
            self._mention(began)
            response.send(piece)
            await self._wait()
            if response.is_too_long or (response.is_ended and not response.has_body):
                break
            began = time.monotonic()
        response.end()

    async def _send_file(self, part: FileSlice) -> None:
        count = self.response.begin_file(part.size)
        if count:
            self._writer.file(part._replace(size=count))
            await self._wait()
        self.response.end()

    async def _wait(self) -> None:
        """Wait until the client has read what was written."""
        if self._writer.sent is not None:
            await self._writer.sent
        if self.is_lost:
            raise ClientDisconnectedError("the client has closed the connection")

    def _mention(self, began: float) -> None:
        """Say once for a request that everything else has waited for it."""
        seconds = time.monotonic() - began
        if seconds > _LONG and not self._is_slow_mentioned:
            self._is_slow_mentioned = True
            gen_log.warning(
                "a WSGI application has held up the loop for %.1f s, and with it every other request;"
                " give WSGIContainer an executor: %s",
                seconds,
                name_of(self._request),
            )
