"""Generators as coroutines."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Generator
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, overload

from tornado.concurrent._future import finished_future, new_future, takes_callback
from tornado.ioloop import IOLoop, current_asyncio_loop, running_asyncio_loop

from ._convert import as_task
from ._errors import Return
from ._moment import moment
from ._pending import PendingFuture, name_the_caller
from ._runner import Runner
from ._step import advance, strip_own_frames, to_waitable

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Coroutine
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


@overload
def coroutine(func: Callable[P, Generator[Any, Any, T]]) -> Callable[P, Future[T]]: ...


@overload
def coroutine(func: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Future[T]]: ...


@overload
def coroutine(func: Callable[P, T]) -> Callable[P, Future[T]]: ...


def coroutine(func: Callable[P, Any], replace_callback: bool = True) -> Callable[P, Future[Any]]:
    """Turn a generator function into a coroutine function that returns a future.

    ::

        @gen.coroutine
        def fetch_title(url):
            response = yield client.fetch(url)
            return find_title(response.body)

    The generator yields futures, coroutines, or lists and dicts of them, and gets their results.
    It runs at once, up to the first result that is not ready yet. An exception that it raises is
    the exception of the future.

    The context variables that it sets are its own. Cancelling the future raises
    :exc:`asyncio.CancelledError` in the generator, and cancels the coroutines that it waits for.
    Futures that the application made are left as they are.

    Classic callers, such as :class:`Task`, pass ``callback=``. If the function has no parameter of
    that name, the callback is called with the result; an exception is logged.

    :param replace_callback: classic: False always leaves ``callback`` to the function.

    New code uses ``async def``.
    """
    makes_generators = inspect.isgeneratorfunction(func)
    calls_back = replace_callback and not takes_callback(func)

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Future[Any]:
        if kwargs and calls_back and "callback" in kwargs:
            return _call_back(wrapper, args, kwargs)
        run = copy_context().run
        if not makes_generators:
            return _call(run, func, args, kwargs)
        try:
            generator: Any = func(*args, **kwargs)
            # Not in a function of its own: with one more frame per call, coroutines could nest less
            # deeply.
            yielded = run(next, generator)
        except BaseException as end:  # noqa: BLE001 - raised again if it does not belong in the future
            return _future_at_end(end)
        return _begin(run, generator, yielded)

    wrapper.__tornado_coroutine__ = True  # type: ignore[attr-defined]  # for is_coroutine_function
    return wrapper


def is_coroutine_function(func: Any) -> bool:
    """Tell whether a function was made by :func:`coroutine`."""
    return getattr(func, "__tornado_coroutine__", False)


def _call(run: Callable[..., Any], func: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
    """Call a function that is not a generator function, but may return a generator."""
    try:
        result = run(func, *args, **kwargs)
        if isinstance(result, Generator):
            return _begin(run, result, run(next, result))
    except BaseException as end:  # noqa: BLE001 - as above
        return _future_at_end(end)
    if inspect.iscoroutine(result):
        return as_task(result)
    return finished_future(result)


def _call_back(func: Callable[..., Future[Any]], args: Any, kwargs: Any) -> Future[Any]:
    """Run a coroutine for a classic caller, and give the result to its callback."""
    callback = kwargs.pop("callback")
    future = func(*args, **kwargs)
    if callback is not None:
        IOLoop.current().add_future(future, lambda done: callback(done.result()))
    return future


def _begin(
    run: Callable[..., Any], generator: Generator[Any, Any, Any], yielded: Any
) -> Future[Any]:
    """Continue a generator that has yielded. It gets a runner only if it has to wait."""
    try:
        awaited = to_waitable(run, yielded)
        if awaited is not moment and awaited.done():
            awaited = advance(run, generator, awaited)
    except BaseException as end:  # noqa: BLE001 - as above
        return _future_at_end(end)
    result = PendingFuture(loop=running_asyncio_loop() or current_asyncio_loop())
    if result._source_traceback:
        name_the_caller(result)
    Runner(run, generator, result, awaited)
    return result


def _future_at_end(end: BaseException) -> Future[Any]:
    """Return the future of a generator that has ended with an exception, such as StopIteration."""
    if isinstance(end, (StopIteration, Return)):
        return finished_future(end.value)
    future = new_future()
    if isinstance(end, asyncio.CancelledError):
        future.cancel()
    elif isinstance(end, Exception):
        future.set_exception(strip_own_frames(end))
    else:
        raise end
    return future
