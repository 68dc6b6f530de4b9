"""The short answers to what is no acceptable request."""

from __future__ import annotations

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
