"""Error pages, and what is logged about an exception."""

from __future__ import annotations

import re
import traceback
from logging import ERROR, WARNING
from typing import TYPE_CHECKING, Any

from tornado.escape import xhtml_escape
from tornado.httputil import HTTPInputError
from tornado.iostream import StreamClosedError
from tornado.log import app_log, gen_log

from .._errors import Finish, HTTPError
from .._output._sending import NO_BODY
from .._state import HandlerState
from ._log_lines import log_line
from ._methods import allowed_methods

if TYPE_CHECKING:
    from types import TracebackType


_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    "<title>{title}</title></head><body>{title}</body></html>\n"
)

_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>]")


def _reason_of(arguments: dict[str, Any]) -> str | None:
    """Choose the reason phrase among the arguments of an error page: the exception's goes first.

    What a client may have put into it, control characters or markup, makes it ``Unknown``.
    """
    _, error, _ = arguments.get("exc_info", (None, None, None))
    own = error.reason if isinstance(error, HTTPError) else None
    reason = own or arguments.get("reason")
    return "Unknown" if reason and _UNSAFE.search(reason) else reason


class ErrorPage(HandlerState):
    """Answer with an error."""

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error page, in the place of whatever was composed.

        If the head has left already, the connection is closed instead: the client must not take
        half a response for a whole one. If the response is finished, nothing is sent; both are
        logged.

        :param kwargs: passed on to :meth:`write_error`; ``exc_info`` is the exception, if there is
            one, and ``reason`` a reason phrase; one with control characters or markup becomes
            ``Unknown``.
        """
        if self._finished:
            summary = self._request_summary()
            gen_log.error(
                "Cannot send error response after headers written, the response is finished: %s",
                summary,
            )
            return
        if self._headers_written:
            gen_log.error(
                "Cannot send error response after headers written, closing the connection: %s",
                self._request_summary(),
            )
            self._abandon()
            return
        self.clear()
        self._ui = None  # the UI modules of the page that failed
        self.set_status(status_code, _reason_of(kwargs))
        if status_code == 405:
            self.set_header("Allow", ", ".join(allowed_methods(self)))
        try:
            self.write_error(status_code, **kwargs)
        except Exception:  # noqa: BLE001 - logged; the client still gets the status
            app_log.exception("Uncaught exception in write_error %s", self._request_summary())
        if not self._finished:
            self.finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Compose the error page; a place for subclasses.

        An override may call :meth:`write`, :meth:`set_header` and the like as usual. If it is
        called because of an exception, that is in ``kwargs["exc_info"]``, which need not be the
        current one.
        """
        if status_code in NO_BODY:
            self.finish()
            return
        classic = getattr(self, "get_error_html", None)
        if classic is not None:
            exc_info = kwargs.pop("exc_info", None)
            if exc_info is not None:
                kwargs["exception"] = exc_info[1]
            self.finish(classic(status_code, **kwargs))
            return
        if self.settings.get("serve_traceback") and "exc_info" in kwargs:
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish("".join(traceback.format_exception(*kwargs["exc_info"])))
            return
        title = f"{status_code}: {xhtml_escape(self._reason)}"
        self.finish(_PAGE.format(title=title))

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log an exception; a place for subclasses.

        An :exc:`HTTPError` with a message is a warning of ``tornado.general``, one without is not
        logged here; everything else is an error of ``tornado.application`` with its traceback.
        """
        if isinstance(value, HTTPError):
            message = value.get_message()
            if message:
                summary = self._request_summary()
                log_line(
                    type(self),
                    self.request,
                    gen_log,
                    WARNING,
                    "%d %s: %s",
                    value.status_code,
                    summary,
                    message,
                )
            return
        log_line(
            type(self),
            self.request,
            app_log,
            ERROR,
            "Uncaught exception %s\n%r",
            self._request_summary(),
            self.request,
            exc_info=(typ, value, tb),
        )

    def _request_summary(self) -> str:
        request = self.request
        return f"{request.method} {request.uri} ({request.remote_ip})"

    def _handle_request_exception(self, error: BaseException) -> None:
        """End the request in the way that an exception asks for."""
        if isinstance(error, Finish):
            if not self._finished:
                self.finish(*error.args)
            return
        if isinstance(error, StreamClosedError) and self._is_client_gone(error):
            self._client_left = True
            if not self._finished:
                self._abandon()
            return
        if isinstance(error, HTTPInputError):
            error = HTTPError(400, "%s", error)
        try:
            self.log_exception(type(error), error, error.__traceback__)
        except Exception:  # noqa: BLE001 - logged; the client still gets an answer
            app_log.exception("Uncaught exception in log_exception")
        if self._finished:
            return
        exc_info = (type(error), error, error.__traceback__)
        status = error.status_code if isinstance(error, HTTPError) else 500
        self.send_error(status, exc_info=exc_info)

    def _is_client_gone(self, error: StreamClosedError) -> bool:
        """Tell whether it is the client's stream that was closed, not one to somebody else."""
        stream = getattr(self.request.connection, "stream", None)
        closed = getattr(stream, "closed", None)
        if closed is None or not closed():
            return False
        return error.real_error is None or error.real_error is getattr(stream, "error", None)

    def _abandon(self) -> None:
        """Close the connection with the response incomplete."""
        self._finished = True
        connection: Any = self.request.connection
        close = getattr(connection, "close", None)
        if close is not None:
            close()
        if self._client_left:
            self._log()  # to stop for nobody is no failure
        else:
            self._log_without_answer(500)

    def _log_without_answer(self, status_code: int) -> None:
        """Write the access log of a request whose answer has not left, with what it comes to."""
        if not self._headers_written:
            self._status_code = status_code
        self._log()

    def _log(self) -> None:
        """Write the access log."""
        self.application.log_request(self)  # type: ignore[arg-type]  # every ErrorPage is a handler
