"""Executors and the methods that run on them."""

from __future__ import annotations

import functools
from concurrent import futures
from typing import TYPE_CHECKING, Any, overload

from tornado.ioloop import IOLoop

from ._future import chain_future, new_future, takes_callback

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


class DummyExecutor(futures.Executor):
    """An executor that calls each function at once, in the thread that submits it."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> futures.Future[T]:
        """Call a function and return a future that is done."""
        future: futures.Future[T] = futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - an executor reports all of them in the future
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, cancel_futures: bool = False) -> None:
        """Do nothing, because there are no threads."""


#: A :class:`DummyExecutor` to share.
dummy_executor = DummyExecutor()


@overload
def run_on_executor(fn: Callable[..., T], /) -> Callable[..., Future[T]]: ...


@overload
def run_on_executor(
    *, executor: str = "executor", io_loop: str = "io_loop"
) -> Callable[[Callable[..., T]], Callable[..., Future[T]]]: ...


def run_on_executor(*args: Any, **kwargs: Any) -> Any:
    """Decorate a method to run on an executor of its object, and to return a future.

    :param executor: the name of the attribute that holds the executor; ``"executor"`` if the
        decorator is used without parentheses.
    :param io_loop: classic and ignored: the name of an attribute that held a loop.

    Classic callers of the method may pass ``callback=``, which is called on the loop with the
    result.

    >>> class Worker:
    ...     executor = dummy_executor
    ...     @run_on_executor
    ...     def double(self, n):
    ...         return 2 * n

    Call the method in the thread of the loop, because the future belongs to the loop.
    """
    if kwargs.keys() - {"executor", "io_loop"} or (args and kwargs) or len(args) > 1:
        raise TypeError("run_on_executor takes one function, or executor= and nothing else")
    if args:
        return _on_executor(args[0], "executor")
    return functools.partial(_on_executor, name=kwargs.get("executor", "executor"))


def _on_executor(fn: Callable[..., T], name: str) -> Callable[..., Future[T]]:
    calls_back = not takes_callback(fn)

    @functools.wraps(fn)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Future[T]:
        callback = kwargs.pop("callback", None) if calls_back else None
        result: Future[T] = new_future()
        chain_future(getattr(self, name).submit(fn, self, *args, **kwargs), result)
        if callback is not None:
            IOLoop.current().add_future(result, lambda done: callback(done.result()))
        return result

    return wrapper
