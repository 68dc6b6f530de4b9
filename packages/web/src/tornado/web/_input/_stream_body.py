"""Request bodies that are handled while they arrive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from .._handler import RequestHandler
from .._running._dispatch import HandlerDelegate
from .._running._tasks import wait_for

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextvars import Context

    from tornado.httputil import HTTPHeaders, RequestStartLine, ResponseStartLine

H = TypeVar("H", bound=type[RequestHandler])


def stream_request_body(cls: H) -> H:
    """Have a class of handlers receive the body of its request in chunks.

    ``prepare`` is called when the head of the request has arrived, ``data_received`` for each chunk
    of the body, and the method when the body is complete. All three may be ``async def``; the next
    chunk comes when ``data_received`` is done with the last one, and a client that sends faster
    than that is held back. ``request.body`` stays empty, and there are no arguments of the body and
    no files. ``prepare`` may take as long as it likes: the limits for the body, in bytes and
    seconds, apply after it is done. ::

        @stream_request_body
        class UploadHandler(RequestHandler):
            async def prepare(self):
                self.request.connection.set_max_body_size(10 << 30)
                self.file = await open_somewhere()

            async def data_received(self, chunk):
                await self.file.write(chunk)

            async def put(self):
                await self.file.close()

    ``prepare`` may finish the request: then the body is not awaited. If the client goes away before
    its body is complete, ``on_connection_close`` is called, and the method is not.
    :class:`tornado.httputil.FormReceiver` accepts such chunks of a multipart form, and keeps large
    files on disk.

    :raises TypeError: the class is not a :class:`RequestHandler`.
    """
    given: Any = cls
    if not (isinstance(given, type) and issubclass(given, RequestHandler)):
        raise TypeError(f"stream_request_body is for classes of handlers, not for {cls!r}")
    cls._stream_request_body = True
    return cls


def _has_stream_request_body(cls: type[RequestHandler]) -> bool:
    """Tell whether a class receives bodies in chunks; instrumentation calls this."""
    return cls._stream_request_body


class StreamingDelegate(HandlerDelegate):
    """A delegate that starts the handler after the head, and hands it the body in chunks."""

    _handler: RequestHandler | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        super().headers_received(start_line, headers)
        self.execute()
        if self._handler is None:  # it could not be made, and another one has answered
            return None
        return None if self._prepared.done() else self._prepared

    def attach(self, handler: RequestHandler, context: Context) -> None:
        loop = asyncio.get_running_loop()
        self._handler, self._context = handler, context
        self._body: asyncio.Future[bool] = loop.create_future()
        self._prepared: asyncio.Future[None] = loop.create_future()
        handler._body_received, handler._prepared = self._body, self._prepared

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        handler = self._handler
        if handler is None or handler._finished:
            return None
        try:
            result = self._context.run(handler.data_received, chunk)
        except Exception as error:  # noqa: BLE001 - it is answered, as those of methods are
            self._fail(error)
            return None
        if result is None:
            return None
        waiting: asyncio.Task[None] = asyncio.get_running_loop().create_task(
            self._wait_for(result), context=self._context
        )
        return waiting

    async def _wait_for(self, result: Any) -> None:
        try:
            await wait_for(result)
        except Exception as error:  # noqa: BLE001 - it is answered, as those of methods are
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if self._handler is not None:
            self._handler._handle_uncaught(error)
        self._end(False)

    def finish(self) -> None:
        self._end(True)

    def on_connection_close(self) -> None:
        handler = self._handler
        if handler is None or handler._finished:
            return
        handler._client_left = getattr(self.request.connection, "refused_with", None) is None
        handler._notify_client_left()
        self._end(False)

    def _end(self, is_complete: bool) -> None:
        if self._handler is not None and not self._body.done():
            self._body.set_result(is_complete)
