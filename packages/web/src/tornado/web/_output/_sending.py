"""How a response is sent: whole, in one write, or in chunks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.httputil import ResponseStartLine

from .._errors import sendable_reason

if TYPE_CHECKING:
    from ._output import Output

#: Statuses whose responses end with the head (RFC 9110 section 6.4.1).
NO_BODY = frozenset({204, 304})

#: Fields that describe a body, and are removed with it.
BODY_FIELDS = ("Content-Encoding", "Content-Language", "Content-Length", "Content-Type")


def send_whole(handler: Output) -> asyncio.Future[None]:
    """Send and end a response of which nothing was sent: its length is known."""
    request = handler.request
    if handler._head_hooks:
        _call_head_hooks(handler)
    fields = handler._headers
    method = request.method
    if (
        handler._status_code == 200
        and (method == "GET" or method == "HEAD")  # noqa: PLR1714 - quicker
        and handler._adds_etag
        and "Etag" not in fields.fields  # the handler has set one, and compares it by itself
    ):
        handler.set_etag_header()
        if handler.check_etag_header():
            handler._write_buffer = []
            handler.set_status(304)
    status = handler._status_code
    if status in NO_BODY or status < 200:
        if handler._write_buffer:
            raise RuntimeError(f"a response with status {status} has no body")
        handler._clear_representation_headers()
    if handler._new_cookies is not None:
        handler._add_cookie_fields()
    buffer = handler._write_buffer
    body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
    handler._write_buffer = []
    if handler._transforms:
        body = _transform_first(handler, body, True)
        status, fields = handler._status_code, handler._headers
    handler._headers_written = True
    reason = handler._reason
    if status != 200 or reason != "OK":
        reason = sendable_reason(reason, status)
    connection: Any = request.connection
    sent: asyncio.Future[None] = connection.respond(status, reason, fields, body)
    handler._finished = True
    handler._log()
    kind = type(handler)
    if kind.on_finish is not kind._empty_hook:
        connection.send_now()  # the hook may take its time
    handler.on_finish()
    return sent


def send_rest(handler: Output) -> asyncio.Future[None]:
    """Send the rest of a response whose head was sent, and end it."""
    sent = handler.flush(include_footers=True)
    connection: Any = handler.request.connection
    connection.finish()
    handler._finished = True
    handler._log()
    handler.on_finish()
    return sent


def send_head(handler: Output, body: bytes, finishing: bool) -> asyncio.Future[None]:
    """Send the head, and with it the first chunk of the body."""
    if handler._head_hooks:
        _call_head_hooks(handler)
    handler._headers_written = True
    if handler._new_cookies is not None:
        handler._add_cookie_fields()
    if handler._transforms:
        body = _transform_first(handler, body, finishing)
    if handler.request.method == "HEAD":
        body = b""
    status = handler._status_code
    start_line = ResponseStartLine("", status, sendable_reason(handler._reason, status))
    connection: Any = handler.request.connection
    sent: asyncio.Future[None] = connection.write_headers(
        start_line, handler._headers, body or None
    )
    return sent


def send_chunk(handler: Output, body: bytes, finishing: bool) -> asyncio.Future[None]:
    """Send a chunk of the body after the head."""
    for transform in handler._transforms:
        body = transform.transform_chunk(body, finishing)
    connection: Any = handler.request.connection
    if handler.request.method == "HEAD" or not body:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done
    sent: asyncio.Future[None] = connection.write(body)
    return sent


def _call_head_hooks(handler: Output) -> None:
    hooks, handler._head_hooks = handler._head_hooks, ()
    for hook in hooks:
        hook(handler)


def _transform_first(handler: Output, body: bytes, finishing: bool) -> bytes:
    """Let the transforms change the status, the fields and the first chunk of the body."""
    for transform in handler._transforms:
        handler._status_code, handler._headers, body = transform.transform_first_chunk(
            handler._status_code, handler._headers, body, finishing
        )
    return body
