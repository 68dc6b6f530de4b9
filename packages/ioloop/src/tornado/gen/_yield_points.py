"""Classic: yield points, which wait for callbacks with keys.

Theory of operation
===================
A generator yields a yield point. Its runner calls :meth:`YieldPoint.start`, and then asks
:meth:`YieldPoint.is_ready` at once and after every callback with one of the runner's keys. When the
point is ready, the generator gets the result of :meth:`YieldPoint.get_result`.
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
    """The arguments of a callback, if there was not exactly one positional argument."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def result_of_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the result for the arguments of a callback: None, the single one, or Arguments."""
    if kwargs or len(args) > 1:
        return Arguments(args, kwargs)
    return args[0] if args else None


class YieldPoint:
    """An object that a generator yields to wait for something. The base class of the others."""

    def start(self, runner: Runner) -> None:
        """Called when the generator has yielded the object. Override to begin."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Called to ask whether the generator may continue. Override to tell."""
        raise NotImplementedError

    def get_result(self) -> Any:
        """Called when it is ready. Override to return the value of the ``yield`` expression, or raise."""
        raise NotImplementedError

    def done(self) -> bool:
        """Return False, because the runner must start it first."""
        return False

    def result(self) -> Any:
        """Return the result of :meth:`get_result`, for the runner."""
        return self.get_result()


class Callback(YieldPoint):
    """A function to pass as a callback: ``yield gen.Callback(key)`` returns it without waiting.

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
    """The argument of a callback: ``yield gen.Wait(key)`` waits for the call and returns it.

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
    """The arguments of several callbacks: ``yield gen.WaitAll(keys)`` returns them in a list.

    :raises UnknownKeyError: if there is no such callback.
    """

    def __init__(self, keys: Iterable[Any]) -> None:
        self.keys = list(keys)

    def start(self, runner: Runner) -> None:
        """Begin to wait."""
        self._runner = runner

    def is_ready(self) -> bool:
        """Tell whether all the callbacks were called."""
        # Ask all of them, so that an unknown key is found at once.
        return all([self._runner.is_ready(key) for key in self.keys])  # noqa: C419 - see above

    def get_result(self) -> list[Any]:
        """Return the callbacks' arguments, in the order of the keys."""
        return [self._runner.pop_result(key) for key in self.keys]


class Task(YieldPoint):
    """A call of a function that takes a callback: ``yield gen.Task(func, *args, **kwargs)``.

    It passes ``callback=``, waits, and returns the argument of the callback. Exceptions of callbacks
    that the function has registered are raised by the ``yield``. In an ``async def`` function,
    ``await`` does the same.
    """

    def __init__(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        if "callback" in kwargs:
            raise TypeError("gen.Task passes the callback itself, do not pass one")
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
        """Return the argument of the callback."""
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


class MultiYieldPoint(YieldPoint):
    """Several yield points and futures at once. Yielding a list or a dict makes one.

    :param quiet_exceptions: classic, and ignored: exceptions after the first are not logged here.
    """

    def __init__(self, children: Any, quiet_exceptions: object = ()) -> None:
        self.keys = list(children) if isinstance(children, dict) else None
        self.children: list[Any] = list(
            children.values() if isinstance(children, dict) else children
        )

    @staticmethod
    def is_needed(children: Any) -> bool:
        """Tell whether there is a yield point among the children."""
        values = children.values() if isinstance(children, dict) else children
        return any(isinstance(child, YieldPoint) for child in values)

    def start(self, runner: Runner) -> None:
        """Start all of them."""
        from ._step import to_waitable

        # This runs in the context of the generator.
        self._yield_points = [
            child if isinstance(child, YieldPoint) else YieldFuture(to_waitable(_call, child))
            for child in self.children
        ]
        for point in self._yield_points:
            point.start(runner)

    def is_ready(self) -> bool:
        """Tell whether all of them are ready."""
        # Ask all of them, so that an unknown key is found at once.
        return all([point.is_ready() for point in self._yield_points])  # noqa: C419 - see above

    def get_result(self) -> Any:
        """Return the results in a list or a dict, like the children."""
        results = [point.get_result() for point in self._yield_points]
        return results if self.keys is None else dict(zip(self.keys, results, strict=True))


def _call(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


class YieldFuture(YieldPoint):
    """A future among yield points.

    :param io_loop: classic: another loop of this thread, on which to wait for the future.
    """

    def __init__(self, future: Any, io_loop: IOLoop | None = None) -> None:
        self.future = future
        self.io_loop = chosen_loop(io_loop)

    def start(self, runner: Runner) -> None:
        """Make the runner ask again when the future is done."""
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
    """The open keys of a runner, and the results that have arrived."""

    def __init__(self) -> None:
        self.open: set[Any] = set()
        self.results: dict[Any, Any] = {}
        #: Whether a callback has raised an exception instead of giving a result.
        self.has_failed = False

    @property
    def is_leaking(self) -> bool:
        """Whether keys are open at the end of a runner whose callbacks have all been able to run."""
        return bool(self.open) and not self.has_failed

    def is_ready(self, key: Any) -> bool:
        """Tell whether a key has a result."""
        if key not in self.open:
            raise UnknownKeyError(f"there is no callback with key {key!r}")
        return key in self.results

    def pop(self, key: Any) -> Any:
        """Close a key and return its result."""
        self.open.remove(key)
        return self.results.pop(key)

    def leak_error(self) -> LeakedCallbackError:
        """Return the exception for the open keys that nobody waited for."""
        keys = ", ".join(sorted(map(repr, self.open)))
        return LeakedCallbackError(f"ended without waiting for callbacks with these keys: {keys}")
