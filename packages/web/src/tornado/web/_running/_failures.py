"""What goes wrong while a request runs: exceptions, clients that leave, cancellation."""

from __future__ import annotations

from contextlib import contextmanager
from logging import ERROR, WARNING
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError
from tornado.iostream import StreamClosedError
from tornado.log import app_log, gen_log

from .._errors import Finish, HTTPError
from ._log_lines import log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._handler import RequestHandler
    from ._execution import Execution

_observers: list[Callable[[RequestHandler, BaseException], object]] = []


@contextmanager
def observe_exceptions(
    observer: Callable[[RequestHandler, BaseException], object],
) -> Iterator[None]:
    """Call a function with every exception that a handler does not catch, before it is logged.

    Those that stand for a response, such as :exc:`HTTPError` and :exc:`Finish`, are left out. This
    is for tests of handlers: an application may log its exceptions in its own way, or not at all.

    :param observer: called with the handler and the exception, for all requests of the process
        while the block runs.

    .. versionadded:: 1.0
    """
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def show_exception(handler: Execution, error: BaseException) -> None:
    """Show the observers an exception that a handler has not caught."""
    if _observers and not isinstance(error, HTTPError):
        for observer in tuple(_observers):
            observer(handler, error)  # type: ignore[arg-type]  # every Execution is a handler


def report_exception(handler: Execution, error: BaseException) -> None:
    """Log an exception that a handler has not caught, after showing it to the observers.

    This is for handlers whose connection outlives the request, such as those of websockets; for
    requests it is done already. See `observe_exceptions` and `RequestHandler.log_exception`.

    .. versionadded:: 1.0
    """
    show_exception(handler, error)
    handler.log_exception(type(error), error, error.__traceback__)


def answer_exception(handler: Execution, error: BaseException) -> None:
    """End a request in the way that an exception asks for."""
    if isinstance(error, Finish):
        if not handler._finished:
            handler.finish(*error.args)
        return
    if isinstance(error, StreamClosedError) and _is_client_gone(handler, error):
        handler._client_left = True
        if not handler._finished:
            handler._abandon()
        return
    if isinstance(error, HTTPInputError):
        error = HTTPError(400, "%s", error)
    show_exception(handler, error)
    exc_info = (type(error), error, error.__traceback__)
    try:
        handler.log_exception(*exc_info)
    except Exception:  # noqa: BLE001 - logged; the client still gets an answer
        app_log.exception("Uncaught exception in log_exception")
    if handler._finished:
        return
    status = error.status_code if isinstance(error, HTTPError) else 500
    handler.send_error(status, exc_info=exc_info)


def log_handler_exception(handler: Execution, exc_info: Any) -> None:
    """Write the log line of an exception; see :meth:`Execution.log_exception`."""
    error, request = exc_info[1], handler.request
    summary = handler._request_summary()
    if not isinstance(error, HTTPError):
        text = "Uncaught exception %s\n%r"
        log_line(type(handler), request, app_log, ERROR, text, summary, request, exc_info=exc_info)
        return
    message = error.get_message()
    if message:
        arguments = (error.status_code, summary, message)
        log_line(type(handler), request, gen_log, WARNING, "%d %s: %s", *arguments)


def end_cancelled(handler: Execution) -> None:
    """End a request whose task is cancelled, for example when Ctrl-C ends the program.

    Nothing has failed, so the log gets one line without a traceback, which says what the client
    got. If the head was not sent, the answer is 500, and that line is the one of the access log.
    """
    if handler._client_left:
        handler._abandon()  # the access log has a line about clients that leave
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
    close_connection(handler)


def close_connection(handler: Execution) -> None:
    """Close the connection of a request, if it can be closed."""
    connection: Any = handler.request.connection
    close = getattr(connection, "close", None)
    if close is not None:
        close()


def _is_client_gone(handler: Execution, error: StreamClosedError) -> bool:
    """Tell whether it is the client's stream that was closed, not one to somebody else."""
    stream = getattr(handler.request.connection, "stream", None)
    closed = getattr(stream, "closed", None)
    if closed is None or not closed():
        return False
    return error.real_error is None or error.real_error is getattr(stream, "error", None)
