"""What goes down with a loop that is closed together with its descriptors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio

_ATTRIBUTE = "_tornado_belongings"


class Closable(Protocol):
    """Something that holds a descriptor."""

    def close(self) -> None:
        """Free the descriptor; closing twice does nothing."""


def close_with_loop(thing: Closable, asyncio_loop: asyncio.AbstractEventLoop) -> None:
    """Let :meth:`IOLoop.close` with ``all_fds`` close a thing as well.

    Handlers of :meth:`IOLoop.add_handler` need no such call. It is for streams and servers, which
    register with the asyncio loop themselves. The thing is not kept alive by it.

    .. versionadded:: 1.0
    """
    # Not by the loop's __dict__: once that is asked for, every attribute of the loop costs more.
    belongings = getattr(asyncio_loop, _ATTRIBUTE, None)
    if belongings is None:
        belongings = WeakSet()
        setattr(asyncio_loop, _ATTRIBUTE, belongings)
    belongings.add(thing)


def close_belongings(asyncio_loop: asyncio.AbstractEventLoop) -> None:
    """Close everything that :func:`close_with_loop` was told about and that still lives."""
    belongings: WeakSet[Closable] = getattr(asyncio_loop, _ATTRIBUTE, None) or WeakSet()
    for thing in list(belongings):
        thing.close()
