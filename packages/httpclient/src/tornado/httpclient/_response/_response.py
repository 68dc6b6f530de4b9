"""The response of a fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import json_decode
from tornado.httputil import HTTPHeaders, responses

from .._errors import HTTPClientError

if TYPE_CHECKING:
    from io import BytesIO

    from .._request._request import HTTPRequest


class HTTPResponse:
    """A response, or the part of it that arrived before the fetch failed.

    :param request: the `HTTPRequest` that it answers.
    :param code: the status code, or 599 if there was none.
    :param headers: the fields of the last head.
    :param buffer: the body as a file; None if a ``streaming_callback`` got it.
    :param effective_url: the URL after redirects.
    :param error: the exception; for a status outside of 2xx one is made here.
    :param request_time: seconds from the start to the end, without the time in the queue.
    :param time_info: seconds spent in the phases of the fetch.
    :param reason: the reason phrase.
    :param start_time: when the fetch began, as a time of `time.time`.
    """

    #: The exception of a failed fetch, or None.
    error: BaseException | None = None
    _error_is_response_code = False
    #: The fields after a chunked body; most responses have none.
    trailers: HTTPHeaders

    def __init__(
        self,
        request: HTTPRequest,
        code: int,
        headers: HTTPHeaders | None = None,
        buffer: BytesIO | None = None,
        effective_url: str | None = None,
        error: BaseException | None = None,
        request_time: float | None = None,
        time_info: dict[str, float] | None = None,
        reason: str | None = None,
        start_time: float | None = None,
    ) -> None:
        self.request = request
        self.code = code
        self.reason = reason or responses.get(code, "Unknown")
        self.headers = HTTPHeaders() if headers is None else headers
        self.buffer = buffer
        self.effective_url = request.url if effective_url is None else effective_url
        self.request_time = request_time
        self.start_time = start_time
        self.time_info = time_info or {}
        if error is not None:
            self.error = error
        elif not 200 <= code < 300:
            self._error_is_response_code = True
            self.error = HTTPClientError(code, message=self.reason, response=self)

    def __getattr__(self, name: str) -> Any:
        if name != "trailers":
            raise AttributeError(name)
        self.trailers = trailers = HTTPHeaders()
        return trailers

    @property
    def has_error_status(self) -> bool:
        """True if the fetch succeeded and ``error`` only says that the status is not 2xx.

        .. versionadded:: 1.0
        """
        return self._error_is_response_code

    @property
    def body(self) -> bytes:
        """The body; empty if there is none, or if it was streamed."""
        return b"" if self.buffer is None else self.buffer.getvalue()

    @property
    def text(self) -> str:
        """The body as text.

        It is decoded by the charset in ``Content-Type``, the last one if there are several, and as
        UTF-8 if there is none or it is not known. Bytes that cannot be decoded are replaced by
        U+FFFD.

        .. versionadded:: 1.0
        """
        from ._charset import charset_of

        return self.body.decode(charset_of(self.headers), "replace")

    def json(self) -> Any:
        """Return the body, decoded as JSON, whatever its ``Content-Type`` is.

        :raises ValueError: the body is not JSON.

        .. versionadded:: 1.0
        """
        return json_decode(self.body)

    def rethrow(self) -> None:
        """Raise the error, if there is one."""
        if self.error is not None:
            raise self.error

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(code={self.code}, reason={self.reason!r},"
            f" effective_url={self.effective_url!r})"
        )
