"""Waking a loop that sleeps when a signal has come.

Python runs signal handlers in the main thread, in between, and the loop may be asleep then. After
the handler it goes on sleeping: what the handler has registered with ``add_callback`` would wait
for the next socket or timer. Python can write a byte to a socket with every signal; the loop
listens to it and so wakes up.
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
def woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake a loop that runs in this block.

    Does nothing outside of the main thread, which is the only one with signals, and where somebody
    else listens to them already. uvloop does this by itself.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or type(loop).__module__.startswith("uvloop")
        or _is_taken()
    ):
        yield
        return
    listener, bell = socket.socketpair()
    listener.setblocking(False)
    bell.setblocking(False)
    try:
        loop.add_reader(listener, _drain, listener)
        signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            _withdraw(bell)
            if not loop.is_closed():
                loop.remove_reader(listener)
    finally:
        listener.close()
        bell.close()


def _is_taken() -> bool:
    fd = signal.set_wakeup_fd(-1)
    if fd != -1:
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    return fd != -1


def _withdraw(bell: socket.socket) -> None:
    fd = signal.set_wakeup_fd(-1)
    if fd not in {-1, bell.fileno()}:
        # asyncio has put its own in place of it, for add_signal_handler.
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)


def _drain(listener: socket.socket) -> None:
    with suppress(BlockingIOError):
        while listener.recv(4096):
            pass
