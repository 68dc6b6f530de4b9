"""What can go wrong with a fetch.

::

    Exception
    └── HTTPClientError            the response's status says that it failed; or, with code 599:
        ├── HTTPTimeoutError       a deadline passed; ``phase`` says what it was waiting for
        ├── HTTPStreamClosedError  the connection ended before the response was complete
        │   └── HTTPProtocolError  the peer sent no acceptable HTTP, or more than a limit allows
        └── CurlError              libcurl says so (``tornado.curl_httpclient``)

What the network says keeps its own class (`OSError`, `ssl.SSLError`, `socket.gaierror`), and so
does a mistake of the caller (`ValueError`, `KeyError`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httputil import responses
from tornado.iostream import UnsatisfiableReadError

if TYPE_CHECKING:
    from ._response import HTTPResponse

#: The code of whatever fails without a status: no server sends it.
NO_STATUS = 599


class HTTPClientError(Exception):
    """A fetch failed.

    :param code: the status code; 599 when there was no complete response.
    :param message: the reason; by default the phrase that belongs to the code.
    :param response: the response, if there was one.

    .. versionadded:: 1.0
       ``HTTPError`` is the classic name of this class.
    """

    def __init__(
        self, code: int, message: str | None = None, response: HTTPResponse | None = None
    ) -> None:
        #: The status code, or 599.
        self.code = code
        #: What went wrong, in words.
        self.message = message or responses.get(code, "Unknown")
        #: The `HTTPResponse`, or None.
        self.response = response
        super().__init__(code, message, response)

    def __str__(self) -> str:
        return f"HTTP {self.code}: {self.message}"

    # The response refers to its error: the default would print one inside of the other for ever.
    __repr__ = __str__


class HTTPTimeoutError(HTTPClientError):
    """A deadline passed.

    The notes of the exception (``__notes__``) say after how many seconds, where its text does not.

    :param message: says which deadline it was and what the fetch was waiting for.
    """

    #: ``"queue"``, ``"connect"``, ``"tls"``, ``"head"``, ``"body"`` or ``"whole"``.
    phase: str = ""

    def __init__(self, message: str) -> None:
        super().__init__(NO_STATUS, message=message)

    def __str__(self) -> str:
        return self.message or "Timeout"


class HTTPStreamClosedError(HTTPClientError):
    """The connection ended before the response was complete."""

    def __init__(self, message: str) -> None:
        super().__init__(NO_STATUS, message=message)

    def __str__(self) -> str:
        return self.message or "Stream closed"


class HTTPProtocolError(HTTPStreamClosedError):
    """The peer sent what HTTP or a limit of the client does not allow; the connection is closed.

    .. versionadded:: 1.0
    """


class RedirectError(HTTPProtocolError, ValueError):
    """A redirect leads to what cannot be fetched.

    It is a `ValueError` as well, as for a URL that the caller has given.
    """


class HeadTooLargeError(HTTPProtocolError, UnsatisfiableReadError):
    """The head of a response is larger than ``max_header_size``, or has too many fields."""
