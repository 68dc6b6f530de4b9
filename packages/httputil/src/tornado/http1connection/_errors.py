"""What the peer did wrong, and the response to it.

::

    tornado.httputil.HTTPInputError
    └── ProtocolError             the bytes break HTTP/1.1 or a limit; has the status that answers them
"""

from __future__ import annotations

from tornado.httputil import HTTPInputError


class ProtocolError(HTTPInputError):
    """Something that the peer sent and that HTTP/1.1 or a limit does not allow.

    :param message: what is wrong, with the offending value shortened.
    :param status: the status code that answers a request like this (400, 413, 417, 431, 501, 505).
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


#: The reason phrases of the responses to requests that cannot be accepted.
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
    """Return a whole response without a body, which says that the connection is about to close."""
    reason = _REASONS.get(status, "Bad Request")
    return (f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").encode(
        "latin-1"
    )
