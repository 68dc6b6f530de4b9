"""The request that the running code works for.

Every request has a context of its own (:mod:`contextvars`), which goes along with coroutines,
tasks, callbacks of the loop, and :func:`asyncio.to_thread`. So deep within a program, a log record
can say what request it belongs to, without anybody having passed the request there.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from .._handler import RequestHandler

#: The handler of the request that the running code works for.
running_handler: ContextVar[Any] = ContextVar("tornado.web.handler", default=None)


def current_handler() -> RequestHandler | None:
    """Give the handler that the running code works for, ``None`` outside of requests.

    .. versionadded:: 1.0
    """
    handler: RequestHandler | None = running_handler.get()
    return handler


def current_request() -> HTTPServerRequest | None:
    """Give the request that the running code works for, ``None`` outside of requests.

    .. versionadded:: 1.0
    """
    handler = current_handler()
    return None if handler is None else handler.request


class RequestLogFilter(logging.Filter):
    """Put the current request into log records; a filter for logging handlers.

    Records get ``request`` (method, target and address of the client), ``request_id`` (what
    :class:`RequestIdMiddleware` has chosen) and ``remote_ip``, each a dash where there is none::

        handler = logging.StreamHandler()
        handler.addFilter(RequestLogFilter())
        handler.setFormatter(logging.Formatter("%(request_id)s %(request)s: %(message)s"))
        logging.getLogger().addHandler(handler)

    .. versionadded:: 1.0
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete a record; all of them pass."""
        handler = current_handler()
        record.request = "-" if handler is None else handler._request_summary()
        record.request_id = getattr(handler, "request_id", "-")
        record.remote_ip = "-" if handler is None else handler.request.remote_ip
        return True
