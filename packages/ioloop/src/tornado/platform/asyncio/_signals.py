"""Waking a sleeping loop when a signal arrives.

Python runs signal handlers in the main thread, possibly while the loop is asleep there. The loop
goes on sleeping after the handler, and what the handler has given to ``add_callback`` would wait for
the next socket or timer. Python can write a byte to a socket for every signal, and the loop reads
from that socket, which wakes it. asyncio's loops have such a socket already, by which other threads
wake them, and ignore the signals that they have no handler for.
"""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator


@contextmanager
def wake_on_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake a loop that runs in this block.

    Does nothing outside the main thread, which is the only one with signals, and if something else
    has set a wake-up descriptor already. uvloop wakes up by itself.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or type(loop).__module__.startswith("uvloop")
        or _has_wakeup_fd()
    ):
        yield
        return
    own = getattr(loop, "_csock", None)
    if own is not None:
        with _wakeup_fd(own, loop):
            yield
        return
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    try:
        loop.add_reader(reader, _drain, reader)
        try:
            with _wakeup_fd(writer, loop):
                yield
        finally:
            if not loop.is_closed():
                loop.remove_reader(reader)
    finally:
        reader.close()
        writer.close()


@contextmanager
def _wakeup_fd(writer: socket.socket, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let Python write a byte to a socket for every signal."""
    descriptor = writer.fileno()
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    try:
        yield
    finally:
        _reset_wakeup_fd(descriptor, loop)


def _has_wakeup_fd() -> bool:
    fd = signal.set_wakeup_fd(-1)
    if fd != -1:
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    return fd != -1


def _reset_wakeup_fd(descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
    fd = signal.set_wakeup_fd(-1)
    if fd not in {-1, descriptor} or getattr(loop, "_signal_handlers", None):
        # asyncio has set its own since, for add_signal_handler.
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)


def _drain(reader: socket.socket) -> None:
    with suppress(BlockingIOError):
        while reader.recv(4096):
            pass
