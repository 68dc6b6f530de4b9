"""Test cases with a server and a client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer

from ._async_case import AsyncTestCase
from ._ports import bind_unused_port
from ._timeout import get_async_test_timeout

if TYPE_CHECKING:
    from tornado.httpclient import HTTPResponse
    from tornado.web import Application


class AsyncHTTPTestCase(AsyncTestCase):
    """A test case that serves an application on a port of its own.

    Override :meth:`get_app`::

        class HelloTest(AsyncHTTPTestCase):
            def get_app(self):
                return make_app()

            def test_homepage(self):
                response = self.fetch("/")
                self.assertEqual(response.code, 200)
                self.assertEqual(response.body, b"Hello, world")

    :meth:`fetch` is for tests that are plain functions: it runs the loop until the response has
    arrived. Coroutines use :attr:`http_client` and :meth:`get_url`.
    """

    #: The client of the test.
    http_client: AsyncHTTPClient
    #: The server of the test. It serves one port from the start, and may be given more.
    http_server: HTTPServer

    def setUp(self) -> None:
        """Start the server. An override calls this first."""
        super().setUp()
        listener, self.__port = bind_unused_port()
        try:
            self.http_client = self.get_http_client()
            self._app = self.get_app()
            self.http_server = self.get_http_server()
        except BaseException:
            listener.close()
            raise
        self.http_server.add_sockets([listener])

    def tearDown(self) -> None:
        """Stop the server and close the client. An override calls this last."""
        self.http_server.stop()
        self.io_loop.run_sync(
            self.http_server.close_all_connections, timeout=get_async_test_timeout()
        )
        self.http_client.close()
        del self.http_server
        del self._app
        super().tearDown()

    def get_app(self) -> Application:
        """Return the application to test, or anything else that a server takes. Override it."""
        raise NotImplementedError(f"{type(self).__name__} must define get_app")

    def get_http_client(self) -> AsyncHTTPClient:
        """Return the client of the test, by default the one that the loop shares."""
        return AsyncHTTPClient()

    def get_http_server(self) -> HTTPServer:
        """Return the server of the test, for the application and the options of this class."""
        return HTTPServer(self._app, **self.get_httpserver_options())

    def get_httpserver_options(self) -> dict[str, Any]:
        """Return the arguments of the server. Override it to set some; by default there are none."""
        return {}

    def get_http_port(self) -> int:
        """Return the port of the server, which is another one in every test."""
        return self.__port

    def get_protocol(self) -> str:
        """Return the scheme of URLs."""
        return "http"

    def get_url(self, path: str) -> str:
        """Return the URL of a path on the server."""
        return f"{self.get_protocol()}://127.0.0.1:{self.get_http_port()}{path}"

    def fetch(self, path: str, raise_error: bool = False, **kwargs: Any) -> HTTPResponse:
        """Fetch a path from the server, and return the response.

        :param path: a path, or a whole URL (``http://`` or ``https://``) of another server.
        :param raise_error: whether to raise for a status other than 2xx. If false,
            ``response.error`` has the exception. Without a response, it raises in any case.
        :param kwargs: arguments of :class:`.HTTPRequest`.
        :raises TimeoutError: if there is no response after :func:`get_async_test_timeout`.
        """
        is_url = path.lower().startswith(("http://", "https://"))
        url = path if is_url else self.get_url(path)
        response: HTTPResponse = self.io_loop.run_sync(
            lambda: self.http_client.fetch(url, raise_error=raise_error, **kwargs),
            timeout=get_async_test_timeout(),
        )
        return response


class AsyncHTTPSTestCase(AsyncHTTPTestCase):
    """A test case that serves an application over HTTPS.

    The certificate for ``localhost``, ``127.0.0.1`` and ``::1`` is part of this package, and the
    client of the test does not verify it. Its key is public: never use it in production.
    """

    def get_http_client(self) -> AsyncHTTPClient:
        """Return a client of its own that does not verify certificates."""
        return AsyncHTTPClient(force_instance=True, defaults={"validate_cert": False})

    def get_httpserver_options(self) -> dict[str, Any]:
        """Return the arguments of the server: the options of TLS."""
        return {"ssl_options": self.get_ssl_options()}

    def get_ssl_options(self) -> dict[str, Any]:
        """Return the options of TLS. Override it to use another certificate."""
        return AsyncHTTPSTestCase.default_ssl_options()

    @staticmethod
    def default_ssl_options() -> dict[str, Any]:
        """Return the options of TLS with the certificate of this package."""
        folder = Path(__file__).parent
        return {
            "certfile": str(folder / "localhost.crt"),
            "keyfile": str(folder / "localhost.key"),
        }

    def get_protocol(self) -> str:
        """Return the scheme of URLs."""
        return "https"
