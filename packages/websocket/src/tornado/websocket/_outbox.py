"""What a connection sends, and what is done when its peer reads too slowly."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamClosedError

from .protocol import (
    CloseCode,
    Connection,
    ConnectionState,
    SharedFrames,
    WebSocketClosedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.iostream import IOStream

    from ._parameters import ConnectionParameters
    from .protocol._sender import Frame


class Outbox:
    """The messages on their way to a peer.

    Once more than ``max_unsent`` bytes wait in the stream, the policy of the connection applies to
    each further message. So the memory of a connection is bounded by that limit and the size of one
    message.

    :param stream: where the bytes go.
    :param connection: makes the frames.
    :param params: has the limit and the policy.
    :param close: begins the closing handshake, with a code and a reason.
    """

    __slots__ = (
        "_close",
        "_collected",
        "_connection",
        "_done",
        "_held",
        "_params",
        "_stream",
        "dropped",
        "is_congested",
    )

    def __init__(
        self,
        stream: IOStream,
        connection: Connection,
        params: ConnectionParameters,
        close: Callable[[int, str], None],
    ) -> None:
        self._close = close
        self._stream = stream
        self._connection = connection
        self._params = params
        #: What the stream returns after a whole write.
        self._done: asyncio.Future[None] | None = None
        self._collected: list[bytes] | None = None  # see `collect`
        self._held: deque[tuple[Any, bool, asyncio.Future[None]]] | None = None
        #: The stream has more to send than the peer takes.
        self.is_congested = False
        #: How many messages the policy has dropped.
        self.dropped = 0

    def send(self, message: Any, binary: bool) -> asyncio.Future[None]:
        """Send a message; see `WebSocketProtocol13.write_message`."""
        if self.is_congested and self._is_full():
            return self._send_to_slow_reader(message, binary)
        return self._write(self._frame_of(message, binary))

    def _frame_of(self, message: Any, binary: bool) -> Frame:
        connection = self._connection
        if connection.state is not ConnectionState.OPEN:
            raise WebSocketClosedError
        sender = connection.sender
        return sender.binary(message) if binary else sender.text(message)

    def _write(self, frame: Frame) -> asyncio.Future[None]:
        if self._collected is not None:
            self._collected += frame if isinstance(frame, tuple) else (frame,)
            return _done()
        try:
            if type(frame) is tuple:
                written = self._write_pieces(frame)
            else:
                written = self._stream.write(frame)  # type: ignore[arg-type]  # it is bytes
        except StreamClosedError:
            raise WebSocketClosedError from None
        if written is self._done:
            return written
        if written.done() and not written.exception():
            self._done = written
            return written
        future: asyncio.Future[None] = written.get_loop().create_future()
        _settle_with(future, written)
        return future

    def _write_pieces(self, pieces: tuple[bytes, bytes]) -> asyncio.Future[None]:
        """Write a large frame without a copy of its payload."""
        stream = self._stream
        if stream.writelines_nowait(pieces):
            return stream.write(b"")
        if stream.closed():  # this write has found the connection broken
            future = _new_future()
            _fail(future, WebSocketClosedError())
            return future
        return self._done or _done()

    def send_shared(self, frames: SharedFrames) -> bool:
        """Send a message of `broadcast`; return whether it is on its way."""
        connection = self._connection
        if not connection.is_open:
            return False
        if self.is_congested and self._is_full():
            dropped = self.dropped
            try:
                self._send_to_slow_reader(*frames.message)
            except WebSocketClosedError:
                return False
            return self.dropped == dropped
        self.send_control(frames.frame_for(connection.sender))
        return True

    def send_control(self, frame: bytes) -> None:
        """Send bytes to which no policy applies."""
        if self._collected is not None:
            self._collected.append(frame)
            return
        with suppress(StreamClosedError):  # `connection_lost` says so
            self._stream.write_nowait(frame)

    def collect(self) -> None:
        """Keep what is sent until `flush`, to be written at once."""
        if self._collected is None:
            self._collected = []

    def flush(self) -> None:
        """Write what was collected."""
        frames, self._collected = self._collected, None
        if frames:
            with suppress(StreamClosedError):  # `connection_lost` says so
                self._stream.writelines_nowait(frames)

    # Peers that read slowly.

    def _is_full(self) -> bool:
        return bool(self._held) or self._stream.write_buffer_size > self._params.max_unsent

    def _send_to_slow_reader(self, message: Any, binary: bool) -> asyncio.Future[None]:
        if not self._connection.is_open:
            raise WebSocketClosedError
        policy = self._params.slow_reader
        if policy == "drop":
            self.dropped += 1
            return _done()
        if policy == "wait":
            return self._hold(message, binary)
        self._close(CloseCode.TRY_AGAIN_LATER, "messages are read too slowly")
        raise WebSocketClosedError

    def _hold(self, message: Any, binary: bool) -> asyncio.Future[None]:
        if self._held is None:
            self._held = deque()
        future = _new_future()
        self._held.append((message, binary, future))
        return future

    def resume(self) -> None:
        """Send what was held, now that the peer has caught up."""
        self.is_congested = False
        held = self._held
        while held and not self.is_congested:
            self._send_next(held)

    def send_held(self) -> None:
        """Send all that was held, whatever waits already: the connection is about to close."""
        while self._held:
            self._send_next(self._held)

    def _send_next(self, held: deque[tuple[Any, bool, asyncio.Future[None]]]) -> None:
        message, binary, future = held.popleft()
        try:
            written = self._write(self._frame_of(message, binary))
        except WebSocketClosedError as error:
            _fail(future, error)
        else:
            _settle_with(future, written)

    def lose(self) -> None:
        """Let those that wait know that the connection is gone."""
        held, self._held = self._held, None
        for _, _, future in held or ():
            _fail(future, WebSocketClosedError())


def _new_future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


def _done() -> asyncio.Future[None]:
    future = _new_future()
    future.set_result(None)
    return future


def _fail(future: asyncio.Future[None], error: WebSocketClosedError) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody has to wait for it


def _settle_with(future: asyncio.Future[None], written: asyncio.Future[None]) -> None:
    """Let a future end with a write of the stream, and fail with the error of this package."""

    def settle(written: asyncio.Future[None]) -> None:
        if written.cancelled() or written.exception() is not None:
            _fail(future, WebSocketClosedError())
        elif not future.done():
            future.set_result(None)

    written.add_done_callback(settle)
