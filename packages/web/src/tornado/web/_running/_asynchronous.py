"""Handlers that answer from callbacks, as they were written before there were coroutines."""

from __future__ import annotations

import functools
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .._state import HandlerState
from ._execution import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

F = TypeVar("F", bound="Callable[..., Any]")


def asynchronous(method: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a request open when its method returns, until ``finish()`` is called (classic).

    ::

        class MainHandler(RequestHandler):
            @asynchronous
            def get(self):
                http = AsyncHTTPClient()
                http.fetch("http://example.com/", self.on_response)

            def on_response(self, response):
                if response.error:
                    raise HTTPError(500)
                self.write(response.body)
                self.finish()

    An exception in a callback that descends from the method answers this request. If the method
    returns an awaitable (it is a coroutine as well), the request ends with that.

    New code writes ``async def``, which needs no decorator.
    """

    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        from tornado.stack_context import ExceptionStackContext

        self._auto_finish = False
        result: Any = None
        with ExceptionStackContext(self._answer_exception):
            result = method(self, *args, **kwargs)
        return _finish_behind(self, result) if isinstance(result, Awaitable) else None

    return wrapper


async def _finish_behind(handler: Any, result: Awaitable[Any]) -> None:
    await wait_for(result)
    if not handler._finished:
        handler.finish()


class Callbacks(HandlerState):
    """Answer for callbacks."""

    if TYPE_CHECKING:

        def _handle_uncaught(self, error: BaseException) -> None: ...

    @overload
    def async_callback(self, callback: None, *args: Any, **kwargs: Any) -> None: ...
    @overload
    def async_callback(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Callable[..., Any]: ...
    def async_callback(
        self, callback: Callable[..., Any] | None, *args: Any, **kwargs: Any
    ) -> Callable[..., Any] | None:
        """Wrap a callback, so that its exceptions answer this request (classic).

        Callbacks that descend from a method with :func:`asynchronous` need no wrapping. It is for
        those that come from elsewhere: a pool of threads, a library of another loop.

        :param args: come before the callback's own arguments; ``kwargs`` go with them.
        """
        if callback is None:
            return None
        function = functools.partial(callback, *args, **kwargs)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - it is answered and logged
                self._handle_uncaught(error)
                return None

        return wrapper

    def _answer_exception(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        if not isinstance(value, Exception):
            return False
        self._handle_uncaught(value)
        return True
