"""The current request.

Every request has a context of its own (:mod:`contextvars`), which coroutines, tasks, callbacks of
the loop, and :func:`asyncio.to_thread` inherit. So a log record from deep within a program can
name its request, although the request was not passed there.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from .._handler import RequestHandler

#: The handler of the current request.
running_handler: ContextVar[Any] = ContextVar("tornado.web.handler", default=None)


def current_handler() -> RequestHandler | None:
    """Return the handler of the current request; ``None`` outside of requests.

    .. versionadded:: 1.0
    """
    handler: RequestHandler | None = running_handler.get()
    return handler


def current_request() -> HTTPServerRequest | None:
    """Return the current request; ``None`` outside of requests.

    .. versionadded:: 1.0
    """
    handler = current_handler()
    return None if handler is None else handler.request


class RequestLogFilter(logging.Filter):
    """A filter for logging handlers that adds the current request to log records.

    Records get ``request`` (method, target and address of the client), ``request_id`` (of
    :class:`RequestIdMiddleware`) and ``remote_ip``; outside of requests each is a dash::

        handler = logging.StreamHandler()
        handler.addFilter(RequestLogFilter())
        handler.setFormatter(logging.Formatter("%(request_id)s %(request)s: %(message)s"))
        logging.getLogger().addHandler(handler)

    .. versionadded:: 1.0
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the attributes to a record; all records pass."""
        handler = current_handler()
        record.request = "-" if handler is None else handler._request_summary()
        record.request_id = getattr(handler, "request_id", "-")
        record.remote_ip = "-" if handler is None else handler.request.remote_ip
        return True
