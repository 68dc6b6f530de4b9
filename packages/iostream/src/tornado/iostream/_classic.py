"""The callback forms of Tornado 2: a layer over the futures of the modern API.

A call with a callback returns None. The callback gets the result on the loop, in the context of the
call, so that an exception in it reaches the request that made the call. An exception also closes
the stream. A stream that closes first calls only its close callback.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ._errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._lifecycle import Lifecycle
    from ._reader import Reader


T = TypeVar("T")


def call_back(
    stream: Lifecycle,
    future: asyncio.Future[Any],
    callback: Callable[..., Any],
    *,
    bare: bool = False,
) -> None:
    """Call ``callback(result)`` when the future has a result; ``callback()`` if ``bare``."""
    stream.io_loop.add_future(future, partial(_finish, stream, callback, bare))


def _finish(
    stream: Lifecycle, callback: Callable[..., Any], bare: bool, future: asyncio.Future[Any]
) -> Any:
    try:
        result = future.result()
    except (StreamClosedError, asyncio.CancelledError):
        return None
    except Exception as error:
        stream.close(exc_info=error)
        raise
    try:
        return callback() if bare else callback(result)
    except Exception as error:
        stream.close(exc_info=error)
        raise


def hand_over(
    stream: Reader, future: asyncio.Future[T], callback: Callable[[T], Any] | None
) -> asyncio.Future[T] | None:
    """Return the future of a read; with a callback, give the result to that and return None."""
    if callback is None:
        return future
    call_back(stream, future, callback)
    return None


def read_classic(
    stream: Reader,
    callback: Callable[[bytes], Any] | None,
    streaming_callback: Callable[[bytes], Any] | None,
    count: int | None,
    partial: bool = False,
) -> asyncio.Future[bytes] | None:
    """Read a count of bytes, or with None until the stream closes, for callbacks."""
    if streaming_callback is not None:
        return _read_pieces(stream, callback, streaming_callback, count)
    if count is not None:
        return hand_over(stream, stream.read_bytes(count, partial), callback)
    return hand_over(stream, stream.read_until_close(), callback)


def _read_pieces(
    stream: Reader,
    callback: Callable[[bytes], Any] | None,
    streaming_callback: Callable[[bytes], Any],
    count: int | None,
) -> asyncio.Future[bytes] | None:
    if callback is not None:
        PieceReader(stream, count, streaming_callback, callback).read()
        return None
    future: asyncio.Future[bytes] = asyncio.Future(loop=stream._get_loop())

    def end(last: bytes) -> None:
        if not future.done():
            future.set_result(last)

    def lose() -> None:
        stream._fail_all([future])

    PieceReader(stream, count, streaming_callback, end, lose).read()
    return future


class PieceReader:
    """A read that passes its bytes on as they arrive, and ``b""`` at the end.

    There is no task, so that ``on_end`` is called before the close callback.

    :param count: how many bytes to read; None: until the stream closes.
    :param on_lost: called instead of ``on_end`` if the stream closes too early.
    """

    def __init__(
        self,
        stream: Reader,
        count: int | None,
        on_piece: Callable[[bytes], Any],
        on_end: Callable[[bytes], Any],
        on_lost: Callable[[], Any] | None = None,
    ) -> None:
        self.stream = stream
        self.left = count
        self.on_piece = on_piece
        self.on_end = on_end
        self.on_lost = on_lost

    def read(self) -> None:
        """Wait for the next piece."""
        count = 65536 if self.left is None else self.left
        future = self.stream.read_bytes(count, partial=True)
        self.stream.io_loop.add_future(future, self._receive)

    def _receive(self, future: asyncio.Future[bytes]) -> Any:
        try:
            return self._hand_on(future)
        except Exception as error:
            self.stream.close(exc_info=error)
            if self.on_lost is None:
                raise
            return self.on_lost()

    def _hand_on(self, future: asyncio.Future[bytes]) -> Any:
        try:
            piece = future.result()
        except StreamClosedError:
            return self._stop()
        if piece:
            self.on_piece(piece)
        if self.left is not None:
            self.left -= len(piece)
        if self.left == 0:
            return self.on_end(b"")
        try:
            self.read()
        except StreamClosedError:
            return self._stop()
        return None

    def _stop(self) -> Any:
        """Report that the stream is closed, which is the end, or too early if a count was given."""
        if self.left is None:
            return self.on_end(b"")
        return None if self.on_lost is None else self.on_lost()
