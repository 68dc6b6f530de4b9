"""IOLoops over asyncio loops.

Programs need not name these classes. :meth:`.IOLoop.current` finds or makes the right one: an
:class:`AsyncIOMainLoop` for a loop that asyncio is running already, an :class:`AsyncIOLoop` if there
is no loop yet.

A new loop is a uvloop if uvloop is installed (the extra ``tornado-ioloop[uvloop]``). It is one of
asyncio

- if the environment variable ``TORNADO_UVLOOP`` is ``0``,
- after ``IOLoop.configure(None, uvloop=False)``,
- or if the program has set an event loop policy, because that chooses its loops.

Loops that are running already, such as the one of ``asyncio.run``, are used as they are.

Every loop can log the callbacks that block it, see :meth:`.IOLoop.set_blocking_log_threshold`. This
is on from the start

- if the environment variable ``TORNADO_BLOCKING_THRESHOLD`` is a number of seconds,
- after ``IOLoop.configure(None, blocking_threshold=0.1)``,
- or if asyncio is in debug mode, with its ``slow_callback_duration`` (0.1 seconds).
"""

# ruff: noqa: TC004 - the policy in __all__ is imported when it is first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.gen import convert_yielded
from tornado.util import publish

from ._base import BaseAsyncIOLoop
from ._futures import to_asyncio_future, to_tornado_future
from ._loops import AsyncIOLoop, AsyncIOMainLoop
from ._selector import AddThreadSelectorEventLoop, SelectorThread

if TYPE_CHECKING:
    from ._policy import AnyThreadEventLoopPolicy

__all__ = [
    "AddThreadSelectorEventLoop",
    "AnyThreadEventLoopPolicy",
    "AsyncIOLoop",
    "AsyncIOMainLoop",
    "BaseAsyncIOLoop",
    "SelectorThread",
    "convert_yielded",
    "to_asyncio_future",
    "to_tornado_future",
]

publish(
    globals(),
    {"AnyThreadEventLoopPolicy": "_policy"},
    aliases={
        "IOLoop": "tornado.ioloop",
    },
)
