"""The ``io_loop`` argument of classic programs.

Until 5.0, nearly every function and class that works on a loop took the loop as an argument: by
name, or at a position that has another meaning today. In 2.4 the call was
``HTTPServer(app, False, loop)``; the third parameter of today is ``xheaders``. The types of the
arguments tell the two generations apart.
"""

from __future__ import annotations

import asyncio
import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._current import running_asyncio_loop
from ._loop import IOLoop

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Iterator

    F = TypeVar("F", bound=Callable[..., Any])
    Types = type | tuple[type, ...]


def chosen_loop(io_loop: object) -> IOLoop | None:
    """Return the loop that an ``io_loop`` argument chooses, or None for the current one.

    :raises TypeError: if it is not an :class:`IOLoop`.
    :raises RuntimeError: if it is closed, or runs in another thread.

    .. versionadded:: 1.0
    """
    if io_loop is None:
        return None
    if not isinstance(io_loop, IOLoop):
        raise TypeError(f"io_loop is an IOLoop or None, not {io_loop!r:.60}")
    if io_loop._is_closed():
        raise RuntimeError(f"io_loop is closed: {io_loop!r:.60}; use IOLoop.current()")
    if io_loop.running() and not _runs_here(io_loop):
        raise RuntimeError(f"io_loop runs in another thread: {io_loop!r:.60}; use its add_callback")
    return io_loop


def _runs_here(io_loop: IOLoop) -> bool:
    running = running_asyncio_loop()
    # nest_asyncio runs one loop of a thread inside another one.
    return running is io_loop.asyncio_loop or hasattr(io_loop.asyncio_loop, "_nest_patched")


@contextmanager
def acting_on(io_loop: IOLoop | None) -> Iterator[None]:
    """Make a chosen loop of this thread the current one in a block of code.

    The objects that the block makes belong to that loop, even if another one is running. The block
    must not await anything.

    :param io_loop: the loop that :func:`chosen_loop` returned; None leaves the current one.

    .. versionadded:: 1.0
    """
    before = running_asyncio_loop()
    if io_loop is None or io_loop.asyncio_loop is before:
        yield
        return
    asyncio._set_running_loop(io_loop.asyncio_loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(before)


def future_on(io_loop: IOLoop, something: Any) -> Future[Any]:
    """Return a future of a loop for something that can be awaited.

    :raises TypeError: if it cannot be awaited.
    """
    from inspect import isawaitable  # a slow import

    from tornado.gen import convert_yielded

    if not isawaitable(something):
        raise TypeError(f"add_future needs a future, not {something!r}")
    with acting_on(io_loop):
        future: Future[Any] = convert_yielded(something)
    return future


def take_loop(
    args: tuple[Any, ...], place: int, most: int, none_before: Types = ()
) -> tuple[tuple[Any, ...], IOLoop | None]:
    """Take the loop out of positional arguments that may be in the classic order.

    An IOLoop is always recognized. The classic order also allowed None instead of a loop. None counts
    as the loop if nothing follows it, if there are more arguments than the modern order has, or if the
    next value is of a type that only the classic order has there.

    :param place: the position of the loop in the classic order, counted from 0.
    :param most: how many positional arguments the modern order has.
    :param none_before: the types that, after None, show that the order is the classic one.
    :returns: the arguments in the modern order, and the loop or None.

    .. versionadded:: 1.0
    """
    if len(args) <= place:
        return args, None
    candidate, following = args[place], args[place + 1 :]
    if isinstance(candidate, IOLoop):
        return args[:place] + following, chosen_loop(candidate)
    if candidate is None and (
        not following or len(args) > most or isinstance(following[0], none_before)
    ):
        return args[:place] + following, None
    return args, None


def takes_loop(before: str | None = None, none_before: Types = ()) -> Callable[[F], F]:
    """Decorate a function to take ``io_loop`` at its classic position as well.

    The function has a keyword argument ``io_loop``. It gets None for the current loop, or another
    loop of this thread, which :func:`chosen_loop` has checked.

    :param before: the parameter that has the position of the loop today; None for the end.
    :param none_before: as for :func:`take_loop`.

    .. versionadded:: 1.0
    """

    def decorate(function: F) -> F:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        place = len(names) if before is None else names.index(before)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if len(args) <= place and "io_loop" not in kwargs:
                return function(*args, **kwargs)
            args, loop = take_loop(args, place, len(names), none_before)
            named = chosen_loop(kwargs.pop("io_loop", None))
            if loop is not None and named is not None:
                raise TypeError(f"{function.__qualname__} got io_loop by position and by name")
            return function(*args, io_loop=loop or named, **kwargs)

        wrapper.__classic_place__ = place  # type: ignore[attr-defined]  # for tools that compare the orders
        return cast("F", wrapper)

    return decorate
