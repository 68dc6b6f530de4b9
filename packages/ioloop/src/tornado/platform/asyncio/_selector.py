"""Readers and writers for loops that have none: the proactor loop of Windows.

Theory of operation
===================
A thread waits in ``select`` and passes the descriptors that are ready to the loop. It then waits
until the loop has run the callbacks, because a descriptor stays ready until it is read from. When
descriptors are added or removed, one byte through a socket pair interrupts the ``select``.
"""

from __future__ import annotations

import asyncio
import contextvars
import select
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Registration(NamedTuple):
    """A callback, its arguments, and the context in which it was registered."""

    callback: Callable[..., Any]
    args: tuple[Any, ...]
    context: contextvars.Context


class Descriptors(NamedTuple):
    """The descriptors that the thread waits for, or those that are ready."""

    readers: frozenset[int]
    writers: frozenset[int]


class SelectorThread:
    """A thread that waits for descriptors, and calls their callbacks on the loop.

    Call the methods in the thread of the loop.
    """

    def __init__(self, real_loop: asyncio.AbstractEventLoop) -> None:
        self._real_loop = real_loop
        self._readers: dict[int, Registration] = {}
        self._writers: dict[int, Registration] = {}
        self._next_wait: Descriptors | None = None
        self._closing = False
        self._condition = threading.Condition()
        self._waker, self._wakee = socket.socketpair()
        self._waker.setblocking(False)
        self._wakee.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="tornado-selector", daemon=True)
        self._thread.start()
        self._resume()

    def close(self) -> None:
        """End the thread."""
        if self._closing:
            return
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._wake()
        self._thread.join()
        self._waker.close()
        self._wakee.close()

    def add_reader(self, fd: Any, callback: Callable[..., None], *args: Any) -> None:
        """Call a function whenever a descriptor is readable."""
        self._readers[_number(fd)] = Registration(callback, args, contextvars.copy_context())
        self._wake()

    def add_writer(self, fd: Any, callback: Callable[..., None], *args: Any) -> None:
        """Call a function whenever a descriptor is writable."""
        self._writers[_number(fd)] = Registration(callback, args, contextvars.copy_context())
        self._wake()

    def remove_reader(self, fd: Any) -> bool:
        """Undo :meth:`add_reader`, and tell whether there was something to undo."""
        return self._remove(self._readers, fd)

    def remove_writer(self, fd: Any) -> bool:
        """Undo :meth:`add_writer`, and tell whether there was something to undo."""
        return self._remove(self._writers, fd)

    def _remove(self, table: dict[int, Registration], fd: Any) -> bool:
        if table.pop(_number(fd), None) is None:
            return False
        self._wake()
        return True

    def _wake(self) -> None:
        # If the pair is full, the bytes in it wake the thread as well.
        with suppress(BlockingIOError):
            self._waker.send(b"w")

    # -- in the thread ----------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._condition:
                while self._next_wait is None and not self._closing:
                    self._condition.wait()
                if self._closing or self._next_wait is None:
                    return
                wanted, self._next_wait = self._next_wait, None
            ready = _select(wanted, self._wakee)
            try:
                self._real_loop.call_soon_threadsafe(self._dispatch, ready)
            except RuntimeError:
                # The loop was closed, but this object was not.
                return

    # -- on the loop ------------------------------------------------------------------------

    def _resume(self) -> None:
        with self._condition:
            self._next_wait = Descriptors(frozenset(self._readers), frozenset(self._writers))
            self._condition.notify()

    def _dispatch(self, ready: Descriptors) -> None:
        if self._closing:
            return
        self._drain()
        self._call(self._readers, ready.readers)
        self._call(self._writers, ready.writers)
        # After the callbacks, so that they have read what there is.
        self._real_loop.call_soon(self._resume)

    def _call(self, table: dict[int, Registration], fds: Iterable[int]) -> None:
        for fd in fds:
            if fd in table:
                self._real_loop.call_soon(self._call_one, table, fd, table[fd])

    def _call_one(
        self, table: dict[int, Registration], fd: int, registration: Registration
    ) -> None:
        # A callback that ran before this one may have removed it.
        if table.get(fd) is registration:
            registration.context.run(registration.callback, *registration.args)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while self._wakee.recv(1024):
                pass


class AddThreadSelectorEventLoop(asyncio.AbstractEventLoop):
    """An asyncio loop with readers and writers, which it gets from a thread.

    All other methods are those of the real loop.
    """

    #: The attributes that do not come from the real loop.
    MY_ATTRIBUTES = {  # noqa: RUF012 - the documented API has a plain set
        "_real_loop",
        "_selector",
        "add_reader",
        "add_writer",
        "close",
        "remove_reader",
        "remove_writer",
    }

    def __getattribute__(self, name: str) -> Any:
        if name in AddThreadSelectorEventLoop.MY_ATTRIBUTES:
            return super().__getattribute__(name)
        return getattr(super().__getattribute__("_real_loop"), name)

    def __init__(self, real_loop: asyncio.AbstractEventLoop) -> None:
        self._real_loop = real_loop
        self._selector = SelectorThread(real_loop)

    def close(self) -> None:
        """End the thread and close the real loop."""
        self._selector.close()
        self._real_loop.close()

    def add_reader(self, fd: Any, callback: Callable[..., None], *args: Any) -> None:  # type: ignore[override]  # typeshed's variadic type is no more precise here
        """Call a function whenever a descriptor is readable."""
        self._selector.add_reader(fd, callback, *args)

    def add_writer(self, fd: Any, callback: Callable[..., None], *args: Any) -> None:  # type: ignore[override]  # as above
        """Call a function whenever a descriptor is writable."""
        self._selector.add_writer(fd, callback, *args)

    def remove_reader(self, fd: Any) -> bool:
        """Undo :meth:`add_reader`."""
        return self._selector.remove_reader(fd)

    def remove_writer(self, fd: Any) -> bool:
        """Undo :meth:`add_writer`."""
        return self._selector.remove_writer(fd)


def _number(fd: Any) -> int:
    number: int = fd if isinstance(fd, int) else fd.fileno()
    return number


def _select(wanted: Descriptors, wakee: socket.socket) -> Descriptors:
    try:
        # Windows reports a failed connect only in the third list.
        readable, writable, failed = select.select(
            [*wanted.readers, wakee.fileno()], wanted.writers, wanted.writers
        )
    except (OSError, ValueError):
        # A descriptor was closed without removing it. Its callbacks will notice.
        return Descriptors(_closed(wanted.readers), _closed(wanted.writers))
    return Descriptors(
        frozenset(readable) - {wakee.fileno()}, frozenset(writable) | frozenset(failed)
    )


def _closed(fds: Iterable[int]) -> frozenset[int]:
    closed = set()
    for fd in fds:
        try:
            select.select([fd], [], [], 0)
        except (OSError, ValueError):
            closed.add(fd)
    return frozenset(closed)
