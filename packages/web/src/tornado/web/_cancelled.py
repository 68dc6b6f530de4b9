"""Requests whose task is cancelled, for example when Ctrl-C ends the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.log import app_log

if TYPE_CHECKING:
    from ._execution import Execution


def end_cancelled(handler: Execution) -> None:
    """End a cancelled request: close its connection, and say in one line what was sent.

    Nothing has failed, so there is no traceback and no status that the client has never seen.
    """
    if handler._client_left:
        handler._abandon()  # the access log tells of those who leave
        return
    summary = handler._request_summary()
    milliseconds = 1000.0 * handler.request.request_time()
    if handler._headers_written:
        status = handler._status_code
        app_log.warning(
            "cancelled %s after %.2fms, its response %d was cut off", summary, milliseconds, status
        )
    else:
        app_log.warning("cancelled %s after %.2fms, nothing was sent", summary, milliseconds)
    handler._finished = True
    connection: Any = handler.request.connection
    close = getattr(connection, "close", None)
    if close is not None:
        close()
