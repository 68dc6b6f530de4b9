"""Accepting connections from a listening socket."""

from __future__ import annotations

import errno
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.ioloop import close_with_loop, current_asyncio_loop, takes_loop

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable

    from tornado.ioloop import IOLoop

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

#: How many connections are accepted per turn of the loop; the others wait for the next turn.
_BATCH = 128
#: Seconds to pause when the system has no descriptors left; doubled each time up to the longest.
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.6
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@takes_loop()
def add_accept_handler(
    sock: socket.socket,
    callback: Callable[[socket.socket, Any], None],
    *,
    io_loop: IOLoop | None = None,
) -> Callable[[], None]:
    """Call ``callback(connection, address)`` for every connection that ``sock`` receives.

    Connections are taken in batches on the current loop. When the process or the system runs out
    of descriptors, that is logged once and accepting pauses. The clients stay in the system's queue;
    if it lasts, the oldest ones are accepted and closed at once, so that they do not hang. An exception in the callback is logged and closes that connection.

    :param sock: a listening socket; it still belongs to the caller, and becomes non-blocking.
    :param io_loop: classic, and the third argument there: another loop of this thread to accept on.
    :returns: a function that stops accepting; the socket stays open.
    """
    sock.setblocking(False)  # a blocking one would stop the loop after the last connection
    acceptor = _Acceptor(sock, callback, io_loop)
    acceptor.start()
    return acceptor.stop


class _Acceptor:
    def __init__(
        self,
        sock: socket.socket,
        callback: Callable[[socket.socket, Any], None],
        io_loop: IOLoop | None,
    ) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.callback = callback
        self.loop = current_asyncio_loop() if io_loop is None else io_loop.asyncio_loop
        self.pause = 0.0
        self.resumption: asyncio.TimerHandle | None = None
        self.spare = _open_spare()
        self.stopped = False

    def start(self) -> None:
        self.loop.add_reader(self.fd, self.accept)
        close_with_loop(self, self.loop)

    def close(self) -> None:
        """Close the socket too, because the loop is closed with all its descriptors."""
        self.stop()
        self.sock.close()

    def stop(self) -> None:
        if self.stopped:
            return
        self.stopped = True
        if self.resumption is not None:
            self.resumption.cancel()
        else:
            self.loop.remove_reader(self.fd)
        self.close_spare()

    def accept(self) -> None:
        """Accept the connections that wait, up to a batch."""
        for _ in range(_BATCH):
            if self.stopped:
                return
            try:
                connection, address = self.sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:
                continue  # the client has left while it waited in the queue
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self.back_off(error)
                return
            self.pause = 0.0
            try:
                self.callback(connection, address)
            except Exception:  # noqa: BLE001 - the callback's error must not end accepting
                app_log.exception(
                    "Error in the accept callback for %r, closing connection", address
                )
                connection.close()

    def back_off(self, error: OSError) -> None:
        """Stop accepting for a while, since no descriptor is free."""
        if self.pause:
            self.refuse_one()
            self.pause = min(self.pause * 2, _LONGEST_PAUSE)
        else:
            gen_log.error(
                "cannot accept connections on fd %d, trying again until descriptors are free"
                " (close some, or raise the limit of open files): %s",
                self.fd,
                error,
            )
            self.pause = _FIRST_PAUSE
        self.loop.remove_reader(self.fd)
        self.resumption = self.loop.call_later(self.pause, self.resume)

    def resume(self) -> None:
        self.resumption = None
        if self.spare is None:
            self.spare = _open_spare()
        self.start()

    def refuse_one(self) -> None:
        """Use the spare descriptor to accept one client and close its connection."""
        self.close_spare()
        with suppress(OSError):
            self.sock.accept()[0].close()
        self.spare = _open_spare()

    def close_spare(self) -> None:
        if self.spare is not None:
            os.close(self.spare)
            self.spare = None


def _open_spare() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None
