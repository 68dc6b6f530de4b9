"""Handlers that answer from callbacks, from the time before coroutines."""

from __future__ import annotations

import functools
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from ._tasks import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


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
        return _finish_after(self, result) if isinstance(result, Awaitable) else None

    return wrapper


async def _finish_after(handler: Any, result: Awaitable[Any]) -> None:
    await wait_for(result)
    if not handler._finished:
        handler.finish()
