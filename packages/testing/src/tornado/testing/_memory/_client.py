"""A client that tests handlers without a socket."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urljoin

from tornado.httpclient import HTTPRequest, ResponseStream
from tornado.httputil import HTTPHeaders, url_concat
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from ._cookies import MemoryCookies
from ._response import MemoryResponse
from ._transport import Application, MemoryTransport
from ._uncaught import Uncaught
from ._websocket import MemoryWebSocket, split_options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tornado.iostream import MemoryIOStream

#: One client never has more fetches under way than a test starts.
_MAX_CLIENTS = 10_000
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_BODIES = ("body", "body_producer", "json", "form", "files")


class MemoryClient:
    """A client that sends requests to an application without a socket.

    ::

        client = MemoryClient(application)
        response = await client.get("/entries", params={"page": "2"})
        assert response.code == 200
        assert response.json()["entries"] == []

    A request goes through the real client, the real parser and the real server, as bytes within the
    process, and takes all arguments of :class:`tornado.httpclient.HTTPRequest`. Every host is this
    application, over ``http`` and ``https``. A client works on any loop that awaits it. Use
    `SyncMemoryClient` in tests that are plain functions.

    The application's ``on_startup`` is called before the first request, which raises its exceptions.
    ``on_shutdown`` is called when the client is closed, for example at the end of an ``async with``
    block, or when the loop ends. For an application without these hooks, the client need not be
    closed.

    :param app: a :class:`tornado.web.Application`, or anything else that a
        :class:`tornado.httpserver.HTTPServer` takes.
    :param base_url: the URL that paths are relative to. Secure cookies need ``"https://testserver"``.
    :param headers: fields for every request.
    :param cookies: the first cookies.
    :param follow_redirects: whether to follow redirects, unless a request says otherwise.
    :param raise_app_exceptions: whether to raise an exception that a handler does not catch, instead
        of returning the response with the status 500.
    :param remote_ip: the address that requests come from.
    :param options: more arguments of :class:`tornado.httpserver.HTTPServer`, such as ``xheaders``.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        app: Any,
        *,
        base_url: str = "http://testserver",
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        raise_app_exceptions: bool = True,
        remote_ip: str = "127.0.0.1",
        **options: Any,
    ) -> None:
        self.app = app
        self.base_url = base_url
        self._origin = _origin_of(base_url)
        #: The fields that go into every request that does not set them itself.
        self.headers = HTTPHeaders(headers or {})
        #: The cookies, by their names.
        self.cookies = MemoryCookies(base_url)
        self.cookies.update(cookies or {})
        self.follow_redirects = follow_redirects
        self.raise_app_exceptions = raise_app_exceptions
        self._application = Application(app, remote_ip, options)

    # Requests.

    async def fetch(self, path: str, *, raise_error: bool = False, **kwargs: Any) -> MemoryResponse:
        """Send a request and return the response.

        :param path: a path, or a whole URL.
        :param raise_error: whether to raise for a status outside of 2xx. Without a response, it raises
            in any case.
        :param kwargs: the arguments of :class:`tornado.httpclient.HTTPRequest`, and ``params`` for
            those of the query.
        :raises Exception: if the handler does not catch it, see ``raise_app_exceptions``.
        """
        await self._application.start()
        request = self._make_request(path, kwargs)
        transport = MemoryTransport(self._application.serve)
        client = self._make_client(transport)
        with Uncaught(transport.owns) as uncaught:
            try:
                response = MemoryResponse.from_response(
                    await client.fetch(request, raise_error=False)
                )
            except Exception as error:
                if self.raise_app_exceptions and uncaught.error is not None:
                    raise uncaught.error from error
                raise
            finally:
                client.close()
                await transport.wait_closed()
        if self.raise_app_exceptions and uncaught.error is not None:
            raise uncaught.error
        if raise_error:
            response.rethrow()
        return response

    async def get(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a GET request; see `fetch`."""
        return await self.fetch(path, method="GET", **kwargs)

    async def head(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a HEAD request; see `fetch`."""
        return await self.fetch(path, method="HEAD", **kwargs)

    async def post(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a POST request; see `fetch`. The body is empty unless one is given."""
        return await self.fetch(path, method="POST", **kwargs)

    async def put(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a PUT request; see `post`."""
        return await self.fetch(path, method="PUT", **kwargs)

    async def patch(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a PATCH request; see `post`."""
        return await self.fetch(path, method="PATCH", **kwargs)

    async def delete(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send a DELETE request; see `fetch`."""
        return await self.fetch(path, method="DELETE", **kwargs)

    async def options(self, path: str, **kwargs: Any) -> MemoryResponse:
        """Send an OPTIONS request; see `fetch`."""
        return await self.fetch(path, method="OPTIONS", **kwargs)

    def stream(self, path: str, *, raise_error: bool = False, **kwargs: Any) -> ResponseStream:
        """Send a request whose response is read piece by piece.

        ::

            async with client.stream("/events") as response:
                async for piece in response:
                    ...

        A handler waits while no piece is taken. To leave the block early closes the connection, as a
        client that goes away does.

        :param kwargs: as for `fetch`, and so is ``raise_error``.
        :raises Exception: if the handler does not catch it, at the beginning of the block or at its
            end; see ``raise_app_exceptions``.
        """
        transport = MemoryTransport(self._application.accept)
        client = self._make_client(transport)
        stream = _OwningStream(client, self._make_request(path, kwargs), raise_error)
        stream.start = self._application.start
        if self.raise_app_exceptions:
            stream.uncaught = Uncaught(transport.owns)
        return stream

    def websocket(self, path: str, **kwargs: Any) -> MemoryWebSocket:
        """Open a websocket, which `tornado.websocket` has to be installed for.

        ::

            async with client.websocket("/chat", subprotocols=["v1"]) as connection:
                await connection.write_message("hello")
                assert await connection.read_message() == "You said: hello"

        The connection is a :class:`tornado.websocket.WebSocketClientConnection`. The end of the
        block closes it, waits until the handler has had its ``on_close``, and raises what the
        handler has raised; see ``raise_app_exceptions``. The result may also be awaited instead:
        then the caller closes the connection, and exceptions of the handler are raised up to
        the end of the opening handshake.

        :param path: a path, or a whole URL, also with ``ws`` or ``wss``.
        :param kwargs: the arguments of :func:`tornado.websocket.websocket_connect` and of
            :class:`tornado.httpclient.HTTPRequest`, and ``params`` as for `fetch`.
        :raises HTTPClientError: the application refuses the websocket.
        :raises ModuleNotFoundError: there is no ``tornado.websocket``.
        """
        options, arguments = split_options(kwargs)
        return MemoryWebSocket(
            self._application,
            MemoryTransport(self._application.accept),
            self._make_client,
            self._make_request(path, arguments),
            options,
            raises=self.raise_app_exceptions,
        )

    def connect(self) -> MemoryIOStream:
        """Return the client's end of a new connection, for bytes that no client would send.

        Use it also for a protocol that a request switches to. The caller closes it.
        """
        return MemoryTransport(self._application.accept).open()

    def get_url(self, path: str) -> str:
        """Return the whole URL of a path."""
        if path.startswith("/") and not path.startswith("//"):
            return f"{self._origin}{path}"
        return urljoin(self.base_url, path)

    @property
    def has_open_connections(self) -> bool:
        """True while a streamed response, a websocket or a connection of `connect` is open."""
        return self._application.has_open_connections

    @property
    def needs_close(self) -> bool:
        """True while a connection is open, or the application has still to be shut down."""
        return self.has_open_connections or self._application.is_started

    async def close(self) -> None:
        """Close the connections of streams, websockets and `connect` that are still open.

        Then the application is shut down, unless another server still uses it.
        """
        await self._application.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    # Parts of a request.

    def _make_request(self, path: str, arguments: dict[str, Any]) -> HTTPRequest:
        url = self.get_url(path)
        params = arguments.pop("params", None)
        if params:
            url = url_concat(url, params)
        headers = self.headers.copy()
        headers.update(arguments.pop("headers", None) or {})
        arguments.setdefault("follow_redirects", self.follow_redirects)
        # A test may send what an ordinary client would not: a GET with a body, an unknown method.
        arguments.setdefault("allow_nonstandard_methods", True)
        has_body = any(arguments.get(name) is not None for name in _BODIES)
        if arguments.get("method") in _WITH_BODY and not has_body:
            arguments["body"] = b""
        return HTTPRequest(url, headers=headers, **arguments)

    def _make_client(self, transport: MemoryTransport) -> SimpleAsyncHTTPClient:
        # One client for each request: it is clear whose exception a handler raises, nothing is shared
        # between two loops, and no connection is idle when a test ends.
        client = SimpleAsyncHTTPClient(
            force_instance=True,
            max_clients=_MAX_CLIENTS,
            max_idle=0,
            cookie_jar=self.cookies.jar,
            resolver=cast("Any", transport),
        )
        client.tcp_client = cast("Any", transport)
        return client


@cache
def _origin_of(url: str) -> str:
    """Return a URL without its path."""
    return urljoin(url, "/").removesuffix("/")


class _OwningStream(ResponseStream):
    """A streamed response that closes its client at the end, and raises exceptions of its handler."""

    #: The exceptions of the handler, if they are to be raised.
    uncaught: Uncaught | None = None
    #: Starts the application.
    start: Callable[[], Awaitable[None]]

    async def __aenter__(self) -> Self:
        await self.start()
        if self.uncaught is not None:
            self.uncaught.__enter__()
        try:
            await super().__aenter__()
            self._raise_uncaught(None)
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await super().__aexit__(*exc_info)
        self._client.close()
        if self.uncaught is not None:
            self.uncaught.__exit__(None, None, None)
            error = exc_info[1]
            self._raise_uncaught(error if isinstance(error, BaseException) else None)

    def _raise_uncaught(self, error: BaseException | None) -> None:
        raised = None if self.uncaught is None else self.uncaught.error
        if raised is not None and raised is not error:
            raise raised from error
