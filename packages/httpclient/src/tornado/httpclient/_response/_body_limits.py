"""The errors for bodies that are too large, in words that programs look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import HTTPProtocolError

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders


def announced_too_long(size: int, most: int) -> HTTPProtocolError:
    """Return the error for a body whose size is in the head."""
    return HTTPProtocolError(
        f"Content-Length too long: {size} bytes, at most {most} are taken, see max_body_size"
    )


def received_too_long(headers: HTTPHeaders | None, most: int) -> HTTPProtocolError:
    """Return the error for a body that turns out too long on the wire."""
    is_chunked = headers is not None and "Transfer-Encoding" in headers
    return _too_long("chunked body too large" if is_chunked else "Body too long", most)


def decompressed_too_long(most: int) -> HTTPProtocolError:
    """Return the error for a body that is too long once it is decompressed."""
    return _too_long("decompressed body too large", most)


def _too_long(words: str, most: int) -> HTTPProtocolError:
    return HTTPProtocolError(f"{words}: more than {most} bytes, see max_body_size")
