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
    """One descriptor with its handler and the events that are registered now."""

    __slots__ = ("descriptor", "events", "handler", "key")

    def __init__(
        self, descriptor: Descriptor, key: Any, handler: Callable[[Any, int], Any]
    ) -> None:
        self.descriptor = descriptor
        self.key = key
        self.handler = handler
        self.events = 0

    def is_stale(self, fd: int) -> bool:
        """Tell whether the object was closed and its number belongs to somebody else now."""
        try:
            return split_descriptor(self.descriptor)[0] != fd
        except (OSError, ValueError):
            return True


class Handlers:
    """The descriptors of one loop.

    :param run: the loop's way to run a callback.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, run: Callable[..., None]) -> None:
        self._loop = loop
        self._run = run
        self._entries: dict[int, Entry] = {}
        # libuv ends the process if a registered descriptor is closed under it. uvloop keeps a
        # socket open as long as it is registered, if it is given the object.
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
        self._forget(entry.key, events)
        try:
            self._register(entry, events)
        except FileNotFoundError:
            # It was left there with other events, and is forgotten now.
            self._register(entry, events)
        self._entries[fd] = entry

    def update(self, descriptor: Descriptor, events: int) -> None:
        """Change the events of a descriptor."""
        self._register(self._entries[self._find(descriptor)], events)

    def remove(self, descriptor: Descriptor) -> None:
        """Forget a descriptor, also one that has been closed meanwhile."""
        fd = self._find(descriptor)
        entry = self._entries.get(fd)
        if entry is not None:
            self._drop(fd, entry)

    def clear(self) -> list[Descriptor]:
        """Forget all descriptors and return them."""
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
            # A closed object does not know its number any more.
            for number, entry in self._entries.items():
                if entry.descriptor is descriptor:
                    return number
        return fd

    def _drop(self, fd: int, entry: Entry) -> None:
        self._register(entry, 0)
        del self._entries[fd]

    def _forget(self, key: Any, events: int) -> None:
        """Make the selector forget a descriptor of this number that was closed without a word.

        It would take the new one for the old one, which it believes to be registered.
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
