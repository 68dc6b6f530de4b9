"""Waking a loop that sleeps when a signal has come.

Python runs signal handlers in the main thread, in between, and the loop may be asleep then. After
the handler it goes on sleeping: what the handler has registered with ``add_callback`` would wait
for the next socket or timer. Python can write a byte to a socket with every signal; the loop
listens to it and so wakes up. asyncio's loops have such a socket, by which other threads wake them;
they ignore the signals that they have no handler for.
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
    own = getattr(loop, "_csock", None)
    if own is not None:
        with _ringing(own, loop):
            yield
        return
    listener, bell = socket.socketpair()
    listener.setblocking(False)
    bell.setblocking(False)
    try:
        loop.add_reader(listener, _drain, listener)
        try:
            with _ringing(bell, loop):
                yield
        finally:
            if not loop.is_closed():
                loop.remove_reader(listener)
    finally:
        listener.close()
        bell.close()


@contextmanager
def _ringing(bell: socket.socket, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let Python write a byte to a socket with every signal."""
    descriptor = bell.fileno()
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    try:
        yield
    finally:
        _withdraw(descriptor, loop)


def _is_taken() -> bool:
    fd = signal.set_wakeup_fd(-1)
    if fd != -1:
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    return fd != -1


def _withdraw(descriptor: int, loop: asyncio.AbstractEventLoop) -> None:
    fd = signal.set_wakeup_fd(-1)
    if fd not in {-1, descriptor} or getattr(loop, "_signal_handlers", None):
        # asyncio has set its own meanwhile, for add_signal_handler.
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)


def _drain(listener: socket.socket) -> None:
    with suppress(BlockingIOError):
        while listener.recv(4096):
            pass
