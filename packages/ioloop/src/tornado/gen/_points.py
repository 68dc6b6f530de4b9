"""Classic: things to yield that are resolved by callbacks with keys.

Theory of operation
===================
A generator yields a point. Its runner calls :meth:`YieldPoint.start` and then asks
:meth:`YieldPoint.is_ready`, at once and after every callback that belongs to one of the runner's
keys. When the point is ready, :meth:`YieldPoint.get_result` is what the generator gets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.concurrent._future import new_future
from tornado.ioloop import IOLoop, chosen_loop
from tornado.stack_context import ExceptionStackContext

from ._errors import LeakedCallbackError, UnknownKeyError

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Generator, Iterable
    from types import TracebackType

    from ._runner import Runner


class Arguments(NamedTuple):
    """What a callback was called with, if that was not a single argument."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def result_of_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the result that a callback's arguments mean: None, the one, or Arguments."""
    if kwargs or len(args) > 1:
        return Arguments(args, kwargs)
    return args[0] if args else None


class YieldPoint:
    """Something to yield. Derive from it to make others."""

    def start(self, runner: Runner) -> None:
        """Begin, when the generator has yielded this."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Tell whether the generator may go on."""
        raise NotImplementedError

    def get_result(self) -> Any:
        """Return what the ``yield`` expression gives, or raise."""
        raise NotImplementedError

    def done(self) -> bool:
        """Return False: the runner must start it first."""
        return False

    def result(self) -> Any:
        """Return :meth:`get_result`, for the runner."""
        return self.get_result()


class Callback(YieldPoint):
    """``yield gen.Callback(key)`` gives a function to pass as a callback, and does not wait.

    :param key: any hashable object. ``yield gen.Wait(key)`` waits for the call.
    :raises KeyReuseError: if a callback with that key is open.
    """

    def __init__(self, key: Any) -> None:
        self.key = key

    def start(self, runner: Runner) -> None:
        """Open the key."""
        self._runner = runner
        runner.register_callback(self.key)

    def is_ready(self) -> bool:
        """Return True."""
        return True

    def get_result(self) -> Callable[..., None]:
        """Return the function."""
        return self._runner.result_callback(self.key)


class Wait(YieldPoint):
    """``yield gen.Wait(key)`` gives what the callback with that key was called with.

    :raises UnknownKeyError: if there is no such callback.
    """

    def __init__(self, key: Any) -> None:
        self.key = key

    def start(self, runner: Runner) -> None:
        """Begin to wait."""
        self._runner = runner

    def is_ready(self) -> bool:
        """Tell whether the callback was called."""
        return self._runner.is_ready(self.key)

    def get_result(self) -> Any:
        """Return the argument of the callback, and close the key."""
        return self._runner.pop_result(self.key)


class WaitAll(YieldPoint):
    """``yield gen.WaitAll(keys)`` waits for several callbacks and gives a list.

    :raises UnknownKeyError: if there is no such callback.
    """

    def __init__(self, keys: Iterable[Any]) -> None:
        self.keys = list(keys)

    def start(self, runner: Runner) -> None:
        """Begin to wait."""
        self._runner = runner

    def is_ready(self) -> bool:
        """Tell whether all the callbacks were called."""
        # All are asked, so that an unknown key is found at once.
        return all([self._runner.is_ready(key) for key in self.keys])  # noqa: C419 - see above

    def get_result(self) -> list[Any]:
        """Return the callbacks' arguments, in the order of the keys."""
        return [self._runner.pop_result(key) for key in self.keys]


class Task(YieldPoint):
    """``yield gen.Task(func, *args, **kwargs)`` calls a function with ``callback=`` and waits.

    It gives what the callback was called with. Exceptions of callbacks that the function sets
    going come out of the ``yield``. In an ``async def`` function, ``await`` does the same.
    """

    def __init__(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        if "callback" in kwargs:
            raise TypeError("gen.Task passes the callback itself, do not give one")
        self.func = func
        self.args = args
        self.kwargs = kwargs

    def start(self, runner: Runner) -> None:
        """Call the function."""
        self._runner = runner
        self._key = object()
        runner.register_callback(self._key)
        self._call(runner.result_callback(self._key), runner.handle_exception)

    def is_ready(self) -> bool:
        """Tell whether the callback was called."""
        return self._runner.is_ready(self._key)

    def get_result(self) -> Any:
        """Return what the callback was called with."""
        return self._runner.pop_result(self._key)

    def _call(self, callback: Callable[..., None], failed: Callable[..., bool]) -> None:
        with ExceptionStackContext(failed):
            self.func(*self.args, callback=callback, **self.kwargs)

    def __await__(self) -> Generator[Any, None, Any]:
        future: Future[Any] = new_future()

        def called(*args: Any, **kwargs: Any) -> None:
            if not future.done():
                future.set_result(result_of_call(args, kwargs))

        def failed(
            typ: type[BaseException], value: BaseException, tb: TracebackType | None
        ) -> bool:
            if future.done():
                return False
            future.set_exception(value)
            return True

        self._call(called, failed)
        return (yield from future)


class MultiPoint(YieldPoint):
    """Several points, and other things to wait for, at once. A list or dict yields one.

    :param quiet_exceptions: classic, and ignored: exceptions after the first are not logged here.
    """

    def __init__(self, children: Any, quiet_exceptions: object = ()) -> None:
        self.keys = list(children) if isinstance(children, dict) else None
        self.children: list[Any] = list(
            children.values() if isinstance(children, dict) else children
        )

    @staticmethod
    def is_needed(children: Any) -> bool:
        """Tell whether there is a point among some things to wait for."""
        values = children.values() if isinstance(children, dict) else children
        return any(isinstance(child, YieldPoint) for child in values)

    def start(self, runner: Runner) -> None:
        """Start all of them."""
        from ._step import waitable

        # Points are started in the generator's context.
        self._points = [
            child if isinstance(child, YieldPoint) else FuturePoint(waitable(_call, child))
            for child in self.children
        ]
        for point in self._points:
            point.start(runner)

    def is_ready(self) -> bool:
        """Tell whether all of them are ready."""
        # All are asked, so that an unknown key is found at once.
        return all([point.is_ready() for point in self._points])  # noqa: C419 - see above

    def get_result(self) -> Any:
        """Return the results as the children were given, in a list or a dict."""
        results = [point.get_result() for point in self._points]
        return results if self.keys is None else dict(zip(self.keys, results, strict=True))


def _call(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


class FuturePoint(YieldPoint):
    """A future among points.

    :param io_loop: classic: another loop of this thread, which the future is waited for on.
    """

    def __init__(self, future: Any, io_loop: IOLoop | None = None) -> None:
        self.future = future
        self.io_loop = chosen_loop(io_loop)

    def start(self, runner: Runner) -> None:
        """Let the runner look again when the future is done."""
        self._key = object()
        runner.register_callback(self._key)
        callback = runner.result_callback(self._key)
        if self.future.done():
            callback(self.future)
        else:
            (self.io_loop or IOLoop.current()).add_future(self.future, callback)
        self._runner = runner

    def is_ready(self) -> bool:
        """Tell whether the future is done."""
        return self._runner.is_ready(self._key)

    def get_result(self) -> Any:
        """Return the future's result."""
        return self._runner.pop_result(self._key).result()


class KeyTable:
    """The open keys of a runner, and the results that are there."""

    def __init__(self) -> None:
        self.open: set[Any] = set()
        self.results: dict[Any, Any] = {}

    def is_ready(self, key: Any) -> bool:
        """Tell whether a key has a result."""
        if key not in self.open:
            raise UnknownKeyError(f"there is no callback with key {key!r}")
        return key in self.results

    def pop(self, key: Any) -> Any:
        """Close a key and return its result."""
        self.open.remove(key)
        return self.results.pop(key)

    def leak(self) -> LeakedCallbackError:
        """Return the exception for keys that nobody waited for."""
        keys = ", ".join(sorted(map(repr, self.open)))
        return LeakedCallbackError(f"ended without waiting for callbacks with these keys: {keys}")


#: The names that two of these had from 3.0 to 5.1.
MultiYieldPoint = MultiPoint
YieldFuture = FuturePoint
