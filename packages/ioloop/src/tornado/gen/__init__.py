"""Coroutines made of generators, and tools for coroutines of both kinds.

New code uses ``async def`` and ``await``. :func:`coroutine` does the same for generator functions,
which yield what they wait for::

    @gen.coroutine
    def total(urls):
        responses = yield [client.fetch(url) for url in urls]
        return sum(len(response.body) for response in responses)

Both kinds can wait for each other, and for asyncio's futures. Both can use

- :func:`multi` to wait for a list or a dict of futures at once,
- :func:`with_timeout` to wait for a limited time,
- :func:`sleep` to wait for a number of seconds,
- :class:`WaitIterator` to take results in the order in which they arrive.

Classic code that is built on callbacks uses :func:`engine`, :class:`Task`, :class:`Callback`,
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
    from ._runner import Runner
    from ._timeout import sleep, with_timeout
    from ._yield_points import Arguments, Callback, Task, Wait, WaitAll, YieldPoint

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
        "Arguments": "_yield_points",
        "Callback": "_yield_points",
        "Multi": "_multi",
        "ReturnValueIgnoredError": "_engine",
        "Runner": "_runner",
        "Task": "_yield_points",
        "Wait": "_yield_points",
        "WaitAll": "_yield_points",
        "WaitIterator": "_iterator",
        "YieldPoint": "_yield_points",
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
        "MultiYieldPoint": "tornado.gen._yield_points",
        "YieldFuture": "tornado.gen._yield_points",
        "chain_future": "tornado.concurrent",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_exc_info": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "is_future": "tornado.concurrent",
    },
)
