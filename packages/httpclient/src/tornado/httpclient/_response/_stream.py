"""Responses that are read while they arrive."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Self

from tornado.httputil import HTTPHeaders

from .._errors import HTTPClientError
from .._request._request import settle
from ._response import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .._client import AsyncHTTPClient
    from .._request._request import HTTPRequest


#: How much of an error's body the exception has, in bytes, and how long it may take to arrive, in
#: seconds. A download often has no limits of its own.
_MAX_ERROR_BODY = 65536
_ERROR_BODY_TIMEOUT = 5.0


class ResponseStream:
    """A response whose body is read by ``async for`` while it arrives.

    `AsyncHTTPClient.stream` makes it, for ``async with``. Entering the block waits for the head. The
    server is slowed down while the block does not read.

    :raises HTTPClientError: on entering the block, for a status outside of 2xx unless
        ``raise_error`` is false, like `AsyncHTTPClient.fetch`. Its ``response.body`` has the part of
        the body that arrived within five seconds, 64 KiB at most.

    .. versionadded:: 1.0
    """

    #: The status code, and the reason phrase.
    code = 0
    reason = ""

    def __init__(
        self, client: AsyncHTTPClient, request: HTTPRequest, raise_error: bool = True
    ) -> None:
        #: The fields of the head.
        self.headers = HTTPHeaders()
        self._client = client
        self._request = request
        self._raise_error = raise_error
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._chunk_was_read = asyncio.Event()
        self._head: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._fetch: asyncio.Future[HTTPResponse] | None = None
        #: The body of an error, until the fetch ends; None if the body is for the caller.
        self._error_body: bytearray | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        request = settle(self._request, {})
        request._head_callback = self._take_head
        request._hides_errors = self._raise_error
        request.streaming_callback = self._take_chunk
        self._fetch = self._client.fetch(request, raise_error=False)
        self._fetch.add_done_callback(self._end)
        try:
            await self._head
        except BaseException:
            self._fetch.cancel()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._fetch is not None and not self._fetch.done():
            self._fetch.cancel()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            self._chunk_was_read.set()
            yield chunk
        await self.response()

    async def response(self) -> HTTPResponse:
        """Wait for the end, and return the whole response without its body.

        :raises RuntimeError: the block has not been entered.
        """
        if self._fetch is None:
            raise RuntimeError("the response is there inside of `async with` only")
        return await self._fetch

    def _take_head(self, code: int, reason: str, headers: HTTPHeaders) -> None:
        self.code, self.reason, self.headers = code, reason, headers
        self._stop_timer()
        if self._raise_error and not 200 <= code < 300:
            # The fetch goes on: it may be tried again, and its error is the one to raise.
            self._error_body = bytearray()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_ERROR_BODY_TIMEOUT, self._raise_early, self._error_body)
            return
        self._error_body = None
        if not self._head.done():
            self._head.set_result(None)

    async def _take_chunk(self, chunk: bytes) -> None:
        if self._error_body is not None:
            self._error_body += chunk
            if len(self._error_body) >= _MAX_ERROR_BODY:
                self._raise_early(self._error_body)
            return
        self._chunk_was_read.clear()
        self._chunks.put_nowait(chunk)
        await self._chunk_was_read.wait()

    def _end(self, fetch: asyncio.Future[HTTPResponse]) -> None:
        self._stop_timer()
        self._chunks.put_nowait(None)
        if self._head.done():
            if not fetch.cancelled():
                fetch.exception()  # the iteration raises it, but the caller need not iterate
        elif fetch.cancelled():
            self._head.cancel()
        elif (error := fetch.exception()) is not None:
            self._head.set_exception(error)
        else:
            self._end_without_body(fetch.result())

    def _end_without_body(self, response: HTTPResponse) -> None:
        """End with a response that has no head for the caller, or whose status is raised."""
        if self._error_body is None or response.error is None:
            self._take_head(response.code, str(response.error), HTTPHeaders())
            return
        response.buffer = BytesIO(bytes(self._error_body))
        self._head.set_exception(response.error)

    def _raise_early(self, body: bytearray) -> None:
        """Raise an error now, with the part of its body that has arrived; that stops the fetch."""
        if not self._head.done():
            buffer = BytesIO(bytes(body[:_MAX_ERROR_BODY]))
            response = HTTPResponse(
                self._request, self.code, self.headers, buffer, reason=self.reason
            )
            error = HTTPClientError(self.code, self.reason, response)
            response.error = error
            self._head.set_exception(error)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
