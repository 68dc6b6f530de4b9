"""Tests and fixtures on the loop."""

from __future__ import annotations

import datetime
import functools
import inspect
from typing import TYPE_CHECKING, Any

from tornado import gen
from tornado.ioloop import IOLoop

from ._options import closest_marker, fixture_timeout, timeout_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

_THE_END = object()


def run_test(item: pytest.Function) -> None:
    """Run a test that is a coroutine, a generator, or a function that has our marker.

    :raises TimeoutError: if it takes too long.
    """
    loop = check_loop(item.funcargs["io_loop"])
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    if hasattr(item.obj, "hypothesis"):
        _run_examples(item, loop, arguments)
    else:
        run_function(item, loop, item.obj, arguments)


def _run_examples(item: pytest.Function, loop: IOLoop, arguments: dict[str, Any]) -> None:
    """Let Hypothesis call the function, once for each example."""
    tested = item.obj.hypothesis
    function = getattr(tested.inner_test, "_of_tornado", tested.inner_test)

    @functools.wraps(function)
    def example(*args: Any, **kwargs: Any) -> None:
        run_function(item, loop, functools.partial(function, *args), kwargs)

    tested.inner_test = example
    tested.inner_test._of_tornado = function  # the next test with these parameters finds it
    item.obj(**arguments)


def run_function(
    item: pytest.Function, loop: IOLoop, function: Callable[..., Any], arguments: dict[str, Any]
) -> None:
    """Run one call of a test function."""
    marker = closest_marker(item, "gen_test")
    if inspect.isgeneratorfunction(function):
        function = gen.coroutine(function)

    async def test() -> None:
        result = function(**arguments)
        if result is not None:
            await gen.convert_yielded(result)

    if marker is None or marker.kwargs.get("run_sync", True):
        loop.run_sync(test, timeout=timeout_of(item))
    else:
        _run_among_others(loop, test, timeout_of(item))


def _run_among_others(loop: IOLoop, test: Callable[[], Any], timeout: float | None) -> None:
    """Start a test while the loop is not running, and run the loop until the test is done."""
    loop.make_current()
    future: Any = gen.convert_yielded(test())
    if timeout is not None:
        future = gen.with_timeout(datetime.timedelta(seconds=timeout), future)
    loop.add_future(future, lambda _: loop.stop())
    loop.start()
    if not future.done():
        raise RuntimeError("the loop was stopped before the test was done")
    future.result()


def check_loop(loop: Any) -> IOLoop:
    """Return the value of the fixture ``io_loop``, which a suite may define itself."""
    if isinstance(loop, IOLoop):
        return loop
    raise TypeError(f"the fixture io_loop must return an IOLoop, not {loop!r:.100}")


def synchronous_fixture(
    function: Callable[..., Any], request: pytest.FixtureRequest
) -> Callable[..., Any]:
    """Return a fixture function that runs a coroutine or an asynchronous generator on the loop."""
    loop = check_loop(request.getfixturevalue("io_loop"))
    timeout = fixture_timeout(request.config)
    bound = _bind(function, request.instance)

    def coroutine(**kwargs: Any) -> Any:
        return loop.run_sync(functools.partial(bound, **kwargs), timeout=timeout)

    def generator(**kwargs: Any) -> Iterator[Any]:
        steps = bound(**kwargs)

        async def step() -> Any:
            return await anext(steps, _THE_END)

        value = loop.run_sync(step, timeout=timeout)
        if value is _THE_END:
            raise RuntimeError(f"the fixture {request.fixturename} yields nothing")
        yield value
        if loop.run_sync(step, timeout=timeout) is not _THE_END:
            loop.run_sync(steps.aclose, timeout=timeout)
            raise RuntimeError(f"the fixture {request.fixturename} yields more than once")

    return generator if inspect.isasyncgenfunction(function) else coroutine


def _bind(function: Any, instance: Any) -> Callable[..., Any]:
    """Bind a method to the test's object: pytest took it from another object of the class."""
    bound: Callable[..., Any] = function
    if instance is not None and type(getattr(function, "__self__", None)) is type(instance):
        bound = function.__func__.__get__(instance)
    return bound
