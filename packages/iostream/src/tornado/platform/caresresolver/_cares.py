"""Name resolution by c-ares."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pycares

from tornado.ioloop import IOLoop, takes_loop
from tornado.netutil import Resolver
from tornado.netutil._resolver import takes_callback

if TYPE_CHECKING:
    import asyncio

    from tornado.netutil._resolver import Resolved

#: No socket, which lets c-ares only look at the time.
_NO_SOCKET = -1


class CaresResolver(Resolver):
    """A resolver that uses the c-ares library instead of threads.

    It asks ``/etc/hosts`` and the name servers, and does not know the other sources of the system.
    Use each one on one loop only.
    """

    @takes_loop()
    def initialize(self, *, io_loop: IOLoop | None = None) -> None:
        """Open a channel to the name servers."""
        self.io_loop = io_loop
        self._loop = (io_loop or IOLoop.current()).asyncio_loop
        self._readers: set[int] = set()
        self._writers: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._pending = 0
        self.channel = pycares.Channel(sock_state_cb=self._on_socket_state)

    def close(self) -> None:
        """Cancel what is under way and close the channel."""
        self._stop_timer()
        for fd in list(self._readers | self._writers):
            self._on_socket_state(fd, False, False)
        self.channel.cancel()

    @takes_callback
    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> Resolved:
        """Resolve a host name; see `.Resolver.resolve`."""
        future: asyncio.Future[Any] = self._loop.create_future()

        def answered(result: Any, error: int | None) -> None:
            if future.done():
                return
            if error:
                reason: Any = pycares.errno.strerror(error)
                if isinstance(reason, bytes):
                    reason = reason.decode()  # before pycares 5
                future.set_exception(
                    socket.gaierror(socket.EAI_NONAME, f"cannot resolve {host}: {reason}")
                )
            else:
                future.set_result(result)

        self._pending += 1
        try:
            self.channel.getaddrinfo(
                host, port, callback=answered, family=family, type=socket.SOCK_STREAM
            )
            self._set_timer()
            found = await future
        finally:
            self._pending -= 1
            if not self._pending:
                self._stop_timer()
        return [(node.family, _as_text(node.addr)) for node in found.nodes]

    # c-ares tells which sockets it waits for, and the loop tells what happened to them.

    def _on_socket_state(self, fd: int, readable: bool, writable: bool) -> None:
        if readable:
            self._loop.add_reader(fd, self._process, fd, _NO_SOCKET)
            self._readers.add(fd)
        elif fd in self._readers:
            self._loop.remove_reader(fd)
            self._readers.discard(fd)
        if writable:
            self._loop.add_writer(fd, self._process, _NO_SOCKET, fd)
            self._writers.add(fd)
        elif fd in self._writers:
            self._loop.remove_writer(fd)
            self._writers.discard(fd)

    def _process(self, readable: int, writable: int) -> None:
        self.channel.process_fd(readable, writable)
        self._set_timer()

    def _set_timer(self) -> None:
        """Let c-ares run when the next of its timeouts is due."""
        self._stop_timer()
        if self._pending:
            delay = self.channel.timeout()  # type: ignore[no-untyped-call]  # pycares has no types here
            if delay is not None and delay >= 0:
                self._timer = self._loop.call_later(
                    max(delay, 0.001), self._process, _NO_SOCKET, _NO_SOCKET
                )

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _as_text(address: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a socket address as the socket module has it: c-ares gives the host as bytes."""
    host = address[0]
    return (host.decode() if isinstance(host, bytes) else host, *address[1:])
