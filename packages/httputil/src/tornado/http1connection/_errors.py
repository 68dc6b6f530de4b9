"""What the peer did wrong, and what it is told.

::

    tornado.httputil.HTTPInputError
    └── ProtocolError             the bytes are no acceptable HTTP/1.1; says which status answers them
"""

from __future__ import annotations

from tornado.httputil import HTTPInputError


class ProtocolError(HTTPInputError):
    """The peer sent something that HTTP/1.1 or a limit does not allow.

    :param message: what is wrong, with the offending value shortened.
    :param status: the status code that answers a request like this (400, 413, 417, 431, 501, 505).
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def shown(value: str | bytes, limit: int = 60) -> str:
    """Give a peer's value for a message: escaped, and cut at `limit` characters."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return ascii(text if len(text) <= limit else text[:limit] + "...")


#: The reason phrases of the answers to what is no acceptable request.
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}


def refusal(status: int) -> bytes:
    """Give a whole response without a body, that says the connection is about to close."""
    reason = _REASONS.get(status, "Bad Request")
    return (f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").encode(
        "latin-1"
    )
