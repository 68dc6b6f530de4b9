"""The callback forms of Tornado 2 and 3: a layer over coroutine methods."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

from ._errors import AuthError
from ._started import Started

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    Method = Callable[..., Coroutine[Any, Any, Any]]

_log = logging.getLogger("tornado.general")


def takes_callback(position: int) -> Callable[[Method], Callable[..., Any]]:
    """Let a coroutine method also take the classic ``callback``.

    The method starts when it is called, and returns a Future. With a callback it returns None, and the
    callback gets the result on the loop, or None after an :exc:`AuthError`, which is logged. Other
    exceptions reach the request that made the call, as do those of the callback.

    :param position: where the callback stands among the positional arguments of 2.x, counted
        without ``self``. A callable in that place is taken for it.
    """
    return functools.partial(_with_callback, position, asyncio.ensure_future, _result_or_none)


def acts_when_called(method: Method) -> Callable[..., Any]:
    """Let a coroutine method start when it is called, and also take the ``callback`` of Tornado 3.

    With a callback the method returns None, and the callback gets None when the work is done; an
    exception reaches the request that made the call.
    """
    return _with_callback(None, Started, asyncio.Future.result, method)


def _with_callback(
    position: int | None,
    start: Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]],
    result_of: Callable[[asyncio.Future[Any]], Any],
    method: Method,
) -> Callable[..., Any]:
    """Return a method that takes a callback.

    :param start: makes what is returned without one.
    :param result_of: returns what the callback gets, or raises.
    """

    @functools.wraps(method)
    def call(
        self: Any, *args: Any, callback: Callable[[Any], object] | None = None, **kwargs: Any
    ) -> Awaitable[Any] | None:
        if callback is None and position is not None and callable(_item(args, position)):
            callback, args = args[position], args[:position] + args[position + 1 :]
        work = method(self, *args, **kwargs)
        if callback is None:
            return start(work)
        function = callback
        IOLoop.current().add_future(
            asyncio.ensure_future(work), lambda future: function(result_of(future))
        )
        return None

    call.__signature__ = _signature_with_callback(method)  # type: ignore[attr-defined]  # inspect reads it
    return call


def _item(values: tuple[Any, ...], position: int) -> Any:
    return values[position] if len(values) > position else None


def _signature_with_callback(method: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(method)
    parameters = list(signature.parameters.values())
    callback = inspect.Parameter("callback", inspect.Parameter.KEYWORD_ONLY, default=None)
    has_others = parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
    parameters.insert(len(parameters) - has_others, callback)
    return signature.replace(parameters=parameters)


def _result_or_none(future: asyncio.Future[Any]) -> Any:
    try:
        return future.result()
    except AuthError as error:
        _log.warning("%s", error)
        return None
