"""A head as the lines that a ``header_callback`` gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPHeaders, ResponseStartLine


def tell_head(
    callback: Callable[[str], object], start_line: ResponseStartLine, headers: HTTPHeaders
) -> None:
    """Call a callback with each line of a head, line ends included."""
    callback(f"{start_line.version} {start_line.code} {start_line.reason}\r\n")
    for name, value in headers.get_all():
        callback(f"{name}: {value}\r\n")
    callback("\r\n")
