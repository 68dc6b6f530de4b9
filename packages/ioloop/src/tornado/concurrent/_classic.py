"""The classic decorator that makes a function with a callback return a future."""

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

    The function calls its callback with the result, or without arguments for None. The callback is
    passed by keyword or by position, as in the call; if the caller passes none, the result is only
    in the future. Exceptions of the function and of its callbacks become the exception of the
    future.

    :raises ReturnValueIgnoredError: in the future, if the function itself returns a value.

    .. versionadded:: 1.0
       Classic. Write coroutine functions in new code.
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
                    f"{f.__qualname__} passes its result to a callback, but returned {returned!r}"
                )
        if callback is not None:
            _call_when_done(future, callback)
        elif future.done():
            # If the function has failed at once, raise the exception at once.
            future.result()
        return future

    return wrapper


def _call_when_done(future: Future[Any], callback: Callable[..., Any]) -> None:
    def done(future: Future[Any]) -> None:
        result = future.result()
        if result is None:
            callback()
        else:
            callback(result)

    IOLoop.current().add_future(future, done)
