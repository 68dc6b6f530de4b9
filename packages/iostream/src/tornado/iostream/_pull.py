"""Bytes that are pulled: whoever reads says what comes next."""

from __future__ import annotations

import asyncio
import re
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

from ._buffer import ReadBuffer
from ._classic import PieceReader, call_back
from ._errors import StreamBufferFullError, StreamClosedError, UnsatisfiableReadError
from ._lifecycle import READ, gen_log
from ._requests import ReadBytes, ReadInto, ReadUntil, ReadUntilClose, ReadUntilRegex
from ._write import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._requests import ReadRequest

    OnBytes: TypeAlias = Callable[[bytes], Any]


class Puller(Writer):
    """The part of a stream that serves reads, one at a time, from what is buffered."""

    max_buffer_size: int

    _input_ended: bool = False

    def __init__(self) -> None:
        super().__init__()
        self._buffer: ReadBuffer | None = None
        self._request: ReadRequest | None = None

    def reading(self) -> bool:
        """Return true while a read is pending."""
        return self._request is not None and not self._request.future.done()

    @overload
    def read_bytes(self, num_bytes: int, partial: bool = False) -> asyncio.Future[bytes]: ...
    @overload
    def read_bytes(
        self, num_bytes: int, partial: OnBytes, streaming_callback: OnBytes | None = None
    ) -> None: ...
    @overload
    def read_bytes(
        self, num_bytes: int, *, callback: OnBytes, streaming_callback: OnBytes | None = None
    ) -> None: ...

    def read_bytes(
        self,
        num_bytes: int,
        partial: bool | OnBytes = False,
        streaming_callback: OnBytes | None = None,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read ``num_bytes`` bytes.

        :param partial: be content with any positive number of bytes, as soon as there are some.
            Classic: the callback.
        :param streaming_callback: classic: called with each piece as it comes; the callback then
            gets ``b""``.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: if the stream ends first; what came stays readable.
        """
        if callback is not None or (type(partial) is not bool and callable(partial)):
            wanted = callback or cast("OnBytes", partial)
            self._read_classic(wanted, streaming_callback, num_bytes)
            return None
        if type(num_bytes) is not int:
            num_bytes = index(num_bytes)
        future: asyncio.Future[bytes] = asyncio.Future(loop=self._loop or self._get_loop())
        if num_bytes > 0:
            self._start(ReadBytes(future, num_bytes, partial))
        elif num_bytes == 0:
            future.set_result(b"")
        else:
            raise ValueError(f"cannot read a negative number of bytes: {num_bytes}")
        return future

    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: int | None = None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until(self, delimiter: bytes, max_bytes: OnBytes) -> None: ...
    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: int | None = None, *, callback: OnBytes
    ) -> None: ...

    def read_until(
        self,
        delimiter: bytes,
        max_bytes: int | OnBytes | None = None,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read up to and with ``delimiter``.

        :param max_bytes: close the stream if so many bytes do not hold the delimiter. Classic: the
            callback.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: if the stream ends first; its ``real_error`` is an
            `UnsatisfiableReadError` if ``max_bytes`` was exceeded.
        """
        if type(delimiter) is not bytes:
            delimiter = _as_delimiter(delimiter)
        if not delimiter:
            raise ValueError("cannot read until an empty delimiter")
        limit, callback = _split(max_bytes, callback)
        future: asyncio.Future[bytes] = asyncio.Future(loop=self._loop or self._get_loop())
        self._start(ReadUntil(future, delimiter, limit))
        return self._hand_over(future, callback)

    @overload
    def read_until_regex(
        self, regex: bytes | re.Pattern[bytes], max_bytes: int | None = None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until_regex(self, regex: bytes | re.Pattern[bytes], max_bytes: OnBytes) -> None: ...
    @overload
    def read_until_regex(
        self, regex: bytes | re.Pattern[bytes], max_bytes: int | None = None, *, callback: OnBytes
    ) -> None: ...

    def read_until_regex(
        self,
        regex: bytes | re.Pattern[bytes],
        max_bytes: int | OnBytes | None = None,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read up to and with the first match of ``regex``.

        :param max_bytes: close the stream if so many bytes do not hold a match. Classic: the
            callback.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: as for `read_until`.
        """
        limit, callback = _split(max_bytes, callback)
        pattern: re.Pattern[Any] = re.compile(regex)
        if isinstance(pattern.pattern, str):
            raise TypeError(f"a stream carries bytes: give a pattern of bytes, not {regex!r:.60}")
        future: asyncio.Future[bytes] = asyncio.Future(loop=self._loop or self._get_loop())
        self._start(ReadUntilRegex(future, pattern, limit))
        return self._hand_over(future, callback)

    def read_into(self, buf: bytearray | memoryview, partial: bool = False) -> asyncio.Future[int]:
        """Read into a writable buffer until it is full.

        :param partial: be content with any positive number of bytes.
        :returns: a Future of the number of bytes.
        :raises StreamClosedError: if the stream ends first.
        """
        future: asyncio.Future[int] = asyncio.Future(loop=self._loop or self._get_loop())
        target = memoryview(buf).cast("B")
        if target.readonly:
            raise TypeError(f"cannot read into a read-only {type(buf).__name__}")
        if len(target):
            self._start(ReadInto(future, target, partial))
        else:
            future.set_result(0)
        return future

    @overload
    def read_until_close(self) -> asyncio.Future[bytes]: ...
    @overload
    def read_until_close(
        self, callback: OnBytes, streaming_callback: OnBytes | None = None
    ) -> None: ...

    def read_until_close(
        self, callback: OnBytes | None = None, streaming_callback: OnBytes | None = None
    ) -> asyncio.Future[bytes] | None:
        """Read everything until the stream closes. At most ``max_buffer_size`` bytes are kept.

        :param callback: classic: gets the bytes; the call returns None.
        :param streaming_callback: classic: called with each piece as it comes; the callback then
            gets ``b""``.
        """
        if callback is not None:
            self._read_classic(callback, streaming_callback, None)
            return None
        future: asyncio.Future[bytes] = asyncio.Future(loop=self._loop or self._get_loop())
        self._start(ReadUntilClose(future))
        return future

    def _read_classic(
        self, callback: OnBytes, streaming_callback: OnBytes | None, count: int | None
    ) -> None:
        """Read a count of bytes or until the close, for a callback."""
        if streaming_callback is not None:
            PieceReader(self, count, streaming_callback, callback).read()
        elif count is not None:
            call_back(self, self.read_bytes(count), callback)
        else:
            call_back(self, self.read_until_close(), callback)

    def _hand_over(
        self, future: asyncio.Future[bytes], callback: OnBytes | None
    ) -> asyncio.Future[bytes] | None:
        if callback is None:
            return future
        call_back(self, future, callback)
        return None

    def _start(self, request: ReadRequest) -> None:
        """Serve the request from the buffer, or wait for input."""
        if self._request is not None and not self._request.future.done():
            raise RuntimeError("already reading: await the pending read of this stream first")
        if self._protocol is not None:
            raise RuntimeError("a protocol takes this stream's input: detach it before reading")
        buffer = self._buffer
        if not self._interest & READ or (buffer is not None and buffer.size):
            self._start_with(request, buffer or ReadBuffer())
        else:
            self._request = request  # nothing is there, and the loop says when something is

    def _start_with(self, request: ReadRequest, buffer: ReadBuffer) -> None:
        self._buffer = buffer
        if self._closed:
            self._serve_last(request, buffer)
            if not request.future.done():
                raise StreamClosedError(real_error=self.error)
            return
        self._request = request
        if self._serve(request, buffer):
            self._watch_idle()
        elif self._input_ended:
            self.close()
        elif not self._closed:
            self._watch_input()

    def _serve(
        self,
        request: ReadRequest,
        buffer: ReadBuffer,
        resolve: Callable[[asyncio.Future[Any], Any], None] = asyncio.Future.set_result,
    ) -> bool:
        """Give the request its result if the buffer holds it."""
        try:
            result: Any = request.take(buffer)
        except UnsatisfiableReadError as error:
            gen_log.info("unsatisfiable read, closing connection: %s", error)
            self.close(exc_info=error)
            return False
        if result is None:
            if buffer.size > self.max_buffer_size:
                self._overflow()
            return False
        self._request = None
        resolve(request.future, result)
        return True

    def _serve_last(self, request: ReadRequest, buffer: ReadBuffer) -> None:
        """Give the request what it can have of a stream that has ended."""
        if isinstance(self.error, StreamBufferFullError):
            return  # what there is, is not all
        try:
            result: Any = request.take_last(buffer)
        except UnsatisfiableReadError:
            return
        if result is not None and not request.future.done():
            request.future.set_result(result)

    def _overflow(self) -> None:
        message = f"reached maximum read buffer size: {self.max_buffer_size} bytes"
        gen_log.error("%s, closing connection", message)
        self.close(exc_info=StreamBufferFullError(message))

    def _watch_idle(self) -> None:
        if self._close_callback is None or self._closed or self._protocol is not None:
            return
        if self._buffer is None or not self._buffer.size:
            self._watch_input()

    def _keep(self, data: bytes) -> None:
        """Buffer bytes that came."""
        if self._buffer is None:
            self._buffer = ReadBuffer()
        self._buffer.append(data)

    def unread(self, data: bytes) -> None:
        """Give bytes back: whoever reads next gets them first."""
        if data:
            if self._buffer is None:
                self._buffer = ReadBuffer()
            self._buffer.prepend(bytes(data))


def _split(
    limit: int | OnBytes | None, callback: OnBytes | None
) -> tuple[int | None, OnBytes | None]:
    """Tell the modern second argument, a limit, from the classic one, a callback."""
    if callable(limit):
        return None, limit
    if limit is not None and not isinstance(limit, int):
        raise TypeError(f"max_bytes is a number of bytes, not {limit!r:.60}")
    return limit, callback


def _as_delimiter(delimiter: object) -> bytes:
    """Return a delimiter of another type, which nobody else changes while it is searched for."""
    if isinstance(delimiter, (bytes, bytearray, memoryview)):
        return bytes(delimiter)
    raise TypeError(f"a stream carries bytes: give a delimiter of bytes, not {delimiter!r:.60}")
