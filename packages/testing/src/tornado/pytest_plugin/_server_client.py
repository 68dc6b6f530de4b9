"""A client for the paths of one server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.simple_httpclient import SimpleAsyncHTTPClient

if TYPE_CHECKING:
    import asyncio

    from tornado.httpclient import HTTPResponse
    from tornado.httpserver import HTTPServer


class AsyncHTTPServerClient(SimpleAsyncHTTPClient):
    """A client whose `fetch` takes paths.

    :param http_server: the server that the paths belong to.
    """

    def initialize(self, *, http_server: HTTPServer, **kwargs: Any) -> None:  # type: ignore[override]  # one argument more
        """Set up the client; see the class."""
        super().initialize(**kwargs)
        self._http_server = http_server

    def fetch(self, path: str, *args: Any, **kwargs: Any) -> asyncio.Future[HTTPResponse]:  # type: ignore[override]  # of a path
        """Fetch a path, with the arguments of `tornado.httpclient.AsyncHTTPClient.fetch`."""
        future: asyncio.Future[HTTPResponse] = super().fetch(self.get_url(path), *args, **kwargs)
        return future

    def get_protocol(self) -> str:
        """Return the scheme of the server's URLs."""
        return "http" if self._http_server.ssl_options is None else "https"

    def get_http_port(self) -> int:
        """Return the port that the server listens on."""
        for listener in self._http_server.listening_sockets():
            port: int = listener.getsockname()[1]
            return port
        raise RuntimeError("the server is not listening: it has stopped, or has not started yet")

    def get_url(self, path: str) -> str:
        """Return the whole URL of a path."""
        return f"{self.get_protocol()}://127.0.0.1:{self.get_http_port()}{path}"
