"""The decorator that made callback functions usable as futures."""

from __future__ import annotations

import functools
from asyncio import Future
from typing import TYPE_CHECKING, Any

from tornado.concurrent import ReturnValueIgnoredError
from tornado.ioloop import IOLoop
from tornado.stack_context import ExceptionStackContext
from tornado.util import ArgReplacer

from ._future import new_future

#: The name that the class had from 3.0 to 4.5.
TracebackFuture = Future

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


def return_future(f: Callable[..., Any]) -> Callable[..., Future[Any]]:
    """Make a function that takes a ``callback`` argument return a future as well.

    The function calls its callback with the result, or with nothing for None. It is called with
    keyword argument or position as its caller gave it; a caller that gives none gets the result
    from the future alone. Exceptions of the function, and of the callbacks that descend from it,
    become the future's.

    :raises ReturnValueIgnoredError: in the future, if the function returns something itself.

    .. versionadded:: 1.0
       Classic. New code is a coroutine function.
    """
    replacer = ArgReplacer(f, "callback")

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = new_future()

        def settle(*results: Any) -> None:
            if not future.done():
                future.set_result(results[0] if results else None)

        def failed(
            typ: type[BaseException], value: BaseException, tb: TracebackType | None
        ) -> bool:
            if future.done():
                return False
            future.set_exception(value)
            return True

        callback, positional, kwargs = replacer.replace(settle, args, kwargs)
        with ExceptionStackContext(failed):
            returned = f(*positional, **kwargs)
            if returned is not None:
                raise ReturnValueIgnoredError(
                    f"{f.__qualname__} gives its result to a callback, but returned {returned!r}"
                )
        if callback is not None:
            _hand_over(future, callback)
        elif future.done():
            # The caller of a function that failed at once sees the exception at once.
            future.result()
        return future

    return wrapper


def _hand_over(future: Future[Any], callback: Callable[..., Any]) -> None:
    def done(future: Future[Any]) -> None:
        result = future.result()
        if result is None:
            callback()
        else:
            callback(result)

    IOLoop.current().add_future(future, done)
