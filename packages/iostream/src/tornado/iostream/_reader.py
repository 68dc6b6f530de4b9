"""The methods by which programs read from a stream."""

from __future__ import annotations

import asyncio
import re
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from ._classic import hand_over, read_classic
from ._errors import StreamClosedError
from ._lifecycle import READ
from ._read_buffer import ReadBuffer
from ._read_requests import ReadBytes, ReadInto, ReadUntil, ReadUntilClose, ReadUntilRegex
from ._receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._read_requests import ReadRequest

    OnBytes: TypeAlias = Callable[[bytes], Any]


class Reader(Receiver):
    """The part of a stream that programs read from, one read at a time."""

    @overload
    def read_bytes(self, num_bytes: int, partial: bool = False) -> asyncio.Future[bytes]: ...
    @overload
    def read_bytes(
        self,
        num_bytes: int,
        partial: OnBytes,
        streaming_callback: OnBytes | None = None,
        classic_partial: bool = False,
    ) -> None: ...
    @overload
    def read_bytes(
        self,
        num_bytes: int,
        partial: bool = False,
        *,
        callback: OnBytes,
        streaming_callback: OnBytes | None = None,
    ) -> None: ...
    @overload
    def read_bytes(
        self,
        num_bytes: int,
        partial: None = None,
        streaming_callback: OnBytes | None = None,
        classic_partial: bool = False,
    ) -> asyncio.Future[bytes]: ...

    def read_bytes(
        self,
        num_bytes: int,
        partial: bool | OnBytes | None = False,
        streaming_callback: OnBytes | None = None,
        classic_partial: bool = False,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read ``num_bytes`` bytes.

        :param partial: return any positive number of bytes up to that, as soon as some are there.
            Classic: the callback.
        :param streaming_callback: classic: called with each piece as it comes; the
            result is then ``b""``.
        :param classic_partial: ``partial``, at the place that it had after the callbacks.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: if the stream ends first; what came stays readable.
        """
        if type(partial) is not bool or callback is not None or streaming_callback is not None:
            if callable(partial):
                callback, partial = partial, False
            return read_classic(
                self, callback, streaming_callback, num_bytes, bool(partial or classic_partial)
            )
        if type(num_bytes) is not int:
            num_bytes = index(num_bytes)
        if num_bytes <= 0:
            return self._read_nothing(num_bytes)
        request = self._request
        if type(request) is ReadBytes and self._future is None:
            # Most reads follow one of the same kind, whose request costs less than a new one.
            request.count = num_bytes
            request.partial = partial
        else:
            request = ReadBytes(num_bytes, partial)
        return self._start(request)

    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: int | None = None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: OnBytes, classic_max_bytes: int | None = None
    ) -> None: ...
    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: None, classic_max_bytes: int | None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until(
        self, delimiter: bytes, max_bytes: int | None = None, *, callback: OnBytes
    ) -> None: ...

    def read_until(
        self,
        delimiter: bytes,
        max_bytes: int | OnBytes | None = None,
        classic_max_bytes: int | None = None,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read up to and including ``delimiter``.

        :param max_bytes: close the stream if so many bytes do not contain the delimiter. Classic: the
            callback.
        :param classic_max_bytes: ``max_bytes``, at the place that it had after the callback.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: if the stream ends first; its ``real_error`` is an
            `UnsatisfiableReadError` if ``max_bytes`` was exceeded.
        """
        if type(delimiter) is not bytes:
            delimiter = _as_delimiter(delimiter)
        if not delimiter:
            raise ValueError("cannot read until an empty delimiter")
        limit, callback = _split_limit(max_bytes, classic_max_bytes, callback)
        return hand_over(self, self._start(ReadUntil(delimiter, limit)), callback)

    @overload
    def read_until_regex(
        self, regex: bytes | re.Pattern[bytes], max_bytes: int | None = None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until_regex(
        self,
        regex: bytes | re.Pattern[bytes],
        max_bytes: OnBytes,
        classic_max_bytes: int | None = None,
    ) -> None: ...
    @overload
    def read_until_regex(
        self, regex: bytes | re.Pattern[bytes], max_bytes: None, classic_max_bytes: int | None
    ) -> asyncio.Future[bytes]: ...
    @overload
    def read_until_regex(
        self, regex: bytes | re.Pattern[bytes], max_bytes: int | None = None, *, callback: OnBytes
    ) -> None: ...

    def read_until_regex(
        self,
        regex: bytes | re.Pattern[bytes],
        max_bytes: int | OnBytes | None = None,
        classic_max_bytes: int | None = None,
        *,
        callback: OnBytes | None = None,
    ) -> asyncio.Future[bytes] | None:
        """Read up to and including the first match of ``regex``.

        :param max_bytes: close the stream if so many bytes do not contain a match. Classic: the
            callback.
        :param classic_max_bytes: ``max_bytes``, at the place that it had after the callback.
        :param callback: classic: gets the bytes; the call returns None.
        :raises StreamClosedError: as for `read_until`.
        """
        limit, callback = _split_limit(max_bytes, classic_max_bytes, callback)
        pattern: re.Pattern[Any] = re.compile(regex)
        if isinstance(pattern.pattern, str):
            raise TypeError(f"a stream carries bytes: give a pattern of bytes, not {regex!r:.60}")
        return hand_over(self, self._start(ReadUntilRegex(pattern, limit)), callback)

    @overload
    def read_into(
        self, buf: bytearray | memoryview, partial: bool | None = False, classic_partial: bool = ...
    ) -> asyncio.Future[int]: ...
    @overload
    def read_into(
        self,
        buf: bytearray | memoryview,
        partial: Callable[[int], Any],
        classic_partial: bool = ...,
    ) -> None: ...
    @overload
    def read_into(
        self, buf: bytearray | memoryview, partial: bool = ..., *, callback: Callable[[int], Any]
    ) -> None: ...

    def read_into(
        self,
        buf: bytearray | memoryview,
        partial: bool | Callable[[int], Any] | None = False,
        classic_partial: bool = False,
        *,
        callback: Callable[[int], Any] | None = None,
    ) -> asyncio.Future[int] | None:
        """Read into a writable buffer until it is full.

        :param partial: return after any positive number of bytes. Classic: the callback.
        :param classic_partial: ``partial``, at the place that it had after the callback.
        :param callback: classic: gets the number of bytes; the call returns None.
        :returns: a Future of the number of bytes.
        :raises StreamClosedError: if the stream ends first.
        """
        if callback is not None or type(partial) is not bool:
            if callable(partial):
                callback, partial = partial, False
            future = self.read_into(buf, bool(partial or classic_partial))
            return hand_over(self, future, callback)
        target = memoryview(buf).cast("B")
        if target.readonly:
            raise TypeError(f"cannot read into a read-only {type(buf).__name__}")
        return self._start(ReadInto(target, partial)) if len(target) else self._make_done_read(0)

    @overload
    def read_until_close(self) -> asyncio.Future[bytes]: ...
    @overload
    def read_until_close(
        self, callback: OnBytes, streaming_callback: OnBytes | None = None
    ) -> None: ...
    @overload
    def read_until_close(self, *, streaming_callback: OnBytes) -> asyncio.Future[bytes]: ...

    def read_until_close(
        self, callback: OnBytes | None = None, streaming_callback: OnBytes | None = None
    ) -> asyncio.Future[bytes] | None:
        """Read everything until the stream closes. At most ``max_buffer_size`` bytes are kept.

        :param callback: classic: gets the bytes; the call returns None.
        :param streaming_callback: classic: called with each piece as it comes; the
            result is then ``b""``.
        """
        if callback is not None or streaming_callback is not None:
            return read_classic(self, callback, streaming_callback, None)
        return self._start(ReadUntilClose())

    def unread(self, data: bytes) -> None:
        """Give bytes back: the next read gets them first."""
        if data:
            if self._buffer is None:
                self._buffer = ReadBuffer()
            self._buffer.prepend(bytes(data))

    # How they work.

    def _read_nothing(self, count: int) -> asyncio.Future[bytes]:
        if count < 0:
            raise ValueError(f"cannot read a negative number of bytes: {count}")
        return self._make_done_read(b"")

    def _make_done_read(self, result: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.Future(loop=self._loop or self._get_loop())
        future.set_result(result)
        return future

    def _start(self, request: ReadRequest) -> asyncio.Future[Any]:
        """Serve the request from the buffer, or wait for input."""
        pending = self._future
        if pending is not None and not pending.done():
            raise RuntimeError("Already reading: await the pending read of this stream first")
        if self._protocol is not None and not self._borrow_input():
            raise RuntimeError("a protocol takes this stream's input: detach it before reading")
        future: asyncio.Future[Any] = asyncio.Future(loop=self._loop or self._get_loop())
        buffer = self._buffer
        if self._interest & READ and (buffer is None or not buffer.size):
            self._future = future  # nothing is buffered, and the loop says when something arrives
            self._request = request
        else:
            self._start_from_buffer(request, future, buffer or ReadBuffer())
        return future

    def _start_from_buffer(
        self, request: ReadRequest, future: asyncio.Future[Any], buffer: ReadBuffer
    ) -> None:
        self._buffer = buffer
        if self._closed:
            self._serve_last(request, future, buffer)
            if not future.done():
                raise StreamClosedError(real_error=self.error)
            return
        self._future = future
        self._request = request
        if self._serve(future, buffer):
            self._watch_for_close()
        elif self._input_ended:
            self.close()
        elif not self._closed:
            self._watch_input()

    def _borrow_input(self) -> bool:
        """Ask the protocol for the input; return false if it needs the input itself.

        A protocol may have a method ``lend_input`` that says whether it can do without input now.
        It still hears of the end of the stream, and takes the input back by ``set_protocol``.
        """
        protocol = self._protocol
        lend = getattr(protocol, "lend_input", None)
        if lend is None or not lend():
            return False
        self._lender, self._protocol = protocol, None
        self._reading_paused = False
        return True


def _split_limit(
    limit: int | OnBytes | None, classic_limit: int | None, callback: OnBytes | None
) -> tuple[int | None, OnBytes | None]:
    """Distinguish the modern second argument, a limit, from the classic one, a callback."""
    if callable(limit):
        limit, callback = None, limit
    if limit is None:
        limit = classic_limit
    if limit is not None and not isinstance(limit, int):
        raise TypeError(f"max_bytes is a number of bytes, not {limit!r:.60}")
    return limit, callback


def _as_delimiter(delimiter: object) -> bytes:
    """Return a delimiter of another type, which cannot change during the search."""
    if isinstance(delimiter, (bytes, bytearray, memoryview)):
        return bytes(delimiter)
    raise TypeError(f"a stream carries bytes: give a delimiter of bytes, not {delimiter!r:.60}")
