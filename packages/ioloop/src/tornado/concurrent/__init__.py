"""Futures, executors, and small functions for both.

``Future`` is :class:`asyncio.Future`. A coroutine waits for one with ``await``; the functions here
are for code that makes futures and sets their results::

    def on_reply(data):
        future_set_result_unless_cancelled(future, data)

A coroutine that no longer wants the result cancels the future, so this code must allow for that: a
plain ``future.set_result`` would raise ``InvalidStateError``.

:meth:`.IOLoop.run_in_executor` runs a function that blocks in a thread, and :func:`run_on_executor`
does the same for a method.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from asyncio import Future
from typing import TYPE_CHECKING

from tornado.util import publish

from ._future import (
    FUTURES,
    chain_future,
    future_add_done_callback,
    future_set_exc_info,
    future_set_exception_unless_cancelled,
    future_set_result_unless_cancelled,
    is_future,
)

if TYPE_CHECKING:
    from ._classic import return_future
    from ._errors import ReturnValueIgnoredError
    from ._executor import DummyExecutor, dummy_executor, run_on_executor

__all__ = [
    "DummyExecutor",
    "FUTURES",
    "Future",
    "ReturnValueIgnoredError",
    "chain_future",
    "dummy_executor",
    "future_add_done_callback",
    "future_set_exc_info",
    "future_set_exception_unless_cancelled",
    "future_set_result_unless_cancelled",
    "is_future",
    "return_future",
    "run_on_executor",
]

publish(
    globals(),
    {
        "DummyExecutor": "_executor",
        "ReturnValueIgnoredError": "_errors",
        "dummy_executor": "_executor",
        "return_future": "_classic",
        "run_on_executor": "_executor",
    },
    aliases={"TracebackFuture": "tornado.concurrent._classic"},
)
