"""Classic: generators that are started without waiting for them."""

from __future__ import annotations

import functools
from collections.abc import Generator
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from tornado.concurrent import ReturnValueIgnoredError
from tornado.ioloop import IOLoop
from tornado.stack_context import ExceptionStackContext

from ._errors import Return
from ._moment import moment
from ._runner import Runner
from ._step import Completed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import ParamSpec

    P = ParamSpec("P")


def engine(func: Callable[P, Any]) -> Callable[P, None]:
    """Turn a generator function into a function that starts the generator and returns nothing.

    ::

        class Handler(tornado.web.RequestHandler):
            @tornado.web.asynchronous
            @gen.engine
            def get(self):
                response = yield gen.Task(client.fetch, "http://example.com/")
                self.finish(response.body)

    An exception that the generator raises before it waits is raised to the caller. Later ones go to
    the block of :mod:`tornado.stack_context` around the call, or to the log if there is none.
    Exceptions of callbacks that the generator has registered are raised in the generator.

    :raises ReturnValueIgnoredError: if the generator has a result, because nobody could get it.

    New code uses ``async def``, which returns an awaitable.
    """

    @functools.wraps(func)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        runner: EngineRunner | None = None

        def failed(
            typ: type[BaseException], value: BaseException, tb: TracebackType | None
        ) -> bool:
            return runner is not None and runner.handle_exception(typ, value, tb)

        context = copy_context()
        context.run(ExceptionStackContext(failed).__enter__)
        try:
            result = context.run(func, *args, **kwargs)
        except Return as end:
            result = end.value
        if isinstance(result, Generator):
            runner = EngineRunner(context.run, result, None, Completed())
        elif result is not None:
            raise _ignored_result(func, result)

    return wrapper


class EngineRunner(Runner):
    """A runner without a future. It raises exceptions to its caller."""

    __slots__ = ()

    def _listen(self, awaited: Any) -> None:
        # The loop runs its own callbacks in a way that handles exceptions.
        ioloop = IOLoop.current()
        if awaited is moment:
            ioloop.add_callback(self._wake, awaited)
        else:
            ioloop.add_future(awaited, self._wake)

    def _finish(self, value: Any) -> None:
        if self._keys is not None and self._keys.is_leaking:
            raise self._keys.leak_error() from None
        if value is not None:
            raise _ignored_result(self, value) from None

    def _fail(self, error: BaseException) -> None:
        raise error

    def _cancel_result(self) -> None:
        # There is no future to cancel. The generator ends, because what it waited for was cancelled.
        pass


def _ignored_result(where: Any, result: Any) -> ReturnValueIgnoredError:
    return ReturnValueIgnoredError(f"{where!r} has no caller who could get the result {result!r}")
