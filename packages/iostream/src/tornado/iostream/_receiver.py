"""From the descriptor to a pending read, or to a protocol."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from tornado.ioloop import set_result_and_wake

from ._errors import StreamBufferFullError, StreamClosedError, UnsatisfiableReadError
from ._lifecycle import gen_log
from ._read_buffer import ReadBuffer
from ._read_requests import ReadInto, ReadUntilClose
from ._writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._protocol import StreamProtocol
    from ._read_requests import ReadRequest

#: The request of a stream from which nobody has read yet.
NOTHING = ReadUntilClose()


class Receiver(Writer):
    """The part of a stream that receives.

    Bytes go to the protocol if one is attached, or else to the read that is pending, or else to the
    buffer. While a read is pending, ``_future`` is what its caller waits for, and ``_request`` what
    it asks for. A read that its caller has cancelled stays there until the next read or the next
    bytes.
    """

    max_buffer_size: int
    read_chunk_size: int

    _input_ended: bool = False
    _reading_paused: bool = False

    def __init__(self) -> None:
        super().__init__()
        self._buffer: ReadBuffer | None = None
        self._future: asyncio.Future[Any] | None = None
        self._request: ReadRequest = NOTHING

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Try to read from the descriptor into ``buf``.

        :returns: how many bytes came; 0 at the end of input, None if it would block.
        """
        raise NotImplementedError

    def reading(self) -> bool:
        """Return true while a read is pending."""
        return self._future is not None and not self._future.done()

    # Pushing.

    def set_protocol(self, protocol: StreamProtocol | None) -> None:
        """Let ``protocol`` take the input from now on, or with None, take the stream back.

        Bytes that are buffered already are delivered before this returns. While a protocol is
        attached, the read methods are refused. After detaching, they get what comes next; `unread` gives
        back bytes that the protocol has received.

        :raises RuntimeError: if a read is pending.
        :raises StreamClosedError: if the stream is closed and nothing is left to read.
        """
        if self.reading():
            raise RuntimeError("a read is pending: await it before a protocol takes over")
        self._protocol_paused = False
        self._lender = None
        if protocol is None:
            self._protocol = None
            self._reading_paused = False
            return
        if self._closed and not (self._buffer and self._buffer.size):
            raise StreamClosedError(real_error=self.error)
        self._protocol = protocol
        if self._closed:
            self._deliver_buffer(protocol)
            self._protocol = None
            self._get_loop().call_soon(protocol.connection_lost, self.error)
            return
        if not self._reading_paused:
            if self._input_ended:
                self._get_loop().call_soon(self._announce_end_again, protocol)
            else:
                self._watch_input()
            self._deliver_buffer(protocol)
        if self.write_buffer_size > self.write_high_mark:
            self._pause_protocol()

    def pause_reading(self) -> None:
        """Deliver nothing to the protocol until `resume_reading`, which slows the peer down."""
        self._reading_paused = True
        self._ignore_input()

    def resume_reading(self) -> None:
        """Deliver again, first what was buffered in the meantime."""
        if not self._reading_paused:
            return
        self._reading_paused = False
        if self._closed or self._protocol is None:
            return
        if not self._input_ended:
            self._watch_input()
        self._deliver_buffer(self._protocol)

    def is_reading_paused(self) -> bool:
        """Return true between `pause_reading` and `resume_reading`."""
        return self._reading_paused

    def _deliver_buffer(self, protocol: StreamProtocol) -> None:
        buffer = self._buffer
        if buffer is not None and buffer.size:
            self._buffer = None
            data = buffer.take(buffer.size)
            self._tell_protocol(protocol.data_received, data)

    # What the loop calls.

    def _on_readable(self) -> None:
        """Receive once and pass it on. One call per event: the loop calls again for the rest."""
        protocol, future = self._protocol, self._future
        if (
            protocol is None
            and (future is None or type(self._request) is ReadInto)
            and not self._is_input_wanted(future)
        ):
            return
        data = self._receive()
        if not data:
            if data is not None:
                self._end_input()
        elif protocol is None:
            self._feed(future, data)
        else:
            try:
                protocol.data_received(data)
            except Exception as error:  # noqa: BLE001 - reported once, and the connection ends
                self._protocol_failed(error)

    def _is_input_wanted(self, future: asyncio.Future[Any] | None) -> bool:
        """Decide what to do with input that nobody waits for, or that goes to the caller's buffer.

        :returns: true to receive it in the usual way.
        """
        if future is not None and not future.done():
            self._fill(future, cast("ReadInto", self._request))
            return False
        if self._close_callback is None or (self._buffer is not None and self._buffer.size):
            self._ignore_input()  # nobody wants these bytes yet: the next read watches again
            return False
        return True  # the only way to notice that the peer has closed

    def _fill(self, future: asyncio.Future[Any], request: ReadInto) -> None:
        """Receive into the caller's buffer."""
        count = self._receive_into(request.space())
        if count:
            size = request.add(count)
            if size is not None:
                self._future = None
                set_result_and_wake(future, size)
        elif count is not None:
            self._end_input()

    def _receive_into(self, space: memoryview) -> int | None:
        """Receive into a buffer; the result is that of `read_from_fd`, None after an error."""
        try:
            return self.read_from_fd(space)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            self._read_failed(error)
            return None

    def _feed(self, future: asyncio.Future[Any] | None, data: bytes) -> None:
        """Serve a pending read with what has come."""
        buffer = self._buffer
        if future is not None:
            if future.done():
                future = self._future = None  # cancelled: the next read gets the bytes
            elif buffer is None or not buffer.size:
                result = self._request.take_whole(data)
                if result is not None:
                    self._future = None
                    set_result_and_wake(future, result)
                    return
        if buffer is None:
            buffer = self._buffer = ReadBuffer()
        buffer.append(data)
        if future is not None:
            self._serve(future, buffer, set_result_and_wake)

    def _receive(self) -> bytes | None:
        """Receive up to a chunk.

        :returns: the bytes, ``b""`` at the end of input, None if there is nothing now or if it
            failed and the stream is closed.
        """
        with memoryview(bytearray(self.read_chunk_size)) as chunk:
            count = self._receive_into(chunk)
            return None if count is None else bytes(chunk[:count])

    def _read_failed(self, error: OSError) -> None:
        if not self._is_peer_gone(error):
            gen_log.warning("error on read: %s", error)
        self.close(exc_info=error)

    def _end_input(self) -> None:
        """Handle the end of input: the peer will send nothing more."""
        protocol = self._protocol
        if protocol is None:
            self.close()
            return
        self._input_ended = True
        self._ignore_input()
        if not self._tell_protocol(protocol.eof_received):
            self.close()

    def _announce_end_again(self, protocol: StreamProtocol) -> None:
        """Tell a protocol that the input ended before it was attached."""
        if self._protocol is protocol and not self._tell_protocol(protocol.eof_received):
            self.close()

    # Serving a read.

    def _serve(
        self,
        future: asyncio.Future[Any],
        buffer: ReadBuffer,
        resolve: Callable[[asyncio.Future[Any], Any], None] = asyncio.Future.set_result,
    ) -> bool:
        """Give the pending read its result if the buffer holds it."""
        try:
            result: Any = self._request.take(buffer)
        except UnsatisfiableReadError as error:
            gen_log.info("Unsatisfiable read, closing connection: %s", error)
            self.close(exc_info=error)
            return False
        if result is None:
            if buffer.size > self.max_buffer_size:
                self._overflow()
            return False
        self._future = None
        resolve(future, result)
        return True

    def _serve_last(
        self, request: ReadRequest, future: asyncio.Future[Any], buffer: ReadBuffer
    ) -> None:
        """Give the request what it can get from a stream that has ended."""
        error = self.error
        if error is not None and type(request) is ReadUntilClose and not self._is_peer_gone(error):
            return  # bytes may be missing; only a reset is how some systems report an end
        try:
            result: Any = request.take_last(buffer)
        except UnsatisfiableReadError:
            return
        if result is not None and not future.done():
            future.set_result(result)

    def _overflow(self) -> None:
        message = f"Reached maximum read buffer size: {self.max_buffer_size} bytes"
        gen_log.error("%s, closing connection", message)
        gen_log.warning("error on read: %s", message)
        self.close(exc_info=StreamBufferFullError(message))

    def _watch_for_close(self) -> None:
        if self._close_callback is None or self._closed or self._protocol is not None:
            return
        if self._buffer is None or not self._buffer.size:
            self._watch_input()

    def _buffer_input(self, data: bytes) -> None:
        """Keep bytes for the next read."""
        if self._buffer is None:
            self._buffer = ReadBuffer()
        self._buffer.append(data)

    def _finish_operations(self) -> None:
        super()._finish_operations()
        future, self._future = self._future, None
        request, self._request = self._request, NOTHING
        if future is not None and not future.done():
            self._serve_last(request, future, self._buffer or ReadBuffer())
            self._fail_all([future])
