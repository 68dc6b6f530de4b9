"""The callback forms of Tornado 2: a layer over the futures of the modern API.

A call with a callback returns None. The result goes to the callback on the loop, in the context of
the call, so that an exception in it finds whoever answers for it. An exception also closes the
stream. A stream that closes first calls only its close callback.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ._errors import StreamClosedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.ioloop import IOLoop


class _Closable(Protocol):
    @property
    def io_loop(self) -> IOLoop: ...
    def close(self, exc_info: Any = False) -> None: ...


class _Readable(_Closable, Protocol):
    def _get_loop(self) -> asyncio.AbstractEventLoop: ...
    def read_bytes(self, num_bytes: int, partial: bool = False) -> asyncio.Future[bytes]: ...


def without_loop(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Drop the ``io_loop`` that constructors took once: a stream finds its loop itself."""
    kwargs.pop("io_loop", None)
    return args[1:] if args and hasattr(args[0], "add_callback") else args


def call_back(
    stream: _Closable,
    future: asyncio.Future[Any],
    callback: Callable[..., Any],
    *,
    bare: bool = False,
) -> None:
    """Call ``callback(result)`` when the future has a result; ``callback()`` if ``bare``."""
    stream.io_loop.add_future(future, partial(_finish, stream, callback, bare))


def _finish(
    stream: _Closable, callback: Callable[..., Any], bare: bool, future: asyncio.Future[Any]
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


def read_in_pieces(
    stream: _Readable, count: int | None, streaming_callback: Callable[[bytes], Any]
) -> asyncio.Future[bytes]:
    """Read ``count`` bytes, or until the stream closes, and hand them on as they come.

    :returns: a future of ``b""``: nothing is left for the final callback.
    """
    return stream._get_loop().create_task(_read_in_pieces(stream, count, streaming_callback))


async def _read_in_pieces(
    stream: _Readable, count: int | None, streaming_callback: Callable[[bytes], Any]
) -> bytes:
    left = count
    while left is None or left:
        try:
            piece = await stream.read_bytes(65536 if left is None else left, partial=True)
        except StreamClosedError:
            if left is None:
                break
            raise
        streaming_callback(piece)
        if left is not None:
            left -= len(piece)
    return b""
