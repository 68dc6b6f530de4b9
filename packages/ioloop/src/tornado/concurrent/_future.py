"""Futures, and settling them when nobody may be waiting any more."""

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

#: The flag of code that takes ``**kwargs``, ``inspect.CO_VARKEYWORDS``: inspect is a slow import.
_VARKEYWORDS = 0x08


def is_future(x: Any) -> TypeGuard[Future[Any]]:
    """Tell whether an object is a future of asyncio or of :mod:`concurrent.futures`."""
    return isinstance(x, FUTURES)


def new_future() -> Future[Any]:
    """Make a future of the current loop, also where no loop is running yet."""
    return Future(loop=running_asyncio_loop() or current_asyncio_loop())


def finished_future(result: Any) -> Future[Any]:
    """Make a future of the current loop that has its result."""
    future: Future[Any] = Future(loop=running_asyncio_loop() or current_asyncio_loop())
    future.set_result(result)
    return future


def future_set_result_unless_cancelled(future: futures.Future[T] | Future[T], value: T) -> None:
    """Set the result of a future that somebody may have cancelled meanwhile.

    :raises asyncio.InvalidStateError: if the future has a result or an exception already.
    """
    if not future.cancelled():
        future.set_result(value)


def future_set_exception_unless_cancelled(
    future: futures.Future[T] | Future[T], exc: BaseException
) -> None:
    """Set the exception of a future, or log it if somebody has cancelled the future meanwhile."""
    if not future.cancelled():
        future.set_exception(exc)
    else:
        app_log.error("exception for a future that was cancelled", exc_info=exc)


def future_set_exc_info(
    future: futures.Future[T] | Future[T],
    exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> None:
    """Set the exception of a future from what :func:`sys.exc_info` returns.

    :raises ValueError: if there is no exception in it.
    """
    if exc_info[1] is None:
        raise ValueError("exc_info holds no exception, call this inside of an except clause")
    future_set_exception_unless_cancelled(future, exc_info[1])


def future_add_done_callback(
    future: futures.Future[T] | Future[T], callback: Callable[[Any], Any]
) -> None:
    """Call ``callback(future)`` when the future is done, at once if it is done already."""
    if future.done():
        callback(future)
    else:
        future.add_done_callback(callback)


def chain_future(a: futures.Future[T] | Future[T], b: futures.Future[T] | Future[T]) -> None:
    """Settle ``b`` like ``a`` when ``a`` is done, unless ``b`` is done by then.

    The two may be of different kinds. The result of a :mod:`concurrent.futures` future is brought
    to the loop that is current now.
    """
    copy = partial(_copy_outcome, b)
    if isinstance(a, Future):
        future_add_done_callback(a, copy)
    else:
        IOLoop.current().add_future(a, copy)


def _copy_outcome(
    b: futures.Future[Any] | Future[Any], a: futures.Future[Any] | Future[Any]
) -> None:
    if b.done():
        if not a.cancelled():
            a.exception()  # looked at, so that asyncio does not report it as forgotten
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
    """Tell whether a function means something itself by ``callback=``."""
    code = getattr(func, "__code__", None)
    if code is None:
        return True  # something else that can be called: leave its arguments alone
    names = code.co_varnames[code.co_posonlyargcount : code.co_argcount + code.co_kwonlyargcount]
    return "callback" in names or bool(code.co_flags & _VARKEYWORDS)
