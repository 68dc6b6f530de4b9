"""A websocket for tests that await nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from tornado.ioloop import TimeoutError as LoopTimeoutError

from .._timeout import get_async_test_timeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tornado.ioloop import IOLoop
    from tornado.websocket import WebSocketClientConnection

    from ._websocket import MemoryWebSocket


class SyncMemoryWebSocket:
    """A websocket of `SyncMemoryClient.websocket`, for ``with``.

    It has the methods of :class:`tornado.websocket.WebSocketClientConnection` that tests need, which
    run the loop until they are done; ``connection`` is the connection itself.

    .. versionadded:: 1.0
    """

    #: The connection, within the block.
    connection: WebSocketClientConnection

    def __init__(self, io_loop: IOLoop, opening: MemoryWebSocket) -> None:
        self._io_loop = io_loop
        self._opening = opening

    def __enter__(self) -> Self:
        self.connection = self._io_loop.run_sync(self._opening.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: object
    ) -> None:
        self._io_loop.run_sync(lambda: self._opening.__aexit__(kind, error, traceback))

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> None:
        """Send a message, and let the handler run.

        :raises WebSocketClosedError: the connection is closed.
        """
        self._run(lambda: self.connection.write_message(message, binary), None)

    def read_message(self, timeout: float | None = None) -> str | bytes | None:
        """Read the next message.

        :param timeout: seconds to wait for one; by default ``ASYNC_TEST_TIMEOUT``, or 5.
        :returns: None after the end of the connection.
        :raises tornado.ioloop.TimeoutError: none has come in time.
        """
        seconds = get_async_test_timeout() if timeout is None else timeout
        message: str | bytes | None = self._run(self.connection.read_message, seconds)
        return message

    def __iter__(self) -> Iterator[str | bytes]:
        """Iterate over the messages until the connection ends."""
        while (message := self.read_message()) is not None:
            yield message

    def ping(self, data: str | bytes = b"") -> None:
        """Send a ping.

        :raises WebSocketClosedError: the connection is closed.
        """
        self.connection.ping(data)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection, and wait for its end; what was not read by then is dropped."""
        self.connection.close(code, reason)
        self._run(self.connection.wait_closed, get_async_test_timeout())

    @property
    def close_code(self) -> int | None:
        """What the close frame of the handler said."""
        return self.connection.close_code

    @property
    def close_reason(self) -> str | None:
        """The reason in the close frame of the handler."""
        return self.connection.close_reason

    @property
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that the handler has chosen."""
        return self.connection.selected_subprotocol

    def _run(self, operation: Callable[[], Awaitable[Any]], timeout: float | None) -> Any:
        async def wait() -> Any:
            return await operation()

        try:
            return self._io_loop.run_sync(wait, timeout)
        except LoopTimeoutError:
            raise LoopTimeoutError(
                f"no message of the websocket within {timeout} seconds"
            ) from None
