"""Waiting for several futures at once."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Future
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tornado.concurrent._future import new_future
from tornado.ioloop import IOLoop

from ._convert import convert_yielded
from ._pending import PendingFuture, give_up
from ._yield_points import MultiYieldPoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    K = TypeVar("K")
    T = TypeVar("T")
    Quiet = type[Exception] | tuple[type[Exception], ...]

app_log = logging.getLogger("tornado.application")


@overload
def multi_future(  # type: ignore[overload-overlap]  # a dict is also an iterable, of its keys
    children: Mapping[K, Awaitable[T]], quiet_exceptions: Quiet = ()
) -> Future[dict[K, T]]: ...


@overload
def multi_future(
    children: Iterable[Awaitable[T]], quiet_exceptions: Quiet = ()
) -> Future[list[T]]: ...


@overload
def multi_future(children: Any, quiet_exceptions: Quiet = ()) -> Future[Any]: ...


def multi_future(children: Any, quiet_exceptions: Quiet = ()) -> Future[Any]:
    """Wait for several futures, and return their results in a list or a dict.

    :param children: an iterable, or a mapping whose values are waited for.
    :param quiet_exceptions: if several fail, the first exception in their order is raised and the
        others are logged, except for these types.

    The result is ready when all of them are done, even if one fails early. Cancelling it cancels
    the coroutines among the children; futures that the application made are left as they are.
    """
    keys = None
    if isinstance(children, dict):
        keys = list(children)
        children = children.values()
    futures = [convert_yielded(child) for child in children]
    return _Gathering(keys, futures, quiet_exceptions).begin()


multi = multi_future


def Multi(children: Any, quiet_exceptions: Quiet = ()) -> Any:  # noqa: N802 - the documented name
    """Return an object that waits for several futures when it is yielded, as a list of them does.

    This is the classic name of :func:`multi`. :class:`Task`, :class:`Wait` and other yield points
    may be among the children. The result can then only be yielded, not awaited.
    """
    if not isinstance(children, dict):
        children = list(children)
    if MultiYieldPoint.is_needed(children):
        return MultiYieldPoint(children)
    return multi_future(children, quiet_exceptions)


class _Gathering:
    """The futures that one call of :func:`multi_future` waits for."""

    __slots__ = ("children", "keys", "quiet", "result", "unfinished")

    def __init__(self, keys: list[Any] | None, children: list[Any], quiet: Quiet) -> None:
        self.keys = keys
        self.children = children
        self.quiet = quiet
        #: The futures that are not done. One that is passed several times counts once.
        self.unfinished = {child for child in children if not child.done()}
        self.result: Future[Any] = new_future()

    def begin(self) -> Future[Any]:
        if not self.unfinished:
            self._end()
            return self.result
        self.result = pending = PendingFuture(loop=self.result.get_loop())
        pending.abandon = self._abandon
        for child in list(self.unfinished):
            if isinstance(child, Future):
                child.add_done_callback(self._count)
            else:
                IOLoop.current().add_future(child, self._count)
        return pending

    def _count(self, child: Any) -> None:
        self.unfinished.discard(child)
        if not self.unfinished:
            self._end()

    def _end(self) -> None:
        results = []
        first: BaseException | None = None
        for child in self.children:
            try:
                results.append(child.result())
            except BaseException as error:  # noqa: BLE001 - the first goes to the result
                if first is None:
                    first = error
                elif self._is_worth_logging(error, first):
                    app_log.error("Multiple exceptions in yield list", exc_info=error)
        if isinstance(self.result, PendingFuture):
            # The two refer to each other, and would have to wait for the garbage collector.
            self.result.abandon = None
        if self.result.done():
            return
        if first is not None:
            self.result.set_exception(first)
        elif self.keys is None:
            self.result.set_result(results)
        else:
            self.result.set_result(dict(zip(self.keys, results, strict=True)))

    def _is_worth_logging(self, error: BaseException, first: BaseException) -> bool:
        is_cancelled = isinstance(error, asyncio.CancelledError)
        return error is not first and not is_cancelled and not isinstance(error, self.quiet)

    def _abandon(self) -> None:
        for child in self.children:
            if isinstance(child, Future):
                child.remove_done_callback(self._count)
                give_up(child)
