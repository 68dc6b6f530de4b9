"""One exchange: a request, and what has come of its response."""

from __future__ import annotations

from inspect import isawaitable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from .._request._fields import request_fields
from .._request._target import parse_target
from .._response._body_limits import announced_too_long, decompressed_too_long, received_too_long
from .._response._decoding import Codings, Decoder
from ._next_request import expects_continue
from ._retry import IDEMPOTENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tornado.httputil import HTTPHeaders, ResponseStartLine

    from .._request._request import HTTPRequest
    from ._fetch import Fetch


class Exchange:
    """One request of a fetch, and what has come of its response.

    A client sends ``request``, with ``fields``, to ``target``. It passes on what comes back by
    `take_head`, `take_data` and `finish`, or ends the exchange by `fail`. The exchange decides what
    that means: it holds the limits, the decoder and the parts of the response, and knows neither
    sockets nor libcurl.

    :param request: the current request of the fetch.
    :raises ValueError: the request cannot be sent.
    """

    #: What the head of the response says.
    code = 0
    reason = ""
    headers: HTTPHeaders | None = None
    #: The size of the body on the wire, None if the head does not say it.
    expected_size: int | None = None
    #: How many bytes of the body have come.
    received = 0
    #: The request that the response asks for, None for the last one.
    next_request: HTTPRequest | None = None

    _decoder: Decoder | None = None
    _decoded = 0

    def __init__(self, fetch: Fetch, request: HTTPRequest) -> None:
        target = parse_target(request.url)
        cookie = None
        jar = fetch.client.cookie_jar
        if jar is not None and "Cookie" not in request.headers:
            from .._request._cookies import cookie_field

            cookie = cookie_field(jar, request.url)
        self.fetch = fetch
        self.request = request
        self.target = target
        self.fields = request_fields(request, target, cookie)
        self._chunks: list[bytes] = []

    @property
    def can_repeat(self) -> bool:
        """True if sending this request twice does no harm, and the body is still there."""
        return self.request.method in IDEMPOTENT and self.request.body_producer is None

    @property
    def expects_continue(self) -> bool:
        """True if this request asks the server before it sends the body."""
        return expects_continue(self.request)

    # The head.

    def take_head(
        self, start_line: ResponseStartLine, headers: HTTPHeaders, expected_size: int | None
    ) -> None:
        """Take the final head of the response.

        :param expected_size: the size of the body on the wire, None if the head does not say it.
        :raises HTTPProtocolError: the body would be larger than allowed.
        """
        fetch, request = self.fetch, self.request
        code = self.code = start_line.code
        self.reason = start_line.reason
        self.headers = headers
        if code >= 300:
            self.next_request = fetch.next_requests.find(request, self.target, code, headers)
        if fetch.client.cookie_jar is not None or request.header_callback is not None:
            self._pass_on_head(start_line, headers)
        if expected_size is not None:
            self.expected_size = expected_size
            if expected_size > fetch.max_body_size:
                raise announced_too_long(expected_size, fetch.max_body_size)
        if (
            "Content-Encoding" in headers
            and fetch.request.decompress_response
            and request.method != "HEAD"
            and code != 304
        ):
            self._decode(headers)
        if fetch.request._head_callback is not None and self.next_request is None:
            fetch.request._head_callback(code, self.reason, headers)
        fetch.enter("body")

    def take_answered_head(self, start_line: ResponseStartLine, headers: HTTPHeaders) -> bool:
        """Take a final head that the client answers by itself; another head will come.

        :returns: false if this is one redirect too many, and the response.
        :raises HTTPProtocolError: it is a redirect that must not be followed.
        """
        request = self.fetch.next_requests.follow_performed(self.request, start_line.code, headers)
        if request is None:
            return False
        self._pass_on_head(start_line, headers)
        self.request, self.target = request, parse_target(request.url)
        return True

    def _pass_on_head(self, start_line: ResponseStartLine, headers: HTTPHeaders) -> None:
        client, callback = self.fetch.client, self.request.header_callback
        if client.cookie_jar is not None:
            from .._request._cookies import keep_cookies

            keep_cookies(client.cookie_jar, self.request.url, headers)
        if callback is not None and (self.next_request is None or client._shows_followed_heads):
            self.fetch.context.run(_call_with_lines, callback, start_line, headers)

    def _decode(self, headers: HTTPHeaders) -> None:
        coding = headers["Content-Encoding"]
        self._decoder = Codings.decoder(coding)
        if self._decoder is not None:
            del headers["Content-Encoding"]
            headers.add("X-Consumed-Content-Encoding", coding)

    # The body.

    def take_data(self, data: bytes) -> Awaitable[None] | None:
        """Take a part of the body, as it came.

        :returns: what to wait for before more is given.
        :raises HTTPProtocolError: the body is larger than allowed.
        :raises DecodingError: the body is not what Content-Encoding says.
        """
        fetch = self.fetch
        self.received += len(data)
        if self.received > fetch.max_body_size:
            raise received_too_long(self.headers, fetch.max_body_size)
        if fetch.request.download_progress is not None:
            fetch.context.run(fetch.request.download_progress, self.received, self.expected_size)
        if self._decoder is not None:
            return self._deliver_all(self._decoder.feed(data))
        if self.next_request is None and fetch.request.streaming_callback is None:
            self._chunks.append(data)  # the most common case of `_deliver`, without a call
            return None
        return self._deliver(data)

    def _deliver(self, data: bytes) -> Awaitable[None] | None:
        callback = self.fetch.request.streaming_callback
        if self.next_request is not None:
            return None  # nobody gets to see the body of a redirect
        if callback is None:
            self._chunks.append(data)
            return None
        result = self.fetch.context.run(callback, data)
        return result if result is not None and isawaitable(result) else None

    def _deliver_all(self, chunks: Iterator[bytes]) -> Awaitable[None] | None:
        for chunk in chunks:
            self._decoded += len(chunk)
            if self._decoded > self.fetch.max_body_size:
                raise decompressed_too_long(self.fetch.max_body_size)
            waiting = self._deliver(chunk)
            if waiting is not None:
                return self._deliver_rest(waiting, chunks)
        return None

    async def _deliver_rest(self, waiting: Awaitable[None], chunks: Iterator[bytes]) -> None:
        await waiting
        more = self._deliver_all(chunks)
        while more is not None:
            await more
            more = self._deliver_all(chunks)

    # The end.

    def finish(self, trailers: dict[str, Any] | None = None) -> None:
        """End the exchange: the response is complete, and the client has no more to do with it."""
        fetch = self.fetch
        fetch.operation = None
        if self._decoder is not None:
            try:
                self._decoder.finish()
            except Exception as error:  # noqa: BLE001 - it is raised where the fetch is awaited
                fetch.client._log_refusal(error, self.target.authority)
                fetch.fail(error)
                return
        if self.next_request is not None:
            fetch.perform(self.next_request)
            return
        is_streamed = fetch.request.streaming_callback is not None
        body = None if is_streamed else BytesIO(b"".join(self._chunks))
        fetch.succeed(self, body, trailers or {})

    def fail(self, error: BaseException) -> None:
        """End the exchange with an error; the client has no more to do with it."""
        self.fetch.fail(error)


def _call_with_lines(
    callback: Callable[[str], object], start_line: ResponseStartLine, headers: HTTPHeaders
) -> None:
    """Call a ``header_callback`` with each line of a head, line ends included."""
    callback(f"{start_line.version} {start_line.code} {start_line.reason}\r\n")
    for name, value in headers.get_all():
        callback(f"{name}: {value}\r\n")
    callback("\r\n")
