"""Stepping a generator as far as it goes without waiting."""

from __future__ import annotations

from asyncio import Future
from typing import TYPE_CHECKING, Any, Protocol

from ._convert import convert_yielded
from ._moment import moment
from ._points import MultiPoint, YieldPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Waitable(Protocol):
    """What a generator waits for: a future, or something that answers like one."""

    def done(self) -> bool:
        """Tell whether the result is there."""
        ...

    def result(self) -> Any:
        """Return the result or raise the exception."""
        ...


class Outcome:
    """A result that is there already: None, or an exception."""

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
    run: Callable[..., Any], generator: Generator[Any, Any, Any], ready: Waitable
) -> Waitable:
    """Step a generator until it waits for something that is not there yet.

    :param run: the ``run`` method of the generator's context.
    :param ready: what the generator waits for now. It is done.
    :returns: what it waits for then.

    What the generator raises comes out: ``StopIteration`` and ``Return`` with its result.
    """
    while True:
        try:
            value = ready.result()
        except BaseException as error:  # noqa: BLE001 - the generator gets it
            failure = without_own_frames(error)
        else:
            ready = waitable(run, run(generator.send, value))
            if ready is moment or not ready.done():
                return ready
            continue
        ready = waitable(run, run(generator.throw, failure))
        del failure
        if ready is moment or not ready.done():
            return ready


def without_own_frames(error: BaseException) -> BaseException:
    """Take the frames of this package from the outer end of an exception's traceback.

    They know the future that the exception comes from. Until a garbage collection, the two would
    keep each other alive, and everything that the coroutine has in its hands.
    """
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_globals.get("__package__") == __package__:
        traceback = traceback.tb_next
    return error.with_traceback(traceback)


def waitable(run: Callable[..., Any], yielded: Any) -> Waitable:
    """Return what to wait for when a generator yields something.

    A coroutine that becomes a task sees the context variables that the generator has set.
    """
    if isinstance(yielded, (Future, YieldPoint, Outcome)):
        return yielded
    if yielded is None:
        return moment
    if isinstance(yielded, (list, dict)) and MultiPoint.is_needed(yielded):
        return MultiPoint(yielded)
    try:
        converted: Waitable = run(convert_yielded, yielded)
    except Exception as error:  # noqa: BLE001 - the generator gets it
        return Outcome(error)
    return converted
