"""Classic: generators that are started and not waited for."""

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
from ._step import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import ParamSpec

    P = ParamSpec("P")


def engine(func: Callable[P, Any]) -> Callable[P, None]:
    """Turn a generator function into one that runs by itself and returns nothing.

    ::

        class Handler(tornado.web.RequestHandler):
            @tornado.web.asynchronous
            @gen.engine
            def get(self):
                response = yield gen.Task(client.fetch, "http://example.com/")
                self.finish(response.body)

    What the generator raises before it waits is raised to the caller. Later exceptions go to the
    block of :mod:`tornado.stack_context` around the call, and to the log if there is none.
    Exceptions of callbacks that the generator sets going are raised in it.

    :raises ReturnValueIgnoredError: if the generator has a result. Nobody could get it.

    New code writes ``async def``, which returns an awaitable.
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
            runner = EngineRunner(context.run, result, None, Outcome())
        elif result is not None:
            raise _unread(func, result)

    return wrapper


class EngineRunner(Runner):
    """A runner without a future: it raises to whoever woke it."""

    __slots__ = ()

    def _listen(self, ready: Any) -> None:
        # The loop's own way to run callbacks knows what to do with exceptions.
        ioloop = IOLoop.current()
        if ready is moment:
            ioloop.add_callback(self._wake, ready)
        else:
            ioloop.add_future(ready, self._wake)

    def _finish(self, value: Any) -> None:
        if self._keys is not None and self._keys.open:
            raise self._keys.leak() from None
        if value is not None:
            raise _unread(self, value) from None

    def _fail(self, error: BaseException) -> None:
        raise error

    def _cancelled(self) -> None:
        # Nobody to tell: what the generator waited for was cancelled, and so it ends.
        pass


def _unread(where: Any, result: Any) -> ReturnValueIgnoredError:
    return ReturnValueIgnoredError(f"{where!r} has no caller who could get the result {result!r}")
