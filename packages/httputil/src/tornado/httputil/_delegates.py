"""The interfaces between a connection and the application.

A server connection tells its :class:`HTTPServerConnectionDelegate` about each new request. That
returns an :class:`HTTPMessageDelegate`, which is told about the head, the body and the end of the
request, and which answers through an :class:`HTTPConnection`. A client uses the same message
delegate for the response. Routers sit in between: they are server delegates that choose another
one by the head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._start_lines import ResponseStartLine

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Callable

    from ._fields._headers import HTTPHeaders
    from ._request import HTTPServerRequest
    from ._start_lines import RequestStartLine


class HTTPServerConnectionDelegate:
    """The interface of what is told about the requests of server connections."""

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Called when a request is about to be read. Override to return the delegate for it.

        :param server_conn: an opaque object, one per connection of the client.
        :param request_conn: where the response to this one request is written.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define start_request")

    def on_close(self, server_conn: object) -> None:
        """Called when a connection of the client is closed. Override to clean up."""


class HTTPMessageDelegate:
    """The interface of what is told about one message: its head, the pieces of its body, its end."""

    def headers_received(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
    ) -> Awaitable[None] | None:
        """Called with the head of the message.

        :returns: an awaitable to hold back the body until it is done, or None.
        """
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Called with each piece of the body.

        :returns: an awaitable to hold back the next piece until it is done, or None.
        """
        return None

    def finish(self) -> None:
        """Called when the message is complete."""

    def on_connection_close(self) -> None:
        """Called when the connection is lost before the message is complete.

        A message ends with this call or with :meth:`finish`, never with both.
        """


class CollectingDelegate(HTTPMessageDelegate):
    """A delegate that collects the body of a request and calls a function with the whole request.

    :param callback: called with the request, whose body is complete and parsed.
    :param request: the request; a subclass may set it when the head has come.

    .. versionadded:: 1.0
    """

    #: The request, without its body until that is complete.
    request: HTTPServerRequest
    #: The pieces of the body so far, None before the first one.
    chunks: list[bytes] | None

    def __init__(
        self,
        callback: Callable[[HTTPServerRequest], object],
        request: HTTPServerRequest | None = None,
    ) -> None:
        self._callback = callback
        self.chunks = None
        if request is not None:
            self.request = request

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Keep a piece of the body."""
        if self.chunks is None:
            self.chunks = []
        self.chunks.append(chunk)
        return None

    def finish(self) -> None:
        """Call the function."""
        self.request.set_body(b"".join(self.chunks or ()))
        self._callback(self.request)

    def on_connection_close(self) -> None:
        """Drop what was collected."""
        self.chunks = None


class HTTPConnection:
    """The interface of what sends one message: the response to a request, or a request."""

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
        callback: Callable[[], object] | None = None,
    ) -> Future[None]:
        """Send the head, and in the same write the first piece of the body.

        :param start_line: the version in it is ignored, the connection sends its own.
        :param callback: classic: called without arguments when the future is done.
        :returns: a future that is done when the bytes are with the operating system.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define write_headers")

    def write(self, chunk: bytes, callback: Callable[[], object] | None = None) -> Future[None]:
        """Send a piece of the body.

        :param callback: classic: called without arguments when the future is done.
        :returns: a future that is done when the bytes are with the operating system.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define write")

    def finish(self) -> None:
        """End the message: its body is complete."""
        raise NotImplementedError(f"{type(self).__name__} does not define finish")

    def respond(
        self, status_code: int, reason: str, headers: HTTPHeaders, body: bytes
    ) -> Future[None]:
        """Send a whole response; connections that can do it in one step override this.

        :param headers: a Content-Length is added if nothing says how the body is framed.
        :returns: a future as :meth:`write_headers` returns it.

        .. versionadded:: 1.0
        """
        has_body = status_code >= 200 and status_code not in (204, 304)
        if has_body and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            headers["Content-Length"] = str(len(body))
        sent = self.write_headers(ResponseStartLine("", status_code, reason), headers, body)
        self.finish()
        return sent

    def send_now(self) -> None:
        """Send what :meth:`respond` may have kept to let it leave with other responses.

        A handler that goes on with long work after a response calls this first.

        .. versionadded:: 1.0
        """
