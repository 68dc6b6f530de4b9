"""Futures, and setting their results when they may have been cancelled."""

from __future__ import annotations

import logging
from asyncio import Future
from concurrent import futures
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from tornado.ioloop import IOLoop, current_asyncio_loop, running_asyncio_loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

T = TypeVar("T")

app_log = logging.getLogger("tornado.application")

#: The types that :func:`is_future` accepts.
FUTURES = (futures.Future, Future)

#: The flag of code that takes ``**kwargs``: ``inspect.CO_VARKEYWORDS``, but inspect is a slow import.
_VARKEYWORDS = 0x08


def is_future(x: Any) -> TypeGuard[Future[Any]]:
    """Tell whether an object is a future of asyncio or of :mod:`concurrent.futures`."""
    return isinstance(x, FUTURES)


def new_future() -> Future[Any]:
    """Make a future of the current loop, even if it is not running yet."""
    return Future(loop=running_asyncio_loop() or current_asyncio_loop())


def finished_future(result: Any) -> Future[Any]:
    """Make a future of the current loop that has its result."""
    future: Future[Any] = Future(loop=running_asyncio_loop() or current_asyncio_loop())
    future.set_result(result)
    return future


def future_set_result_unless_cancelled(future: futures.Future[T] | Future[T], value: T) -> None:
    """Set the result of a future, unless it has been cancelled.

    :raises asyncio.InvalidStateError: if the future has a result or an exception already.
    """
    if not future.cancelled():
        future.set_result(value)


def future_set_exception_unless_cancelled(
    future: futures.Future[T] | Future[T], exc: BaseException
) -> None:
    """Set the exception of a future, or log the exception if the future has been cancelled."""
    if not future.cancelled():
        future.set_exception(exc)
    else:
        app_log.error("exception for a future that was cancelled", exc_info=exc)


def future_set_exc_info(
    future: futures.Future[T] | Future[T],
    exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> None:
    """Set the exception of a future from what :func:`sys.exc_info` returns.

    :raises ValueError: if ``exc_info`` holds no exception.
    """
    if exc_info[1] is None:
        raise ValueError("exc_info holds no exception, call this inside of an except clause")
    future_set_exception_unless_cancelled(future, exc_info[1])


def future_add_done_callback(
    future: futures.Future[T] | Future[T], callback: Callable[[Any], Any]
) -> None:
    """Call ``callback(future)`` when the future is done, or at once if it is done already."""
    if future.done():
        callback(future)
    else:
        future.add_done_callback(callback)


def chain_future(a: futures.Future[T] | Future[T], b: futures.Future[T] | Future[T]) -> None:
    """Copy the result, the exception or the cancellation of ``a`` to ``b``, unless ``b`` is done.

    The two may be futures of asyncio and of :mod:`concurrent.futures`. If ``a`` is of the latter
    kind, it is copied on the loop that is current now.
    """
    copy = partial(_copy_result, b)
    if isinstance(a, Future):
        future_add_done_callback(a, copy)
    else:
        IOLoop.current().add_future(a, copy)


def _copy_result(
    b: futures.Future[Any] | Future[Any], a: futures.Future[Any] | Future[Any]
) -> None:
    if b.done():
        if not a.cancelled():
            a.exception()  # so that asyncio does not report that nobody has retrieved it
        return
    if a.cancelled():
        b.cancel()
        return
    error = a.exception()
    if error is None:
        b.set_result(a.result())
    else:
        b.set_exception(error)


def takes_callback(func: Any) -> bool:
    """Tell whether a function has a parameter ``callback``, or takes any keyword argument."""
    code = getattr(func, "__code__", None)
    if code is None:
        return True  # another kind of callable: leave its arguments as they are
    names = code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]
    return "callback" in names or bool(code.co_flags & _VARKEYWORDS)
