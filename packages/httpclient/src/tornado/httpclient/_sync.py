"""The blocking client, for programs without a loop."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self

from tornado.ioloop import IOLoop

from ._client import AsyncHTTPClient

if TYPE_CHECKING:
    from ._request._request import HTTPRequest
    from ._response._response import HTTPResponse


class HTTPClient:
    """An HTTP client that blocks until the response has arrived.

    It runs a loop of its own, so it cannot be used while a loop runs: use `AsyncHTTPClient` there.
    It is a context manager.

    :param async_client_class: the implementation; by default the configured one. Classic: a number
        (in 1.x, the maximum of connections) means the default.
    :param kwargs: options of the implementation.
    """

    def __init__(
        self, async_client_class: type[AsyncHTTPClient] | int | None = None, **kwargs: Any
    ) -> None:
        self._closed = True  # until everything is set up: __del__ reads it
        self._io_loop = IOLoop(make_current=False)
        make = async_client_class if isinstance(async_client_class, type) else AsyncHTTPClient

        async def make_client() -> AsyncHTTPClient:
            return make(force_instance=True, **kwargs)

        try:
            self._async_client: AsyncHTTPClient = self._io_loop.run_sync(make_client)
        except BaseException:
            self._io_loop.close()
            raise
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the client and its connections."""
        if not self._closed:
            self._closed = True
            self._async_client.close()
            self._io_loop.close()

    def fetch(self, request: HTTPRequest | str, **kwargs: Any) -> HTTPResponse:
        """Perform a request and return the response; see `AsyncHTTPClient.fetch`."""
        response: HTTPResponse = self._io_loop.run_sync(
            functools.partial(self._async_client.fetch, request, **kwargs)
        )
        return response
