"""What can be wrong with an HTTP message.

The tree::

    Exception
    ├── HTTPInputError          the peer sent something that is not HTTP, or too much of it
    │   └── MultipartError      ... inside a multipart body
    └── HTTPOutputError         we were about to send something that is not HTTP
"""

from __future__ import annotations

_SHOWN = 64


class HTTPInputError(Exception):
    """Say that the peer's request, response or body is malformed.

    A server answers such a request with :attr:`status` and closes the connection.

    :param args: what is wrong, as text.
    :param status: the answer that fits, 400 unless a limit was crossed.

    .. versionadded:: 1.0
    """

    #: The HTTP status that fits: 400, or 413 and 431 where a limit was crossed.
    status: int = 400

    def __init__(self, *args: object, status: int | None = None) -> None:
        super().__init__(*args)
        if status is not None:
            self.status = status


class HTTPOutputError(Exception):
    """Say that our own message breaks HTTP, for example a body that misses its Content-Length.

    .. versionadded:: 1.0
    """


class MultipartError(HTTPInputError):
    """Say what is wrong with a multipart body.

    .. versionadded:: 1.0
    """


def shown(value: str | bytes) -> str:
    """Return the repr of a peer's value, cut to a length that is fit for a log line."""
    if len(value) <= _SHOWN:
        return repr(value)
    return f"{value[:_SHOWN]!r}... ({len(value)} long)"
