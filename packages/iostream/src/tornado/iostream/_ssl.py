"""Streams over TLS."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, overload

from ._base import fast_path
from ._classic import call_back
from ._handshake import ENDED, Handshake, TLSState
from ._receiver import Receiver
from ._sender import Sender
from ._socket import IOStream
from ._unsent._write_queue import FileSlice, drop_sent, leading_buffers, load_slice

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable

    from ._unsent._write_queue import Buffer

#: The most bytes that one TLS record carries (RFC 8446 section 5.1).
_RECORD = 16384
#: How much is encrypted per call: more would keep the loop from its other streams.
_SLICE = 262144


class SSLIOStream(IOStream):
    """A stream over TLS.

    Theory of operation. The states follow each other: unconnected, handshake, open. In the first
    two nothing can be sent, so writes are held back, and events of the descriptor advance the
    state. Later they move data, with one twist: a read may have to send and a write may have to
    receive, because TLS has messages of its own (key updates).

    Given a socket that is connected, the handshake begins by itself, two turns of the loop later.
    Otherwise it is a part of `connect`. Reads and writes may be started at once: they wait for it.

    :param args: the socket and the arguments of `IOStream`. The socket may be an `ssl.SSLSocket`
        that is wrapped with ``do_handshake_on_connect=False``.
    :param ssl_options: for a plain socket: an `ssl.SSLContext`, or a dict as for
        `.ssl_options_to_context`. Without it, the server is verified by the system's authorities.
    """

    can_write_eof = False
    _state: TLSState = TLSState.UNCONNECTED
    #: The handshake that is to come or under way; None once the stream is open or closed.
    _handshake: Handshake | None = None
    _read_waits_for_output: bool = False
    _write_waits_for_input: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ssl_options = kwargs.pop("ssl_options", None) or {}
        self._handshake = Handshake(self._ssl_options)
        super().__init__(*args, **kwargs)
        self._held = True
        if self._is_connected():
            self._state = TLSState.HANDSHAKE
            # One turn later, so that the handler has the stream before the handshake can fail.
            loop = self._get_loop()
            loop.call_soon(loop.call_soon, self._begin_handshake)

    def _is_connected(self) -> bool:
        try:
            self._socket.getpeername()
        except OSError:
            return False
        return True

    @property
    def _tls(self) -> ssl.SSLSocket:
        return self._socket  # type: ignore[return-value]  # from the handshake on

    # The handshake.

    @overload
    def wait_for_handshake(self) -> asyncio.Future[Self]: ...
    @overload
    def wait_for_handshake(self, callback: Callable[[], Any]) -> None: ...

    def wait_for_handshake(
        self, callback: Callable[[], Any] | None = None
    ) -> asyncio.Future[Self] | None:
        """Wait until the handshake is done, for example to look at the peer's certificate.

        :param callback: classic: called without arguments then; the call returns None.
        :returns: a Future of this stream. It raises what ended the handshake, for example an
            `ssl.SSLCertVerificationError`.
        :raises RuntimeError: if somebody waits already.
        """
        handshake = self._handshake
        if handshake is not None and handshake.has_waiter():
            raise RuntimeError("Already waiting for the handshake")
        self._check_closed()
        future: asyncio.Future[Self] = asyncio.Future(loop=self._get_loop())
        if handshake is None:
            future.set_result(self)
        else:
            handshake.set_waiter(future)
        if callback is None:
            return future
        call_back(self, future, callback, bare=True)
        return None

    def limit_handshake(self, seconds: float) -> None:
        """Close the stream unless the handshake is done in so many seconds.

        .. versionadded:: 1.0
        """
        if self._handshake is not None:
            self._handshake.limit(self, seconds)

    def _report_failure_to(self, report: Callable[[Exception], None]) -> None:
        """Call ``report(error)`` if the handshake fails, instead of a line in the log."""
        if self._handshake is not None:
            self._handshake.report_failure = report

    def _connect(self, address: Any, server_hostname: str | None) -> asyncio.Future[Self]:
        if self._handshake is not None:
            self._handshake.server_hostname = server_hostname
        return super()._connect(address, server_hostname)

    def _on_connected(self) -> None:
        self._state = TLSState.HANDSHAKE
        self._begin_handshake()

    def _begin_handshake(self) -> None:
        if self._handshake is not None:
            self._handshake.begin(self)

    def _advance_opening(self) -> None:
        if self._state is TLSState.UNCONNECTED:
            super()._advance_opening()
        elif self._handshake is not None:
            self._handshake.advance(self)

    def _on_open(self) -> None:
        """Called when the handshake is done: read and write what was asked for before."""
        self._state = TLSState.OPEN
        self._held = bool(self._queue) or self._ending is not None
        self._ignore_output()
        for waiter in self._take_waiters():
            waiter.set_result(self)
        self._push_out()
        if self._ending is not None and not self._queue:
            self._end_writing()
        elif (self._protocol is not None or self.reading()) and not (
            self._closed or self._reading_paused
        ):
            self._watch_input()

    def _take_waiters(self) -> list[asyncio.Future[Self]]:
        """Return the futures that wait for the handshake, which is over."""
        handshake, self._handshake = self._handshake, None
        waiters = [] if handshake is None else handshake.take_waiter()
        if self._connect_future is not None:
            waiters.insert(0, self._connect_future)
            self._connect_future = None
        return [waiter for waiter in waiters if not waiter.done()]

    def _finish_operations(self) -> None:
        if self._handshake is not None:
            self._handshake.stop_timer()
        waiters = self._take_waiters()
        if self._state is TLSState.HANDSHAKE and self.error is not None:
            for waiter in waiters:
                waiter.set_exception(self.error)
                waiter.exception()  # a failure that nobody waits for is not an error in the program
        else:
            self._fail_all(waiters)
        super()._finish_operations()

    def _can_send(self) -> bool:
        return self._state is TLSState.OPEN

    def close_fd(self) -> None:
        """Send close_notify to the peer if the connection is sound, and close the socket."""
        if self._state is TLSState.OPEN and self.error is None:
            # Without close_notify, the peer cannot tell the end from an attack (RFC 8446, 6.1).
            # The answer does not matter, so this does not wait for it.
            with suppress(OSError, ValueError):
                self._tls.unwrap()
        super().close_fd()

    def _is_peer_gone(self, error: BaseException) -> bool:
        return isinstance(error, ENDED) or super()._is_peer_gone(error)

    # Input.

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receive decrypted bytes into ``buf``."""
        try:
            return self._tls.recv_into(buf)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLWantWriteError:
            self._read_waits_for_output = True
            self._watch_output()
            return None

    def _on_readable(self) -> None:
        if self._state is TLSState.OPEN:
            if self._write_waits_for_input:
                self._write_waits_for_input = False
                self._flush()
            if not self._closed and not self._reading_paused:
                Receiver._on_readable(self)
        elif self._state is TLSState.HANDSHAKE:
            self._advance_opening()
        else:
            self._ignore_input()  # an error of connecting, which is reported when that ends

    @fast_path
    def _receive(self) -> bytes | None:
        """Receive some records, and the whole of the last one.

        The loop sees the descriptor but not the bytes that are decrypted already, so none may be left.
        """
        pieces: list[bytes] = []
        size = 0
        while size < self.read_chunk_size or self._tls.pending():
            try:
                data = self._socket.recv(self.read_chunk_size)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLWantWriteError:
                self._read_waits_for_output = True
                self._watch_output()
                break
            except OSError as error:
                self._end_input_after(pieces, error)
                break
            if not data:
                if not pieces:
                    return b""
                self._end_input_after(pieces, None)
                break
            pieces.append(data)
            size += len(data)
            if len(data) < _RECORD and not self._tls.pending():
                break  # a short record is mostly the last one of its message
        if not pieces:
            return None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @fast_path
    def _receive_into(self, space: memoryview) -> int | None:
        data = self._receive()
        if not data:
            return None if data is None else 0
        count = min(len(data), len(space))
        space[:count] = data[:count]
        if count < len(data):
            self._buffer_input(data[count:])
        return count

    def _end_input_after(self, pieces: list[bytes], error: OSError | None) -> None:
        """End the input, with or without an error, after the pieces that came before are delivered."""
        if not pieces:
            if error is not None:
                self._read_failed(error)
            return
        self._ignore_input()
        self._get_loop().call_soon(self._end_input_with, error)

    def _end_input_with(self, error: OSError | None) -> None:
        if self._closed:
            return
        if error is None:
            self._end_input()
        else:
            self._read_failed(error)

    # Output.

    def write_to_fd(self, data: memoryview) -> int:
        """Encrypt and send what the socket takes; 0 if it takes nothing now."""
        try:
            return self._tls.send(data)
        except ssl.SSLWantWriteError:
            return 0
        except ssl.SSLWantReadError:
            self._write_waits_for_input = True
            self._watch_input()
            return 0

    def _on_writable(self) -> None:
        if self._read_waits_for_output:
            self._read_waits_for_output = False
            self._on_readable()
        if not self._closed:
            super()._on_writable()

    def write_nowait(self, data: Buffer) -> int:
        """Write without waiting and without a Future; see `BaseIOStream.write_nowait`."""
        return self._write_all((data,))

    def write_soon(self, data: bytes) -> int:
        """Write together with other streams, or at once; see `BaseIOStream.write_soon`."""
        batch = self._batch or self._join_batch()
        batch.left -= 1
        if batch.left < 0 and batch.take(self, data):
            return 0
        return self._write_all((data,))

    _send_kept = Sender._send_kept

    def writelines_nowait(self, buffers: Iterable[Buffer]) -> int:
        """Write several buffers, joined where they are small; see `BaseIOStream`."""
        return self._write_all(tuple(buffers))

    def _transmit(self, queue: deque[Any]) -> int:
        if type(queue[0]) is FileSlice:
            load_slice(queue)
        elif len(queue) > 1 and not self._write_waits_for_input:
            _join_small(queue)
        # A write that could not finish must be repeated with the same bytes. They stay at the head of
        # the queue, and later writes come after them.
        with memoryview(queue[0]) as view:
            sent = self.write_to_fd(view[:_SLICE])
        if not sent:
            raise BlockingIOError
        drop_sent(queue, sent)
        return sent


def _join_small(queue: deque[Any]) -> None:
    """Join the small buffers at the head of the queue, because a record for each is wasteful."""
    buffers = leading_buffers(queue)
    size = 0
    count = 0
    for buffer in buffers:
        size += len(buffer)
        if size > _RECORD:
            break
        count += 1
    if count > 1:
        joined = b"".join(buffers[:count])
        for _ in range(count):
            queue.popleft()
        queue.appendleft(joined)
