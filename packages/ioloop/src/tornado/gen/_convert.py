"""What a coroutine may yield, and converting it to a future."""

from __future__ import annotations

import asyncio
import inspect
from asyncio import Future
from concurrent import futures
from functools import singledispatch
from types import CoroutineType, NoneType
from typing import Any

from tornado.concurrent import is_future
from tornado.concurrent._future import new_future
from tornado.ioloop import current_asyncio_loop, running_asyncio_loop

from ._errors import BadYieldError
from ._moment import Moment, moment
from ._pending import OWN_TASK


@singledispatch
def convert_yielded(yielded: Any) -> Any:
    """Return a future for something that a coroutine yields.

    A future is returned as it is. A coroutine runs as a task, so ``asyncio.timeout`` and
    ``TaskGroup`` work in it. A list or a dict of such objects is waited for as a whole, as
    :func:`multi` does. None stands for :data:`moment`.

    Other libraries register their types with ``convert_yielded.register(type, function)``.

    :raises BadYieldError: if the object cannot be waited for.
    """
    if inspect.isawaitable(yielded):
        return as_task(yielded)
    raise BadYieldError(f"cannot wait for {yielded!r:.200}, it is not awaitable")


def can_convert(yielded: Any) -> bool:
    """Tell whether :func:`convert_yielded` takes an object, which is cheaper than calling it."""
    if convert_yielded.dispatch(type(yielded)) is not _by_protocol:
        return True
    return inspect.isawaitable(yielded)


#: The function of :func:`convert_yielded` for types that are not registered.
_by_protocol = convert_yielded.dispatch(object)


def as_task(awaitable: Any) -> Future[Any]:
    """Run an awaitable as a task of the current loop."""
    loop = running_asyncio_loop() or current_asyncio_loop()
    task: Future[Any] = asyncio.ensure_future(awaitable, loop=loop)
    if task is not awaitable:
        setattr(task, OWN_TASK, True)
    return task


def maybe_future(x: Any) -> Any:
    """Return a future as it is, and anything else in a future that is done."""
    if is_future(x):
        return x
    future = new_future()
    future.set_result(x)
    return future


def _return_unchanged(yielded: Any) -> Any:
    return yielded


def _return_moment(yielded: None) -> Moment:
    return moment


def _wait_for_all(yielded: Any) -> Any:
    from ._multi import multi

    return multi(yielded)


convert_yielded.register(Future, _return_unchanged)
convert_yielded.register(futures.Future, _return_unchanged)
convert_yielded.register(Moment, _return_unchanged)
convert_yielded.register(NoneType, _return_moment)
convert_yielded.register(CoroutineType, as_task)
convert_yielded.register(list, _wait_for_all)
convert_yielded.register(dict, _wait_for_all)
