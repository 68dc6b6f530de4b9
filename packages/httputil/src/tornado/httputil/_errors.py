"""What can be wrong with an HTTP message.

The tree::

    Exception
    ├── HTTPInputError          the peer sent something that is not HTTP, or too much of it
    │   └── MultipartError      ... inside a multipart body
    └── HTTPOutputError         we were about to send something that is not HTTP
"""

from __future__ import annotations


class HTTPInputError(Exception):
    """A malformed request, response or body of the peer.

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
    """A message of our own that breaks HTTP, for example a body that is not as long as announced.

    .. versionadded:: 1.0
    """


class MultipartError(HTTPInputError):
    """A malformed multipart body of the peer, or one that crosses a limit.

    .. versionadded:: 1.0
    """
