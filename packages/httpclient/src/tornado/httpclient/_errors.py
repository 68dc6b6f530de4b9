"""The exceptions of a fetch.

::

    Exception
    └── HTTPClientError            the response's status says that it failed; or, with code 599:
        ├── HTTPTimeoutError       a deadline passed; ``phase`` says what it was waiting for
        ├── HTTPStreamClosedError  the connection ended before the response was complete
        │   └── HTTPProtocolError  the peer sent no acceptable HTTP, or more than a limit allows
        └── CurlError              libcurl says so (``tornado.curl_httpclient``)

Errors of the network keep their own class (`OSError`, `ssl.SSLError`, `socket.gaierror`), and so do
mistakes of the caller (`ValueError`, `KeyError`). Errors of lower layers are translated here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tornado.httputil import HTTPInputError, responses
from tornado.iostream import StreamClosedError, UnsatisfiableReadError

if TYPE_CHECKING:
    from ._response._response import HTTPResponse

#: The code of a fetch that fails without a status: no server sends it.
NO_STATUS = 599

_HEAD_TOO_LARGE = 431

#: What an application's callback may raise to end its fetch. Exceptions that end the program are
#: not among them.
RAISED = (Exception, asyncio.CancelledError)


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

    # The response refers to its error: the default would print one inside the other without end.
    __repr__ = __str__


class HTTPTimeoutError(HTTPClientError):
    """A deadline passed.

    The notes of the exception (``__notes__``) say after how many seconds, if its text does not.

    :param message: which deadline it was, and what the fetch was waiting for.
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
    """A redirect leads to a URL that cannot be fetched.

    It is a `ValueError` as well, like the error for such a URL from the caller.
    """


class HeadTooLargeError(HTTPProtocolError, UnsatisfiableReadError):
    """The head of a response is larger than ``max_header_size``, or has too many fields."""


class DecodingError(Exception):
    """A body is not what its Content-Encoding says, or grows too much when it is decompressed.

    The caller gets an `HTTPProtocolError` instead.
    """


def is_head_too_large(error: BaseException) -> bool:
    """Tell whether a parser has refused a head for its size (RFC 6585 section 5)."""
    return getattr(error, "status", None) == _HEAD_TOO_LARGE


def translate(error: BaseException) -> BaseException:
    """Return the documented exception for an error that ended a fetch."""
    if isinstance(error, StreamClosedError):
        found: BaseException = error.real_error or HTTPStreamClosedError("Stream closed")
        if found is not error.real_error:
            found.__cause__ = error
        return found
    if isinstance(error, (HTTPInputError, DecodingError)):
        kind = HeadTooLargeError if is_head_too_large(error) else HTTPProtocolError
        translated = kind(str(error))
        translated.__cause__ = error
        return translated
    if isinstance(error, StopIteration):
        # A future refuses it; a coroutine that raises it gets the same words from Python.
        raised = RuntimeError("a callback of the fetch raised StopIteration")
        raised.__cause__ = error
        return raised
    return error
