"""Streams over TLS."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, overload

from tornado.netutil._tls import ssl_options_to_context, ssl_wrap_socket

from ._base import short_way
from ._classic import call_back
from ._file import FileSlice
from ._lifecycle import gen_log
from ._read import Reader
from ._socket import IOStream
from ._write import drop_sent, leading_buffers, load_slice

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable

    from ._write import Buffer

#: The most bytes that one TLS record carries (RFC 8446 section 5.1).
_RECORD = 16384
#: How much is encrypted per call: more would keep the loop from its other streams.
_SLICE = 262144

_WANTS = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
#: What a peer's end of the connection is without a goodbye. The last one is Python 3.11.2's.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


class _Phase(Enum):
    """How far the stream has come."""

    UNCONNECTED = "unconnected"
    HANDSHAKE = "handshake"
    OPEN = "open"


class SSLIOStream(IOStream):
    """A stream over TLS.

    Theory of operation. The phases follow each other: unconnected, handshake, open. In the first
    two nothing can be sent, so writes are held back, and events of the descriptor drive the phase.
    Later they drive the data, with one twist: a read may need room to send and a write may need
    input, because the protocol talks among itself (key updates).

    Given a socket that is connected, the handshake begins by itself, two turns of the loop later.
    Otherwise `connect` includes it. Reads and writes may be asked for at once, they wait for it.

    :param args: the socket and the arguments of `IOStream`. The socket may be an `ssl.SSLSocket`
        that is wrapped with ``do_handshake_on_connect=False``.
    :param ssl_options: for a plain socket: an `ssl.SSLContext`, or a dict as for
        `.ssl_options_to_context`. Without it, the server is verified by the system's authorities.
    """

    can_write_eof = False
    _phase: _Phase = _Phase.UNCONNECTED
    _server_hostname: str | None = None
    _handshake_waiter: asyncio.Future[Self] | None = None
    _handshake_timer: asyncio.TimerHandle | None = None
    #: What a server wants called if the handshake fails; it is gone after the handshake.
    _report_failure: Callable[[Exception], None] | None = None
    _read_needs_room: bool = False
    _write_needs_input: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ssl_options = kwargs.pop("ssl_options", None) or {}
        super().__init__(*args, **kwargs)
        self._held = True
        if self._is_connected():
            self._phase = _Phase.HANDSHAKE
            # After another turn: whoever handles the stream is to see it before it can fail.
            loop = self._get_loop()
            loop.call_soon(loop.call_soon, self._begin_handshake)

    def _is_connected(self) -> bool:
        try:
            self.socket.getpeername()
        except OSError:
            return False
        return True

    @property
    def _tls(self) -> ssl.SSLSocket:
        return self.socket  # type: ignore[return-value]  # it is one from the handshake on

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
        if self._handshake_waiter is not None and not self._handshake_waiter.done():
            raise RuntimeError("Already waiting for the handshake")
        self._check_closed()
        future: asyncio.Future[Self] = asyncio.Future(loop=self._get_loop())
        if self._phase is _Phase.OPEN:
            future.set_result(self)
        else:
            self._handshake_waiter = future
        if callback is None:
            return future
        call_back(self, future, callback, bare=True)
        return None

    def limit_handshake(self, seconds: float) -> None:
        """Close the stream unless the handshake is done in so many seconds.

        .. versionadded:: 1.0
        """
        if self._phase is not _Phase.OPEN and not self._closed:
            self._stop_handshake_timer()
            self._handshake_timer = self._get_loop().call_later(
                seconds, self._handshake_expired, seconds
            )

    def _handshake_expired(self, seconds: float) -> None:
        self.close(exc_info=TimeoutError(f"TLS handshake took longer than {seconds:g} seconds"))

    def _stop_handshake_timer(self) -> None:
        if self._handshake_timer is not None:
            self._handshake_timer.cancel()
            self._handshake_timer = None

    def _connect(self, address: Any, server_hostname: str | None) -> asyncio.Future[Self]:
        self._server_hostname = server_hostname
        return super()._connect(address, server_hostname)

    def _connected(self) -> None:
        self._phase = _Phase.HANDSHAKE
        self._begin_handshake()

    def _can_send(self) -> bool:
        return self._phase is _Phase.OPEN

    def _get_ready(self) -> None:
        if self._phase is _Phase.HANDSHAKE:
            self._shake_hands()
        else:
            super()._get_ready()

    def _begin_handshake(self) -> None:
        if self._closed:
            return
        if not isinstance(self.socket, ssl.SSLSocket):
            try:
                self.socket = ssl_wrap_socket(
                    self.socket,
                    ssl_options_to_context(self._ssl_options, server_side=False),
                    server_hostname=self._server_hostname,
                    server_side=False,
                    do_handshake_on_connect=False,
                )
            except (OSError, ValueError) as error:
                self._handshake_failed(error)
                return
        self._shake_hands()

    def _shake_hands(self) -> None:
        """Go on with the handshake as far as it goes now."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._ignore_output()
            self._watch_input()
        except ssl.SSLWantWriteError:
            self._ignore_input()
            self._watch_output()
        except (OSError, ValueError) as error:
            self._handshake_failed(error)
        else:
            self._hands_shaken()

    def _handshake_failed(self, error: Exception) -> None:
        report = self._report_failure
        if isinstance(error, _ENDED):
            pass  # many clients connect only to see whether somebody listens
        elif report is not None:
            report(error)
        elif not isinstance(error, ConnectionError):
            gen_log.warning("SSL Error on %s %s: %s", self.fileno(), self._peer_name(), error)
        self.close(exc_info=error)

    def _peer_name(self) -> str:
        try:
            return str(self.socket.getpeername())
        except OSError:
            return "(not connected)"

    def _hands_shaken(self) -> None:
        self._phase = _Phase.OPEN
        self.__dict__.pop("_report_failure", None)
        self._stop_handshake_timer()
        self._held = bool(self._queue) or self._ending is not None
        self._ignore_output()
        for waiter in self._take_waiters():
            waiter.set_result(self)
        self._push_out()
        if self._ending is not None and not self._queue:
            self._end_writing()
        elif self._is_read() and not self._closed and not self._reading_paused:
            self._watch_input()

    def _is_read(self) -> bool:
        return self._protocol is not None or self.reading()

    def _take_waiters(self) -> list[asyncio.Future[Self]]:
        """Return the futures that wait for the handshake, each once."""
        waiters = [self._connect_future, self._handshake_waiter]
        self._connect_future = self._handshake_waiter = None
        return [waiter for waiter in waiters if waiter is not None and not waiter.done()]

    def _finish_operations(self) -> None:
        self._stop_handshake_timer()
        if self._phase is _Phase.HANDSHAKE and self.error is not None:
            for waiter in self._take_waiters():
                waiter.set_exception(self.error)
                waiter.exception()  # who does not wait need not hear that it failed
        super()._finish_operations()
        self._fail_all(self._take_waiters())

    def close_fd(self) -> None:
        """Say goodbye to the peer if the connection is sound, and close the socket."""
        if self._phase is _Phase.OPEN and self.error is None:
            # Without close_notify, the peer cannot tell the end from an attack (RFC 8446, 6.1).
            # Its answer does not matter, so this does not wait for it.
            with suppress(OSError, ValueError):
                self._tls.unwrap()
        super().close_fd()

    def _is_peer_gone(self, error: BaseException) -> bool:
        return isinstance(error, _ENDED) or super()._is_peer_gone(error)

    # Input.

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Receive decrypted bytes into ``buf``."""
        try:
            return self._tls.recv_into(buf)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLWantWriteError:
            self._read_needs_room = True
            self._watch_output()
            return None

    def _on_readable(self) -> None:
        if self._phase is _Phase.OPEN:
            if self._write_needs_input:
                self._write_needs_input = False
                self._flush()
            if not self._closed and not self._reading_paused:
                Reader._on_readable(self)
        elif self._phase is _Phase.HANDSHAKE:
            self._shake_hands()
        else:
            self._ignore_input()  # an error, which the end of connecting reports

    @short_way
    def _receive(self) -> bytes | None:
        """Receive some records, and the last of them wholly.

        The loop sees the descriptor and not what is decrypted already, so nothing may stay behind.
        """
        pieces: list[bytes] = []
        size = 0
        while size < self.read_chunk_size or self._tls.pending():
            try:
                data = self.socket.recv(self.read_chunk_size)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLWantWriteError:
                self._read_needs_room = True
                self._watch_output()
                break
            except OSError as error:
                self._end_after(pieces, error)
                break
            if not data:
                if not pieces:
                    return b""
                self._end_after(pieces, None)
                break
            pieces.append(data)
            size += len(data)
            if len(data) < _RECORD and not self._tls.pending():
                break  # a short record is the last of its message, mostly
        if not pieces:
            return None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @short_way
    def _receive_into(self, space: memoryview) -> int | None:
        data = self._receive()
        if not data:
            return None if data is None else 0
        count = min(len(data), len(space))
        space[:count] = data[:count]
        if count < len(data):
            self._keep(data[count:])
        return count

    def _end_after(self, pieces: list[bytes], error: OSError | None) -> None:
        """End the input with or without an error, but deliver first what came before."""
        if not pieces:
            if error is not None:
                self._read_failed(error)
            return
        self._ignore_input()
        self._get_loop().call_soon(self._end_late, error)

    def _end_late(self, error: OSError | None) -> None:
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
            self._write_needs_input = True
            self._watch_input()
            return 0

    def _on_writable(self) -> None:
        if self._read_needs_room:
            self._read_needs_room = False
            self._on_readable()
        if not self._closed:
            super()._on_writable()

    def write_nowait(self, data: Buffer) -> int:
        """Write without waiting and without a Future; see `BaseIOStream.write_nowait`."""
        return self._write_all((data,))

    def writelines_nowait(self, buffers: Iterable[Buffer]) -> int:
        """Write several buffers, joined where they are small; see `BaseIOStream`."""
        return self._write_all(tuple(buffers))

    def _transmit(self, queue: deque[Any]) -> int:
        if type(queue[0]) is FileSlice:
            load_slice(queue)
        elif len(queue) > 1 and not self._write_needs_input:
            _join_small(queue)
        # A write that could not finish must be repeated with the same bytes: they stay at the head of
        # the queue, and what is appended there comes after them.
        with memoryview(queue[0]) as view:
            sent = self.write_to_fd(view[:_SLICE])
        if not sent:
            raise BlockingIOError
        drop_sent(queue, sent)
        return sent


def _join_small(queue: deque[Any]) -> None:
    """Join the small buffers at the head of the queue: a record each would be wasteful."""
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
