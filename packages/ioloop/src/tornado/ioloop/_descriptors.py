"""File descriptors: their handlers, and closing them together with the loop."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, overload
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_ATTRIBUTE = "_tornado_closables"


class Closable(Protocol):
    """An object that holds a file descriptor."""

    def close(self) -> None:
        """Close the descriptor. Closing it twice is not an error."""


class Selectable(Closable, Protocol):
    """An object with one file descriptor, such as a socket."""

    def fileno(self) -> int:
        """Return the number of the descriptor."""
        ...


Descriptor: TypeAlias = int | Selectable


class DescriptorHandling:
    """The part of an IOLoop that calls a handler when a file descriptor is ready."""

    #: Events for :meth:`add_handler`, to be combined with ``|``. Errors and hang-ups are reported
    #: to every handler, as the events that it asked for.
    NONE: ClassVar[int] = 0
    READ: ClassVar[int] = 0x001
    WRITE: ClassVar[int] = 0x004
    ERROR: ClassVar[int] = 0x018

    @overload
    def add_handler(self, fd: int, handler: Callable[[int, int], Any], events: int) -> None: ...

    @overload
    def add_handler(
        self, fd: Selectable, handler: Callable[[Any, int], Any], events: int
    ) -> None: ...

    def add_handler(self, fd: Descriptor, handler: Callable[[Any, int], Any], events: int) -> None:
        """Call ``handler(fd, events)`` whenever a file descriptor is ready.

        :param fd: a file descriptor, or an object with ``fileno`` and ``close`` methods. The
            handler gets the one that was given here.
        :param events: :attr:`READ`, :attr:`WRITE` and :attr:`ERROR`, combined with ``|``.
        :raises ValueError: if the descriptor has a handler already.

        Call :meth:`remove_handler` before you close the descriptor.
        """
        raise NotImplementedError

    def update_handler(self, fd: Descriptor, events: int) -> None:
        """Change the events that a handler waits for.

        :raises KeyError: if the descriptor has no handler.
        """
        raise NotImplementedError

    def remove_handler(self, fd: Descriptor) -> None:
        """Stop waiting for a file descriptor. Do nothing if it has no handler."""
        raise NotImplementedError

    def split_fd(self, fd: Descriptor) -> tuple[int, Descriptor]:
        """Return the number of a file descriptor, and the argument itself."""
        return split_descriptor(fd)

    def close_fd(self, fd: Descriptor) -> None:
        """Close a file descriptor, given as a number or an object, unless it is closed already."""
        close_descriptor(fd)


def split_descriptor(fd: Descriptor) -> tuple[int, Descriptor]:
    """Return the number of a descriptor, and the argument itself."""
    return (fd, fd) if isinstance(fd, int) else (fd.fileno(), fd)


def close_descriptor(fd: Descriptor) -> None:
    """Close a descriptor, unless it is closed already."""
    with suppress(OSError):
        if isinstance(fd, int):
            os.close(fd)
        else:
            fd.close()


def close_with_loop(thing: Closable, asyncio_loop: asyncio.AbstractEventLoop) -> None:
    """Let :meth:`IOLoop.close` with ``all_fds`` close a stream, a server or the like as well.

    This is for objects that register with the asyncio loop themselves. Handlers of
    :meth:`IOLoop.add_handler` do not need it. The loop does not keep the object alive.

    .. versionadded:: 1.0
    """
    # Not in the loop's __dict__: once somebody asks for that, every attribute of the loop costs more.
    things = getattr(asyncio_loop, _ATTRIBUTE, None)
    if things is None:
        things = WeakSet()
        setattr(asyncio_loop, _ATTRIBUTE, things)
    things.add(thing)


def close_registered(asyncio_loop: asyncio.AbstractEventLoop) -> None:
    """Close everything that was given to :func:`close_with_loop` and is still alive."""
    things: WeakSet[Closable] = getattr(asyncio_loop, _ATTRIBUTE, None) or WeakSet()
    for thing in list(things):
        thing.close()
