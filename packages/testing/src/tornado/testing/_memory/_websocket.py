"""Websockets to an application, without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._uncaught import Uncaught

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from tornado.httpclient import HTTPRequest
    from tornado.simple_httpclient import SimpleAsyncHTTPClient
    from tornado.websocket import WebSocketClientConnection

    from ._transport import Application, MemoryTransport

#: What `tornado.websocket.websocket_connect` takes; other arguments are those of the request.
_OPTIONS = frozenset(
    {
        "on_message_callback",
        "compression_options",
        "ping_interval",
        "ping_timeout",
        "max_message_size",
        "subprotocols",
        "max_unsent",
        "slow_reader",
        "close_timeout",
    }
)


def split_options(arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments of a connection, and those of its request."""
    options = {name: value for name, value in arguments.items() if name in _OPTIONS}
    rest = {name: value for name, value in arguments.items() if name not in _OPTIONS}
    return options, rest


class MemoryWebSocket:
    """A websocket that `MemoryClient.websocket` opens: to be awaited, or for ``async with``.

    :param application: is started before the connection is opened.
    :param make_client: called with the transport; the client opens the connection.
    :param options: the arguments of `tornado.websocket.websocket_connect`.
    :param raises: raise what a handler has not caught.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        application: Application,
        transport: MemoryTransport,
        make_client: Callable[[MemoryTransport], SimpleAsyncHTTPClient],
        request: HTTPRequest,
        options: dict[str, Any],
        *,
        raises: bool,
    ) -> None:
        self._application = application
        self._transport = transport
        self._make_client = make_client
        self._request = request
        self._options = options
        self._raises = raises
        self._uncaught = Uncaught(transport.owns)
        self._connection: WebSocketClientConnection | None = None

    def __await__(self) -> Generator[Any, None, WebSocketClientConnection]:
        return self._open_alone().__await__()

    async def _open_alone(self) -> WebSocketClientConnection:
        with self._uncaught:
            return await self._open()

    async def __aenter__(self) -> WebSocketClientConnection:
        self._uncaught.__enter__()
        try:
            self._connection = await self._open()
        except BaseException:
            self._uncaught.__exit__(None, None, None)
            raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: object
    ) -> None:
        try:
            if self._connection is not None:
                self._connection.close()
                await self._connection.wait_closed()
                await self._transport.wait_closed()
        finally:
            self._uncaught.__exit__(None, None, None)
        self._raise_uncaught(error)

    async def _open(self) -> WebSocketClientConnection:
        connect: Callable[..., Awaitable[WebSocketClientConnection]] = _websocket_connect()
        await self._application.start()
        client = self._make_client(self._transport)
        try:
            return await connect(self._request, http_client=client, **self._options)
        except Exception as error:
            await self._transport.wait_closed()
            self._raise_uncaught(error)
            raise
        finally:
            client.close()

    def _raise_uncaught(self, error: BaseException | None) -> None:
        uncaught = self._uncaught.error
        if self._raises and uncaught is not None and uncaught is not error:
            raise uncaught from error


def _websocket_connect() -> Any:
    try:
        from tornado.websocket import websocket_connect
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "a websocket needs tornado.websocket: install tornado-websocket", name=error.name
        ) from error
    return websocket_connect
