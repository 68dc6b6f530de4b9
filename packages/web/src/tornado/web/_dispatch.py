"""From a request to a handler that runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

from ._execution import run
from ._handler import RequestHandler

if TYPE_CHECKING:
    from ._application import Application


class HandlerDelegate(HTTPMessageDelegate):
    """Collect the body of a request, then run its handler."""

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
        self.handler_kwargs = handler_kwargs or {}
        self.path_args = path_args or ()
        self.path_kwargs = path_kwargs or {}
        self._chunks: list[bytes] = []

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._chunks.append(chunk)
        return None

    def finish(self) -> None:
        if self._chunks:
            self.request.body = b"".join(self._chunks)
        self.execute()

    def on_connection_close(self) -> None:
        self._chunks.clear()

    def execute(self) -> asyncio.Task[None] | None:
        """Make the handler and run it.

        :return: the Task that finishes the request, ``None`` if it is finished.
        """
        application = self.application
        handler = self.handler_class(application, self.request, **self.handler_kwargs)
        transforms = application.transforms
        if transforms:
            transforms = [transform(self.request) for transform in transforms]
        return run(handler._execute(transforms, *self.path_args, **self.path_kwargs))
