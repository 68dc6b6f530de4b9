"""Responses that are read while they arrive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from tornado.httputil import HTTPHeaders

from ._request import settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ._client import AsyncHTTPClient
    from ._request import HTTPRequest
    from ._response import HTTPResponse


class ResponseStream:
    """A response whose body is taken by ``async for``.

    The server is slowed down while nobody takes a piece. The block waits for the head; a status
    outside of 2xx does not raise. Use it with ``async with``: `AsyncHTTPClient.stream` makes it.

    .. versionadded:: 1.0
    """

    #: The status code and the reason phrase.
    code = 0
    reason = ""

    def __init__(self, client: AsyncHTTPClient, request: HTTPRequest) -> None:
        #: The fields of the head.
        self.headers = HTTPHeaders()
        self._client = client
        self._request = request
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._taken = asyncio.Event()
        self._head: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._fetch: asyncio.Future[HTTPResponse] | None = None

    async def __aenter__(self) -> Self:
        request = settle(self._request, {})
        request._head_callback = self._take_head
        request.streaming_callback = self._take_piece
        self._fetch = self._client.fetch(request, raise_error=False)
        self._fetch.add_done_callback(self._finished)
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
        while (piece := await self._pieces.get()) is not None:
            self._taken.set()
            yield piece
        await self.response()

    async def response(self) -> HTTPResponse:
        """Wait for the end and return the whole response, without its body.

        :raises RuntimeError: outside of the block.
        """
        if self._fetch is None:
            raise RuntimeError("the response is there inside of `async with` only")
        return await self._fetch

    def _take_head(self, code: int, reason: str, headers: HTTPHeaders) -> None:
        self.code, self.reason, self.headers = code, reason, headers
        if not self._head.done():
            self._head.set_result(None)

    async def _take_piece(self, piece: bytes) -> None:
        self._taken.clear()
        self._pieces.put_nowait(piece)
        await self._taken.wait()

    def _finished(self, fetch: asyncio.Future[Any]) -> None:
        self._pieces.put_nowait(None)
        if self._head.done():
            if not fetch.cancelled():
                fetch.exception()  # the iteration raises it; nobody need iterate
        elif fetch.cancelled():
            self._head.cancel()
        elif (error := fetch.exception()) is not None:
            self._head.set_exception(error)
        else:
            self._take_head(599, str(fetch.result().error), HTTPHeaders())
