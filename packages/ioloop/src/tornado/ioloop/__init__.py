"""The event loop: one thread, many connections.

A server that waits for a slow client in one place must not wait in all others. So nothing waits:
code registers what is to be done when a socket is readable, when a time has come or when a result
is there, and the loop calls it then. :class:`IOLoop` is that loop. Coroutines run on it as well,
each ``await`` hands control back to the loop::

    import asyncio
    import tornado.ioloop

    async def main():
        loop = tornado.ioloop.IOLoop.current()
        loop.call_later(0.5, print, "half a second")
        loop.add_callback(print, "soon")
        await asyncio.sleep(1)

    asyncio.run(main())

The loop underneath is asyncio's, or uvloop's. Everything written for asyncio runs on it, and code
of both kinds may be mixed in one program. Programs of the classic kind start the loop themselves
with ``IOLoop.current().start()`` or :meth:`IOLoop.run_sync`.

:class:`PeriodicCallback` calls a function again and again.

Libraries that take the ``io_loop`` of classic programs have :func:`takes_loop` for it, with
:func:`chosen_loop`, :func:`take_loop` and :func:`acting_on`. Libraries that work on the asyncio
loop itself have :func:`current_asyncio_loop`, :func:`running_asyncio_loop`, :func:`ioloop_of`,
:func:`close_with_loop` and :func:`set_result_and_wake`.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from builtins import TimeoutError  # noqa: A004 - the documented name of the builtin
from typing import TYPE_CHECKING

from tornado.util import publish

from ._chosen import acting_on, chosen_loop, take_loop, takes_loop
from ._current import current_asyncio_loop, ioloop_of, running_asyncio_loop
from ._descriptors import close_with_loop
from ._loop import IOLoop
from ._waking import set_result_and_wake

if TYPE_CHECKING:
    from ._periodic import PeriodicCallback

__all__ = [
    "IOLoop",
    "PeriodicCallback",
    "TimeoutError",
    "acting_on",
    "chosen_loop",
    "close_with_loop",
    "current_asyncio_loop",
    "ioloop_of",
    "running_asyncio_loop",
    "set_result_and_wake",
    "take_loop",
    "takes_loop",
]

publish(
    globals(),
    {"PeriodicCallback": "_periodic"},
    aliases={
        "Configurable": "tornado.util",
        "chain_future": "tornado.concurrent",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_exc_info": "tornado.concurrent",
        "import_object": "tornado.util",
        "is_future": "tornado.concurrent",
    },
)
