"""A client without sockets for tests that are plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from tornado.ioloop import IOLoop

from ._client import MemoryClient
from ._sync_websocket import SyncMemoryWebSocket

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

    from ._cookies import MemoryCookies
    from ._response import MemoryResponse


class SyncMemoryClient:
    """A client that sends requests without a socket, and waits for each response.

    ::

        with SyncMemoryClient(application) as client:
            assert client.post("/entries", json={"title": "First"}).code == 201

    It runs a loop while it waits, so it cannot be used where a loop is running already. Use
    `MemoryClient` there.

    :param app: as for `MemoryClient`, and so are the other arguments.
    :param io_loop: the loop to run; by default a new one, which `close` closes.

    .. versionadded:: 1.0
    """

    def __init__(self, app: Any, *, io_loop: IOLoop | None = None, **kwargs: Any) -> None:
        self._client = MemoryClient(app, **kwargs)
        self._owns_loop = io_loop is None
        self._io_loop = IOLoop(make_current=False) if io_loop is None else io_loop

    @property
    def headers(self) -> HTTPHeaders:
        """The fields that go into every request that does not set them itself."""
        return self._client.headers

    @property
    def cookies(self) -> MemoryCookies:
        """The cookies, by their names."""
        return self._client.cookies

    def fetch(self, path: str, *, raise_error: bool = False, **kwargs: Any) -> MemoryResponse:
        """Send a request and return the response; see `MemoryClient.fetch`."""
        response: MemoryResponse = self._io_loop.run_sync(
            lambda: self._client.fetch(path, raise_error=raise_error, **kwargs)
        )
        return response

    def get(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a GET request; see `fetch`."""
        return self.fetch(path, method="GET", **kwargs)

    def head(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a HEAD request; see `fetch`."""
        return self.fetch(path, method="HEAD", **kwargs)

    def post(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a POST request; see `fetch`. The body is empty unless one is given."""
        return self.fetch(path, method="POST", **kwargs)

    def put(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a PUT request; see `post`."""
        return self.fetch(path, method="PUT", **kwargs)

    def patch(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a PATCH request; see `post`."""
        return self.fetch(path, method="PATCH", **kwargs)

    def delete(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a DELETE request; see `fetch`."""
        return self.fetch(path, method="DELETE", **kwargs)

    def options(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send an OPTIONS request; see `fetch`."""
        return self.fetch(path, method="OPTIONS", **kwargs)

    def websocket(self, path: str, **kwargs: Any) -> SyncMemoryWebSocket:
        """Open a websocket for a ``with`` block; see `MemoryClient.websocket`.

        ::

            with client.websocket("/chat") as connection:
                connection.write_message("hello")
                assert connection.read_message() == "You said: hello"
        """
        return SyncMemoryWebSocket(self._io_loop, self._client.websocket(path, **kwargs))

    def get_url(self, path: str) -> str:
        """Return the whole URL of a path."""
        return self._client.get_url(path)

    def close(self) -> None:
        """Close open connections, shut the application down, and close the client's own loop."""
        if self._io_loop.asyncio_loop.is_closed():
            return
        if self._client.needs_close:
            self._io_loop.run_sync(self._client.close)
        if self._owns_loop:
            self._io_loop.close(all_fds=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
