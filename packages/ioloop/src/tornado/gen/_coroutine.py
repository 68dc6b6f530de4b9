"""Generators as coroutines."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Generator
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, overload

from tornado.concurrent._future import finished_future, new_future

from ._convert import as_task
from ._errors import Return
from ._moment import moment
from ._pending import PendingFuture
from ._runner import Runner
from ._step import advance, waitable

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Coroutine
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


_get_running_loop = asyncio._get_running_loop


@overload
def coroutine(func: Callable[P, Generator[Any, Any, T]]) -> Callable[P, Future[T]]: ...


@overload
def coroutine(func: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Future[T]]: ...


@overload
def coroutine(func: Callable[P, T]) -> Callable[P, Future[T]]: ...


def coroutine(func: Callable[P, Any]) -> Callable[P, Future[Any]]:
    """Turn a generator function into one that runs by itself and returns a future.

    ::

        @gen.coroutine
        def fetch_title(url):
            response = yield client.fetch(url)
            return find_title(response.body)

    The generator yields futures, coroutines, or lists and dicts of them, and gets their results.
    It runs at once, up to the first result that is not there yet. What it raises is raised to
    whoever waits for the future.

    Context variables that it sets are its own. Cancelling the future raises
    :exc:`asyncio.CancelledError` in the generator, and cancels coroutines that it waits for;
    futures that the application made are left as they are.

    New code writes ``async def``.
    """
    makes_generators = inspect.isgeneratorfunction(func)

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Future[Any]:
        run = copy_context().run
        if not makes_generators:
            return _call(run, func, args, kwargs)
        try:
            generator: Any = func(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - wrong arguments, for the future's reader
            return _failed(error)
        return _begin(run, generator)

    wrapper.__tornado_coroutine__ = True  # type: ignore[attr-defined] # what is_coroutine_function asks
    return wrapper


def is_coroutine_function(func: Any) -> bool:
    """Tell whether a function was made by :func:`coroutine`."""
    return getattr(func, "__tornado_coroutine__", False)


def _call(run: Callable[..., Any], func: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
    """Call a function that may or may not return a generator."""
    try:
        result = run(func, *args, **kwargs)
    except (Return, StopIteration) as end:
        return finished_future(end.value)
    except asyncio.CancelledError:
        return _cancelled()
    except Exception as error:  # noqa: BLE001 - for the future's reader
        return _failed(error)
    if isinstance(result, Generator):
        return _begin(run, result)
    if inspect.iscoroutine(result):
        return as_task(result)
    return finished_future(result)


def _begin(run: Callable[..., Any], generator: Generator[Any, Any, Any]) -> Future[Any]:
    """Step a new generator. Only if it has to wait does it get a runner."""
    try:
        ready = waitable(run(next, generator))
        if ready is not moment and ready.done():
            ready = advance(run, generator, ready)
    except (StopIteration, Return) as end:
        return finished_future(end.value)
    except asyncio.CancelledError:
        return _cancelled()
    except Exception as error:  # noqa: BLE001 - for the future's reader
        return _failed(error)
    result = PendingFuture(loop=_get_running_loop() or new_future().get_loop())
    Runner(run, generator, result, ready)
    return result


def _failed(error: BaseException) -> Future[Any]:
    future = new_future()
    future.set_exception(error)
    return future


def _cancelled() -> Future[Any]:
    future = new_future()
    future.cancel()
    return future
