"""The current loop of a thread, and the IOLoop of each asyncio loop.

This is the only place that asks asyncio for the loop, and it imports nothing else of Tornado.
"""

from __future__ import annotations

import asyncio
import asyncio.events
from collections.abc import MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._loop import IOLoop

#: Return the asyncio loop that is running in this thread, or None. This is asyncio's own function,
#: written in C, so code that runs for every request may call it.
running_asyncio_loop = asyncio._get_running_loop

#: The attribute of an asyncio loop that holds its IOLoop. The two live equally long, so nothing has
#: to be cleaned up, and :meth:`.IOLoop.current` only reads one attribute.
ATTRIBUTE = "_tornado_ioloop"


class LoopRegistry(MutableMapping[asyncio.AbstractEventLoop, "IOLoop"]):
    """A mapping from asyncio loops to their IOLoops that keeps none of them alive.

    The IOLoop is stored as an attribute of its asyncio loop.
    """

    def __init__(self) -> None:
        self._loops: WeakSet[asyncio.AbstractEventLoop] = WeakSet()
        #: The IOLoops of loops that cannot have attributes. They live until they are closed.
        self._others: dict[int, IOLoop] = {}

    def __getitem__(self, loop: asyncio.AbstractEventLoop) -> IOLoop:
        found: IOLoop | None = getattr(loop, ATTRIBUTE, None) or self._others.get(id(loop))
        if found is None:
            raise KeyError(loop)
        return found

    def __setitem__(self, loop: asyncio.AbstractEventLoop, ioloop: IOLoop) -> None:
        self._drop_closed_loops()
        with suppress(AttributeError):
            setattr(loop, ATTRIBUTE, ioloop)
        if getattr(loop, ATTRIBUTE, None) is not ioloop:
            self._others[id(loop)] = ioloop
        self._loops.add(loop)

    def _drop_closed_loops(self) -> None:
        """Drop the loops that asyncio has closed. Nothing tells the registry when that happens."""
        for loop in list(self._loops):
            if loop.is_closed():
                self.pop(loop, None)

    def __delitem__(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop not in self:
            raise KeyError(loop)
        self._others.pop(id(loop), None)
        with suppress(AttributeError):
            delattr(loop, ATTRIBUTE)
        self._loops.discard(loop)

    def __iter__(self) -> Iterator[asyncio.AbstractEventLoop]:
        return iter(list(self._loops))

    def __len__(self) -> int:
        return len(self._loops)


#: The IOLoops of all living loops.
ioloops = LoopRegistry()


def ioloop_of(asyncio_loop: asyncio.AbstractEventLoop) -> IOLoop | None:
    """Return the IOLoop that runs on an asyncio loop, or None if there is none yet.

    .. versionadded:: 1.0
    """
    return ioloops.get(asyncio_loop)


def current_asyncio_loop() -> asyncio.AbstractEventLoop:
    """Return the asyncio loop that is running in this thread, or else that of ``IOLoop.current()``.

    .. versionadded:: 1.0
    """
    loop = running_asyncio_loop()
    if loop is None:
        from ._loop import IOLoop  # it imports this module

        loop = IOLoop.current().asyncio_loop
    return loop


def loop_of_thread() -> asyncio.AbstractEventLoop | None:
    """Return the asyncio loop that is running in this thread or was set for it, and make none."""
    loop = running_asyncio_loop() or _loop_set()
    return None if loop is None or loop.is_closed() else loop


def _loop_set() -> asyncio.AbstractEventLoop | None:
    policy = _policy()
    base: Any = getattr(asyncio.events, "BaseDefaultEventLoopPolicy", None) or getattr(
        asyncio.events, "_BaseDefaultEventLoopPolicy", None
    )
    if base is not None and type(policy).get_event_loop is base.get_event_loop:
        # The standard policy would make a loop if none was set (and warn about it on 3.12 and 3.13).
        # There is no public way to ask without that.
        return getattr(policy._local, "_loop", None)
    try:
        found: asyncio.AbstractEventLoop = policy.get_event_loop()
    except RuntimeError:
        return None
    return found


def _policy() -> Any:
    # From 3.14 on, the public function warns that policies will be removed.
    getter = getattr(asyncio.events, "_get_event_loop_policy", asyncio.get_event_loop_policy)
    return getter()
