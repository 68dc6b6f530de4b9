"""The loops that programs make and meet."""

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

#: The environment variable that decides about uvloop, unless an argument does.
SWITCH = "TORNADO_UVLOOP"


class AsyncIOLoop(BaseAsyncIOLoop):
    """A loop of its own, what ``IOLoop()`` makes.

    :param impl: classic: the object that waited for descriptors. Ignored, the asyncio loop waits.
    :param time_func: classic: the clock of :meth:`.IOLoop.time`, and so of deadlines.
    :param asyncio_loop: the asyncio loop to use, in place of a new one.
    :param make_current: make it the loop of this thread.
    :param uvloop: whether a new loop is a uvloop. None: the environment variable
        ``TORNADO_UVLOOP`` decides, and without it, whether uvloop can be imported.
    """

    def initialize(  # type: ignore[override]  # as in the base
        self,
        impl: object = None,
        time_func: Callable[[], float] | None = None,
        *,
        uvloop: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Set up a loop, and close the new asyncio loop again if that fails."""
        if time_func is not None:
            self.time = time_func  # type: ignore[method-assign]  # one clock for each loop, as in 4.x
        if kwargs.get("asyncio_loop") is not None:
            super().initialize(**kwargs)
            return
        made = new_asyncio_loop(uvloop)
        try:
            super().initialize(**{**kwargs, "asyncio_loop": made})
        except BaseException:
            made.close()
            raise

    def close(self, all_fds: bool = False) -> None:
        """Close the loop. If it is the loop of this thread, the thread has none afterwards."""
        is_current = running_asyncio_loop() is None and loop_of_thread() is self.asyncio_loop
        super().close(all_fds)
        if is_current:
            IOLoop.clear_current()


class AsyncIOMainLoop(BaseAsyncIOLoop):
    """The loop of a program that starts asyncio by itself.

    :meth:`.IOLoop.current` makes one when it is called on a running asyncio loop. Calling
    ``AsyncIOMainLoop().install()`` first was necessary once, and does no harm.
    """

    def initialize(  # type: ignore[override]  # as in the base
        self, asyncio_loop: asyncio.AbstractEventLoop | None = None, **kwargs: Any
    ) -> None:
        """Put an IOLoop on the asyncio loop of this thread, and make one if there is none."""
        loop = asyncio_loop or loop_of_thread()
        if loop is None:
            loop = new_asyncio_loop(None)
            asyncio.set_event_loop(loop)
        super().initialize(loop, **{"make_current": False, **kwargs})


def new_asyncio_loop(uvloop: bool | None) -> asyncio.AbstractEventLoop:
    """Make a loop: a uvloop if it is wanted and there, otherwise what asyncio makes.

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
    made: asyncio.AbstractEventLoop = implementation.new_event_loop()
    return made


def _installed_uvloop() -> Any:
    """Return the module, or None if it cannot be imported."""
    return sys.modules["uvloop"] if "uvloop" in sys.modules else _import_uvloop()


@cache
def _import_uvloop() -> Any:
    # Python does not remember that a module is missing, and searches for it anew each time, which
    # takes longer than everything else about a new loop.
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop


def _is_uvloop_wanted() -> bool:
    if os.environ.get(SWITCH, "").strip().lower() in {"0", "no", "off", "false"}:
        return False
    # A program with a policy of its own has chosen its loops.
    return type(asyncio.get_event_loop_policy()).__module__.startswith("asyncio")
