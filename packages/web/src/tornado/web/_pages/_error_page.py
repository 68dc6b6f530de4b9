"""Error pages."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

from tornado.escape import xhtml_escape
from tornado.log import app_log, gen_log

from .._errors import HTTPError
from .._output._sending import NO_BODY
from .._running._methods import allowed_methods

if TYPE_CHECKING:
    from ._pages import Pages

_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    "<title>{title}</title></head><body>{title}</body></html>\n"
)

_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>]")


def send_error_page(handler: Pages, status_code: int, arguments: dict[str, Any]) -> None:
    """Replace what a handler has composed by an error page, and send that."""
    if handler._finished:
        gen_log.error(
            "Cannot send error response after headers written, the response is finished: %s",
            handler._request_summary(),
        )
        return
    if handler._headers_written:
        gen_log.error(
            "Cannot send error response after headers written, closing the connection: %s",
            handler._request_summary(),
        )
        handler._abandon()
        return
    handler.clear()
    handler._ui = None  # the UI modules of the page that failed
    handler.set_status(status_code, _reason_of(arguments))
    if status_code == 405:
        handler.set_header("Allow", ", ".join(allowed_methods(handler)))
    try:
        handler.write_error(status_code, **arguments)
    except Exception:  # noqa: BLE001 - logged; the client still gets the status
        app_log.exception("Uncaught exception in write_error %s", handler._request_summary())
    if not handler._finished:
        handler.finish()


def finish_with_page(handler: Pages, status_code: int, arguments: dict[str, Any]) -> None:
    """Compose an error page and finish with it; see :meth:`Pages.write_error`."""
    if status_code in NO_BODY:
        handler.finish()
        return
    classic = getattr(handler, "get_error_html", None)
    if classic is not None:
        exc_info = arguments.pop("exc_info", None)
        if exc_info is not None:
            arguments["exception"] = exc_info[1]
        handler.finish(classic(status_code, **arguments))
        return
    if handler.settings.get("serve_traceback") and "exc_info" in arguments:
        handler.set_header("Content-Type", "text/plain; charset=UTF-8")
        handler.finish("".join(traceback.format_exception(*arguments["exc_info"])))
        return
    title = f"{status_code}: {xhtml_escape(handler._reason)}"
    handler.finish(_PAGE.format(title=title))


def _reason_of(arguments: dict[str, Any]) -> str | None:
    """Choose the reason phrase among the arguments of an error page: the exception's goes first.

    One with control characters or markup, which a client may have sent, becomes ``Unknown``.
    """
    _, error, _ = arguments.get("exc_info", (None, None, None))
    own = error.reason if isinstance(error, HTTPError) else None
    reason = own or arguments.get("reason")
    return "Unknown" if reason and _UNSAFE.search(reason) else reason
