"""From a request to a handler that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

from ._execution import run

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable

    from ._application import Application
    from ._handler import RequestHandler


_NOTHING: dict[str, Any] = {}


class HandlerDelegate(HTTPMessageDelegate):
    """Collect the body of a request, then run its handler."""

    _chunks: list[bytes] | None = None

    def __init__(
        self,
        application: Application,
        request: HTTPServerRequest,
        handler_class: type[RequestHandler],
        handler_kwargs: dict[str, Any] | None,
        path_args: list[bytes] | None,
        path_kwargs: dict[str, bytes] | None,
    ) -> None:
        self.application = application
        self.request = request
        self.handler_class = handler_class
        self.handler_kwargs = handler_kwargs
        self.path_args = path_args
        self.path_kwargs = path_kwargs

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        if self._chunks is None:
            self._chunks = []
        self._chunks.append(chunk)
        return None

    def finish(self) -> None:
        if self._chunks:
            self.request.body = b"".join(self._chunks)
        self.execute()

    def on_connection_close(self) -> None:
        self._chunks = None

    def execute(self) -> asyncio.Task[None] | None:
        """Make the handler and run it.

        :return: the Task that finishes the request, ``None`` if it is finished.
        """
        application, request = self.application, self.request
        handler = self.handler_class(application, request, **(self.handler_kwargs or _NOTHING))
        transforms = application.transforms
        if transforms:
            transforms = [transform(request) for transform in transforms]
        task = run(
            handler._execute(transforms, *(self.path_args or ()), **(self.path_kwargs or _NOTHING))
        )
        if not handler._finished:
            connection: Any = request.connection
            connection.set_close_callback(handler.on_connection_close)
        return task
