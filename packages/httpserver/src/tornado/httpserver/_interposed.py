"""Delegates that stand between a connection and the application's delegate."""

from __future__ import annotations

from tornado.httputil import HTTPMessageDelegate


class Interposed(HTTPMessageDelegate):
    """Pass on everything; subclasses look at the head first."""

    def __init__(self, delegate: HTTPMessageDelegate) -> None:
        self._delegate = delegate
        self.data_received = delegate.data_received  # type: ignore[method-assign]  # nothing to add
        self.finish = delegate.finish  # type: ignore[method-assign]  # as above
        self.on_connection_close = (  # type: ignore[method-assign]  # as above
            delegate.on_connection_close
        )
