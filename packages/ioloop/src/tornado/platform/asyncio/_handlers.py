"""Handlers of file descriptors, on the readers and writers of asyncio."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop
from tornado.ioloop._descriptors import split_descriptor

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from tornado.ioloop._descriptors import Descriptor

READ, WRITE = IOLoop.READ, IOLoop.WRITE


class Entry:
    """A descriptor with its handler and the events that are registered now."""

    __slots__ = ("descriptor", "events", "handler", "key")

    def __init__(
        self, descriptor: Descriptor, key: Any, handler: Callable[[Any, int], Any]
    ) -> None:
        self.descriptor = descriptor
        self.key = key
        self.handler = handler
        self.events = 0

    def is_stale(self, fd: int) -> bool:
        """Tell whether the object was closed, so that its number belongs to another one now."""
        try:
            return split_descriptor(self.descriptor)[0] != fd
        except (OSError, ValueError):
            return True


class Handlers:
    """The descriptors of one loop.

    :param loop: the loop that waits for them.
    :param run: called with a handler and its arguments to run it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, run: Callable[..., None]) -> None:
        self._loop = loop
        self._run = run
        self._entries: dict[int, Entry] = {}
        # libuv ends the process if a descriptor is closed while it is registered. uvloop keeps a
        # socket open while it is registered, provided that it gets the socket object.
        self._takes_sockets = type(loop).__module__.startswith("uvloop")

    def add(self, descriptor: Descriptor, handler: Callable[[Any, int], Any], events: int) -> None:
        """Register a descriptor."""
        fd, descriptor = split_descriptor(descriptor)
        old = self._entries.get(fd)
        if old is not None:
            if not old.is_stale(fd):
                raise ValueError(f"file descriptor {fd} has a handler already")
            self._drop(fd, old)
        by_object = self._takes_sockets and isinstance(descriptor, socket.socket)
        entry = Entry(descriptor, descriptor if by_object else fd, handler)
        self._unregister_closed(entry.key, events)
        try:
            self._register(entry, events)
        except FileNotFoundError:
            # An earlier descriptor of this number was registered. It has been removed now.
            self._register(entry, events)
        self._entries[fd] = entry

    def update(self, descriptor: Descriptor, events: int) -> None:
        """Change the events of a descriptor."""
        self._register(self._entries[self._find(descriptor)], events)

    def remove(self, descriptor: Descriptor) -> None:
        """Remove a descriptor, even if it has been closed since."""
        fd = self._find(descriptor)
        entry = self._entries.get(fd)
        if entry is not None:
            self._drop(fd, entry)

    def clear(self) -> list[Descriptor]:
        """Remove all descriptors and return them."""
        entries = list(self._entries.items())
        for fd, entry in entries:
            self._drop(fd, entry)
        return [entry.descriptor for _, entry in entries]

    def _find(self, descriptor: Descriptor) -> int:
        if isinstance(descriptor, int):
            return descriptor
        try:
            fd = descriptor.fileno()
        except (OSError, ValueError):
            fd = -1
        if fd < 0:
            # An object that is closed has lost its number.
            for number, entry in self._entries.items():
                if entry.descriptor is descriptor:
                    return number
        return fd

    def _drop(self, fd: int, entry: Entry) -> None:
        self._register(entry, 0)
        del self._entries[fd]

    def _unregister_closed(self, key: Any, events: int) -> None:
        """Remove a descriptor of this number from the selector that was closed without removing it.

        Otherwise the selector would take the new descriptor for the old one.
        """
        if events & READ:
            with suppress(FileNotFoundError):
                self._loop.remove_reader(key)
        if events & WRITE:
            with suppress(FileNotFoundError):
                self._loop.remove_writer(key)

    def _register(self, entry: Entry, events: int) -> None:
        wanted = events & (READ | WRITE)
        changed = wanted ^ entry.events
        key, handler, descriptor = entry.key, entry.handler, entry.descriptor
        if changed & READ:
            if wanted & READ:
                self._loop.add_reader(key, self._run, handler, descriptor, READ)
            else:
                self._loop.remove_reader(key)
        if changed & WRITE:
            if wanted & WRITE:
                self._loop.add_writer(key, self._run, handler, descriptor, WRITE)
            else:
                self._loop.remove_writer(key)
        entry.events = wanted
