"""Stepping a generator until it has to wait."""

from __future__ import annotations

from asyncio import Future
from typing import TYPE_CHECKING, Any, Protocol

from ._convert import convert_yielded
from ._moment import moment
from ._yield_points import MultiYieldPoint, YieldPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Waitable(Protocol):
    """A future, or another object with these two methods, that a generator waits for."""

    def done(self) -> bool:
        """Tell whether the result is ready."""
        ...

    def result(self) -> Any:
        """Return the result or raise the exception."""
        ...


class Completed:
    """A result that is ready: None or an exception."""

    __slots__ = ("_error",)

    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error

    def done(self) -> bool:
        """Return True."""
        return True

    def result(self) -> None:
        """Return None or raise the exception."""
        if self._error is not None:
            raise self._error


def advance(
    run: Callable[..., Any], generator: Generator[Any, Any, Any], awaited: Waitable
) -> Waitable:
    """Step a generator until it waits for something that is not ready.

    :param run: the ``run`` method of the generator's context.
    :param awaited: what the generator waits for now. It is done.
    :returns: what the generator waits for then.
    :raises StopIteration: if the generator ends; its value is the result. The same holds for
        :exc:`Return`, and other exceptions of the generator are raised as they are.
    """
    while True:
        try:
            value = awaited.result()
        except BaseException as error:  # noqa: BLE001 - the generator gets it
            failure = strip_own_frames(error)
        else:
            awaited = to_waitable(run, run(generator.send, value))
            if awaited is moment or not awaited.done():
                return awaited
            continue
        awaited = to_waitable(run, run(generator.throw, failure))
        del failure
        if awaited is moment or not awaited.done():
            return awaited


def strip_own_frames(error: BaseException) -> BaseException:
    """Remove the outermost frames, those of this package, from the traceback of an exception.

    They refer to the future that the exception came from. The two would keep each other alive until
    a garbage collection, together with all local variables of the coroutine.
    """
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_globals.get("__package__") == __package__:
        traceback = traceback.tb_next
    return error.with_traceback(traceback)


def to_waitable(run: Callable[..., Any], yielded: Any) -> Waitable:
    """Return the object to wait for when a generator yields something.

    A coroutine becomes a task, which sees the context variables that the generator has set.
    """
    if isinstance(yielded, (Future, YieldPoint, Completed)):
        return yielded
    if yielded is None:
        return moment
    if isinstance(yielded, (list, dict)) and MultiYieldPoint.is_needed(yielded):
        return MultiYieldPoint(yielded)
    try:
        converted: Waitable = run(convert_yielded, yielded)
    except Exception as error:  # noqa: BLE001 - the generator gets it
        return Completed(error)
    return converted
