"""What a coroutine may yield, and the future that stands for it."""

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
from ._pending import MADE_HERE


@singledispatch
def convert_yielded(yielded: Any) -> Any:
    """Return a future for something that a coroutine yields.

    Futures are returned as they are. Coroutines run as tasks, so that ``asyncio.timeout`` and
    ``TaskGroup`` work in them. Lists and dicts of such things are waited for together, as
    :func:`multi` does. None stands for :data:`moment`.

    Other libraries teach it their types with ``convert_yielded.register(type, function)``.

    :raises BadYieldError: if the object cannot be waited for.
    """
    if inspect.isawaitable(yielded):
        return as_task(yielded)
    raise BadYieldError(f"cannot wait for {yielded!r:.200}, it is no awaitable")


def can_convert(yielded: Any) -> bool:
    """Tell whether :func:`convert_yielded` takes an object, for less than it costs to try."""
    if convert_yielded.dispatch(type(yielded)) is not _by_protocol:
        return True
    return inspect.isawaitable(yielded)


#: What :func:`convert_yielded` does with types that nobody has registered.
_by_protocol = convert_yielded.dispatch(object)


def as_task(awaitable: Any) -> Future[Any]:
    """Run an awaitable as a task of the current loop."""
    loop = running_asyncio_loop() or current_asyncio_loop()
    task: Future[Any] = asyncio.ensure_future(awaitable, loop=loop)
    if task is not awaitable:
        setattr(task, MADE_HERE, True)
    return task


def maybe_future(x: Any) -> Any:
    """Return a future as it is, and anything else as the result of a future that is done."""
    if is_future(x):
        return x
    future = new_future()
    future.set_result(x)
    return future


def _itself(yielded: Any) -> Any:
    return yielded


def _moment(yielded: None) -> Moment:
    return moment


def _together(yielded: Any) -> Any:
    from ._multi import multi

    return multi(yielded)


convert_yielded.register(Future, _itself)
convert_yielded.register(futures.Future, _itself)
convert_yielded.register(Moment, _itself)
convert_yielded.register(NoneType, _moment)
convert_yielded.register(CoroutineType, as_task)
convert_yielded.register(list, _together)
convert_yielded.register(dict, _together)
