"""Coroutines made of generators, and tools for coroutines of every kind.

New code writes ``async def`` and ``await``. :func:`coroutine` gives the same to generator
functions, which yield what they wait for::

    @gen.coroutine
    def total(urls):
        responses = yield [client.fetch(url) for url in urls]
        return sum(len(response.body) for response in responses)

Both kinds can wait for each other, and for asyncio's futures. For both of them there are

- :func:`multi`: wait for a list or a dict of things at once,
- :func:`with_timeout`: wait, but not for ever,
- :func:`sleep`: wait for a time,
- :class:`WaitIterator`: take results in the order in which they come.

Classic code that is built on callbacks has :func:`engine`, :class:`Task`, :class:`Callback`,
:class:`Wait` and :class:`WaitAll`.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from asyncio import Future
from builtins import TimeoutError  # noqa: A004 - the documented name of the builtin
from typing import TYPE_CHECKING

from tornado.util import publish

from ._convert import convert_yielded, maybe_future
from ._errors import (
    BadYieldError,
    KeyReuseError,
    LeakedCallbackError,
    Return,
    UnknownKeyError,
)
from ._moment import moment

if TYPE_CHECKING:
    from tornado.concurrent import ReturnValueIgnoredError

    from ._coroutine import coroutine, is_coroutine_function
    from ._engine import engine
    from ._iterator import WaitIterator
    from ._multi import Multi, multi, multi_future
    from ._points import Arguments, Callback, Task, Wait, WaitAll, YieldPoint
    from ._runner import Runner
    from ._timeout import sleep, with_timeout

__all__ = [
    "Arguments",
    "BadYieldError",
    "Callback",
    "Future",
    "KeyReuseError",
    "LeakedCallbackError",
    "Multi",
    "Return",
    "ReturnValueIgnoredError",
    "Runner",
    "Task",
    "TimeoutError",
    "UnknownKeyError",
    "Wait",
    "WaitAll",
    "WaitIterator",
    "YieldPoint",
    "convert_yielded",
    "coroutine",
    "engine",
    "is_coroutine_function",
    "maybe_future",
    "moment",
    "multi",
    "multi_future",
    "sleep",
    "with_timeout",
]

publish(
    globals(),
    {
        "Arguments": "_points",
        "Callback": "_points",
        "Multi": "_multi",
        "ReturnValueIgnoredError": "_engine",
        "Runner": "_runner",
        "Task": "_points",
        "Wait": "_points",
        "WaitAll": "_points",
        "WaitIterator": "_iterator",
        "YieldPoint": "_points",
        "coroutine": "_coroutine",
        "engine": "_engine",
        "is_coroutine_function": "_coroutine",
        "multi": "_multi",
        "multi_future": "_multi",
        "sleep": "_timeout",
        "with_timeout": "_timeout",
    },
    aliases={
        "IOLoop": "tornado.ioloop",
        "MultiYieldPoint": "tornado.gen._points",
        "YieldFuture": "tornado.gen._points",
        "chain_future": "tornado.concurrent",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_exc_info": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "is_future": "tornado.concurrent",
    },
)
