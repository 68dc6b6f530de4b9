"""New loops, and those that a program is running already."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop
from tornado.ioloop._current import loop_of_thread, running_asyncio_loop

from ._base import BaseAsyncIOLoop

if TYPE_CHECKING:
    from collections.abc import Callable

#: The environment variable that turns uvloop off, unless an argument says otherwise.
SWITCH = "TORNADO_UVLOOP"


class AsyncIOLoop(BaseAsyncIOLoop):
    """A new loop, as ``IOLoop()`` makes it.

    :param impl: classic and ignored: an object that waited for descriptors.
    :param time_func: classic: the clock of :meth:`.IOLoop.time`, and so of deadlines.
    :param asyncio_loop: the asyncio loop to use instead of a new one.
    :param make_current: whether to make it the loop of this thread.
    :param uvloop: whether a new loop is a uvloop. By default it is one if uvloop can be imported,
        unless the environment variable ``TORNADO_UVLOOP`` turns that off.
    """

    def initialize(  # type: ignore[override]  # as in the base class
        self,
        impl: object = None,
        time_func: Callable[[], float] | None = None,
        *,
        uvloop: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Build the loop, and close the new asyncio loop again if that fails."""
        if time_func is not None:
            self.time = time_func  # type: ignore[method-assign]  # one clock for each loop, as in 4.x
        if kwargs.get("asyncio_loop") is not None:
            super().initialize(**kwargs)
            return
        loop = new_asyncio_loop(uvloop)
        try:
            super().initialize(**{**kwargs, "asyncio_loop": loop})
        except BaseException:
            loop.close()
            raise

    def close(self, all_fds: bool = False) -> None:
        """Close the loop. If it is the loop of this thread, the thread has no loop afterwards."""
        is_current = running_asyncio_loop() is None and loop_of_thread() is self.asyncio_loop
        super().close(all_fds)
        if is_current:
            IOLoop.clear_current()


class AsyncIOMainLoop(BaseAsyncIOLoop):
    """The loop of a program that starts asyncio by itself.

    :meth:`.IOLoop.current` makes one when it is called while an asyncio loop is running. Calling
    ``AsyncIOMainLoop().install()`` first was once necessary, and does no harm.
    """

    def initialize(  # type: ignore[override]  # as in the base class
        self, asyncio_loop: asyncio.AbstractEventLoop | None = None, **kwargs: Any
    ) -> None:
        """Build an IOLoop on the asyncio loop of this thread, which is made if there is none."""
        loop = asyncio_loop or loop_of_thread()
        if loop is None:
            loop = new_asyncio_loop(None)
            asyncio.set_event_loop(loop)
        super().initialize(loop, **{"make_current": False, **kwargs})


def new_asyncio_loop(uvloop: bool | None) -> asyncio.AbstractEventLoop:
    """Make a loop: a uvloop if that is wanted and installed, otherwise one of asyncio.

    :raises ImportError: if ``uvloop`` is true and uvloop is not installed.
    """
    if uvloop is None:
        if not _is_uvloop_wanted():
            return asyncio.new_event_loop()
        implementation = _installed_uvloop()
        if implementation is None:
            return asyncio.new_event_loop()
    elif uvloop:
        import uvloop as implementation
    else:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = implementation.new_event_loop()
    return loop


def _installed_uvloop() -> Any:
    """Return the module, or None if it cannot be imported."""
    return sys.modules["uvloop"] if "uvloop" in sys.modules else _import_uvloop()


@cache
def _import_uvloop() -> Any:
    # Python does not remember that a module is missing. It would search for it again each time,
    # which takes longer than the rest of making a loop.
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop


def _is_uvloop_wanted() -> bool:
    if os.environ.get(SWITCH, "").strip().lower() in {"0", "no", "off", "false"}:
        return False
    # A policy of the program chooses its loops.
    return type(asyncio.get_event_loop_policy()).__module__.startswith("asyncio")
