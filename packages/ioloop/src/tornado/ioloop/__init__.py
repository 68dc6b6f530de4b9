"""The event loop: one thread, many connections.

While a server waits for one slow client, it must go on serving the others. So no code ever blocks: it
registers callbacks for the moment when a socket is readable, a time has come or a result is ready,
and the loop calls them then. :class:`IOLoop` is that loop. Coroutines run on it as well, and each
``await`` returns control to the loop::

    import asyncio
    import tornado.ioloop

    async def main():
        loop = tornado.ioloop.IOLoop.current()
        loop.call_later(0.5, print, "half a second")
        loop.add_callback(print, "soon")
        await asyncio.sleep(1)

    asyncio.run(main())

The loop underneath is one of asyncio or uvloop. Everything written for asyncio runs on it, and both
kinds of code may be mixed in one program. Classic programs start the loop themselves, with
``IOLoop.current().start()`` or :meth:`IOLoop.run_sync`.

:class:`PeriodicCallback` calls a function again and again.

The other functions are for libraries. :func:`takes_loop`, :func:`chosen_loop`, :func:`take_loop` and
:func:`acting_on` handle the ``io_loop`` argument of classic programs. :func:`current_asyncio_loop`,
:func:`running_asyncio_loop`, :func:`ioloop_of`, :func:`close_with_loop` and
:func:`set_result_and_wake` are for code that works on the asyncio loop itself.
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
