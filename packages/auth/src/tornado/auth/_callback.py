"""The callback forms of Tornado 2: a layer over coroutine methods."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

from ._errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

_log = logging.getLogger("tornado.general")


def takes_callback(
    position: int,
) -> Callable[[Callable[..., Coroutine[Any, Any, Any]]], Callable[..., Any]]:
    """Let a coroutine method also take the classic ``callback``.

    The method starts when it is called, and returns a Future. With a callback it returns None, and the
    callback gets the result on the loop, or None after an :exc:`AuthError`, which is logged. Other
    exceptions reach the request that made the call, as do those of the callback.

    :param position: where the callback stands among the positional arguments of 2.x, counted
        without ``self``. A callable in that place is taken for it.
    """

    def decorate(method: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(
            self: Any, *args: Any, callback: Callable[[Any], object] | None = None, **kwargs: Any
        ) -> asyncio.Future[Any] | None:
            if callback is None and len(args) > position and callable(args[position]):
                callback = args[position]
                args = args[:position] + args[position + 1 :]
            future = asyncio.ensure_future(method(self, *args, **kwargs))
            if callback is None:
                return future
            IOLoop.current().add_future(future, functools.partial(_call_back, callback))
            return None

        call.__signature__ = _with_callback(method)  # type: ignore[attr-defined]  # inspect reads it
        return call

    return decorate


def _with_callback(method: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(method)
    parameters = list(signature.parameters.values())
    callback = inspect.Parameter("callback", inspect.Parameter.KEYWORD_ONLY, default=None)
    has_others = parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
    parameters.insert(len(parameters) - has_others, callback)
    return signature.replace(parameters=parameters)


def _call_back(callback: Callable[[Any], object], future: asyncio.Future[Any]) -> object:
    try:
        result = future.result()
    except AuthError as error:
        _log.warning("%s", error)
        result = None
    return callback(result)


class Finished:
    """An awaitable of something that is done: what a method returns that had nothing to wait for."""

    def __await__(self) -> Generator[Any, Any, None]:
        return
        yield
