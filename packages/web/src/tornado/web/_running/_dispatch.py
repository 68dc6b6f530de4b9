"""The delegate that makes a handler for a request and runs it."""

from __future__ import annotations

from contextvars import Context, copy_context
from functools import partial
from logging import INFO
from typing import TYPE_CHECKING, Any

from tornado.httputil import (
    CollectingDelegate,
    HTTPHeaders,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.log import gen_log

from .._errors import HTTPError
from ._failures import show_exception
from ._log_lines import log_line
from ._tasks import run

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable

    from .._application import Application
    from .._handler import RequestHandler


class HandlerDelegate(CollectingDelegate):
    """The delegate of a request: it collects the body, then runs the handler."""

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
        self.chunks = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        limit = self.handler_class.max_body_size
        if limit is not None:
            connection: Any = self.request.connection
            connection.set_max_body_size(limit)
        return None

    def finish(self) -> None:
        if self.chunks:
            self.request.body = b"".join(self.chunks)
        self.execute()

    def on_connection_close(self) -> None:
        self.chunks = None
        request = self.request
        if getattr(request.connection, "refused_with", None) is None:
            log_line(
                self.handler_class,
                request,
                gen_log,
                INFO,
                "%s %s (%s): the connection was closed before the request was complete",
                request.method,
                request.uri,
                request.remote_ip,
            )

    def execute(self) -> asyncio.Task[None] | None:
        """Make the handler and run it.

        :returns: the Task that finishes the request; ``None`` if it is finished.
        """
        application, request = self.application, self.request
        handler_class, kwargs = self.handler_class, self.handler_kwargs
        try:
            handler = (
                handler_class(application, request, **kwargs)
                if kwargs
                else handler_class(application, request)
            )
        except Exception as error:  # noqa: BLE001 - the program's own, in initialize()
            handler = self._make_error_handler(error)
        context = copy_context()
        if handler._stream_request_body:
            self.attach(handler, context)
        transforms = application.transforms
        if transforms:
            transforms = [transform(request) for transform in transforms]
        coroutine = (
            handler._execute(transforms, *(self.path_args or ()), **(self.path_kwargs or {}))
            if self.path_args or self.path_kwargs
            else handler._execute(transforms)
        )
        task = run(coroutine, context)
        if not handler._finished:
            closed: Any = handler._notify_client_left
            if task is not None and application.settings.get("cancel_on_disconnect"):
                closed = partial(_cancel, handler, task)
            connection: Any = request.connection
            connection.set_close_callback(closed)
        return task

    def _make_error_handler(self, error: Exception) -> RequestHandler:
        """Make a handler that answers instead of one that could not be made."""
        from .._simple_handlers import ErrorHandler

        status = error.status_code if isinstance(error, HTTPError) else 500
        handler = ErrorHandler(self.application, self.request, status_code=status)
        show_exception(handler, error)
        handler.log_exception(type(error), error, error.__traceback__)
        self.path_args = self.path_kwargs = None
        return handler

    def attach(self, handler: RequestHandler, context: Context) -> None:
        """Called before a handler runs that receives its body in chunks. Override to keep it."""


def _cancel(handler: RequestHandler, task: asyncio.Task[None]) -> None:
    """Cancel a handler whose client is gone: the setting ``cancel_on_disconnect``."""
    handler._client_left = True
    handler._notify_client_left()
    task.cancel()
