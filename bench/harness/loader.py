"""Keep a number of connections busy with one request each, as cheaply as Python allows.

Theory of operation. The length of the response is known before, so a channel only counts down the
bytes that are missing; at zero the next request leaves at once. Requests that fit into the
socket's buffer cost one `send`, responses of one segment one `recv`, and one `poll` serves all
channels that are ready. A lap ends when its time or its number of requests is up: from then on
nothing new is sent, and it returns when the last answer is there, so that the operations counted
are exactly those that the server has worked for.
"""

from __future__ import annotations

import gc
import itertools
import select
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from bench.harness.errors import LoadError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from bench.harness.exchange.endpoint import Endpoint
    from bench.harness.exchange.request import Request

_READ, _WRITE = select.POLLIN, select.POLLOUT
_PIECE = 262_144
#: How long the server may keep all channels waiting, in seconds.
_STALL = 20.0


class Poller(Protocol):
    """The part of `select.epoll` that is used, with a timeout in seconds."""

    def register(self, descriptor: int, events: int, /) -> None:
        """Watch a descriptor."""

    def modify(self, descriptor: int, events: int, /) -> None:
        """Watch a descriptor for other events."""

    def poll(self, timeout: float, /) -> list[tuple[int, int]]:
        """Wait for events and return them with their descriptors."""

    def close(self) -> None:
        """Release everything."""


class PortablePoller:
    """The same over `poll(2)`, for systems without epoll."""

    def __init__(self) -> None:
        self._poll = select.poll()

    def register(self, descriptor: int, events: int, /) -> None:
        """Watch a descriptor."""
        self._poll.register(descriptor, events)

    def modify(self, descriptor: int, events: int, /) -> None:
        """Watch a descriptor for other events."""
        self._poll.modify(descriptor, events)

    def poll(self, timeout: float, /) -> list[tuple[int, int]]:
        """Wait for events and return them with their descriptors."""
        return self._poll.poll(timeout * 1000)

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""


def make_poller() -> Poller:
    """Return the cheapest poller of this system."""
    return select.epoll() if hasattr(select, "epoll") else PortablePoller()


@dataclass(frozen=True)
class Lap:
    """The result of one lap of load."""

    operations: int
    #: Seconds on the wall from the first request to the last answer.
    elapsed: float
    #: Seconds from request to answer, one per operation, in the order of completion.
    latencies: list[float]


def receiver(connection: socket.socket) -> Callable[[int], bytes | None]:
    """Return what reads from a connection that is ready: bytes, b"" at its end, None for nothing.

    A TLS connection may be ready with a record that carries no data, or hold more data than its
    socket shows.
    """
    if not isinstance(connection, ssl.SSLSocket):
        return connection.recv

    def receive(size: int) -> bytes | None:
        pieces = []
        try:
            pieces.append(connection.recv(size))
            while connection.pending():
                pieces.append(connection.recv(size))
        except ssl.SSLWantReadError:
            return b"".join(pieces) or None
        return b"".join(pieces)

    return receive


class Channel:
    """One kept-alive connection with at most one request under way."""

    __slots__ = ("_pieces", "_rest", "missing", "receive", "request", "socket", "started")

    def __init__(self, connection: socket.socket, request: Request) -> None:
        self.socket = connection
        self.request = request
        self.receive = receiver(connection)
        self.missing = 0
        self.started = 0.0
        self._rest = memoryview(b"")
        self._pieces: Iterator[bytes] = iter(())

    def start(self, size: int, now: float) -> bool:
        """Send the next request and return whether all of it has left.

        :param size: the bytes of the response that is to come.
        """
        self.started = now
        self.missing = size
        request = self.request
        try:
            sent = self.socket.send(request.start)
        except (BlockingIOError, ssl.SSLWantWriteError):
            sent = 0
        if sent == len(request.start) and not request.repeat:
            return True
        self._rest = memoryview(request.start)[sent:]
        self._pieces = itertools.repeat(request.piece, request.repeat)
        return self.push()

    def push(self) -> bool:
        """Send what the socket takes of the rest, and return whether all of it has left."""
        while True:
            if not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    return True
                self._rest = memoryview(piece)
            try:
                sent = self.socket.send(self._rest)
            except (BlockingIOError, ssl.SSLWantWriteError):
                return False
            self._rest = self._rest[sent:]


class Loader:
    """A number of connections to one server, used as a context manager.

    :param endpoint: where the server listens.
    :param request: what is asked, again and again.
    :param size: the bytes of each whole response.
    :param prefix: what each response starts with.
    :param connections: how many requests are under way at a time.
    :param awake: look for answers all the time instead of sleeping until one comes. A load that
        sleeps is woken by the server's own system call, and the slower the server, the more often:
        it would be charged for that. It takes a core of its own.
    :raises LoadError: if the server does not take so many connections.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        request: Request,
        *,
        size: int,
        prefix: bytes,
        connections: int,
        awake: bool = False,
    ) -> None:
        self._pause = 0.0 if awake else _STALL
        self._size = size
        self._prefix = prefix
        self._poller = make_poller()
        self._channels: dict[int, Channel] = {}
        try:
            for _ in range(connections):
                self._connect(endpoint, request)
        except OSError as error:
            self.close()
            raise LoadError(f"connection {len(self._channels) + 1}: {error}") from error

    def _connect(self, endpoint: Endpoint, request: Request) -> None:
        connection = endpoint.connect()
        connection.setblocking(False)
        self._channels[connection.fileno()] = Channel(connection, request)
        self._poller.register(connection.fileno(), _READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for channel in self._channels.values():
            channel.socket.close()
        self._poller.close()

    def lap(self, *, seconds: float, most: int) -> Lap:
        """Load the server for a time or a number of operations, whichever is up first.

        Each connection asks at least once.

        :raises LoadError: if an answer has another length or status, or the server stalls or
            closes a connection.
        """
        latencies: list[float] = []
        gc.collect()
        gc.disable()
        try:
            start = time.perf_counter()
            self._drive(latencies, start + seconds, most)
            elapsed = time.perf_counter() - start
        except OSError as error:
            raise LoadError(f"after {len(latencies)} operations: {error}") from error
        finally:
            gc.enable()
        return Lap(len(latencies), elapsed, latencies)

    def _drive(self, latencies: list[float], deadline: float, most: int) -> None:
        clock, wait, channels = time.perf_counter, self._poller.poll, self._channels
        size, prefix, append = self._size, self._prefix, latencies.append
        pause, busy = self._pause, 0
        for channel in channels.values():
            self._start(channel, clock())
            busy += 1
        left = most - busy
        heard = clock()
        while busy:
            ready = wait(pause)
            now = clock()
            if ready:
                heard = now
            elif now - heard >= _STALL:
                raise LoadError(f"no answer for {_STALL:.0f} seconds, {busy} are missing")
            for descriptor, events in ready:
                channel = channels[descriptor]
                if events & _WRITE and channel.push():
                    self._poller.modify(descriptor, _READ)
                if not events & ~_WRITE:
                    continue
                data = channel.receive(_PIECE)
                if data is None:
                    continue
                if channel.missing == size and data and not data.startswith(prefix):
                    raise LoadError(f"an answer starts with {data[:80]!r}")
                channel.missing -= len(data)
                if channel.missing > 0:
                    if not data:
                        raise LoadError(f"closed with {channel.missing} bytes missing")
                    continue
                if channel.missing < 0:
                    raise LoadError(f"{-channel.missing} bytes more than an answer has")
                now = clock()
                append(now - channel.started)
                if left > 0 and now < deadline:
                    left -= 1
                    if not channel.start(size, now):
                        self._poller.modify(descriptor, _READ | _WRITE)
                else:
                    busy -= 1

    def _start(self, channel: Channel, now: float) -> None:
        if not channel.start(self._size, now):
            self._poller.modify(channel.socket.fileno(), _READ | _WRITE)
