"""Requests whose task is cancelled, for example when Ctrl-C ends the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.log import app_log

if TYPE_CHECKING:
    from ._execution import Execution


def end_cancelled(handler: Execution) -> None:
    """End a cancelled request with one line in the log, which says what the client got.

    Nothing has failed, so there is no traceback. Where the head has not left, the answer is 500, and
    the line is that of the access log.
    """
    if handler._client_left:
        handler._abandon()  # the access log tells of those who leave
        return
    if not handler._headers_written:
        app_log.debug("cancelled %s", handler._request_summary())
        handler.send_error(500)
        return
    app_log.warning(
        "cancelled %s after %.2fms, its response %d was cut off",
        handler._request_summary(),
        1000.0 * handler.request.request_time(),
        handler._status_code,
    )
    handler._finished = True
    connection: Any = handler.request.connection
    close = getattr(connection, "close", None)
    if close is not None:
        close()
