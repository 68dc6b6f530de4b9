"""Waiting for a time, or no longer than that."""

from __future__ import annotations

import logging
from asyncio import Future
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tornado.concurrent._future import new_future
from tornado.ioloop import IOLoop, acting_on, chosen_loop, take_loop

from ._convert import convert_yielded
from ._pending import PendingFuture, give_up

if TYPE_CHECKING:
    import datetime
    from collections.abc import Awaitable, Callable

    T = TypeVar("T")
    Quiet = type[Exception] | tuple[type[Exception], ...]

app_log = logging.getLogger("tornado.application")


def sleep(duration: float) -> Future[None]:
    """Return a future that is done after a number of seconds. It blocks nothing.

    Cancelling it frees its timer at once.
    """
    ioloop = IOLoop.current()
    future = PendingFuture(loop=ioloop.asyncio_loop)
    handle = ioloop.asyncio_loop.call_later(max(0, duration), _wake, future)
    future.abandon = handle.cancel
    return future


def _wake(future: PendingFuture) -> None:
    # The handle knows the future; without this the two would keep each other alive.
    future.abandon = None
    if not future.done():
        future.set_result(None)


@overload
def with_timeout(
    timeout: float | datetime.timedelta,
    future: Awaitable[T],
    quiet_exceptions: Quiet = ...,
    *,
    message: str | Callable[[], str] | None = ...,
    io_loop: IOLoop | None = ...,
) -> Future[T]: ...


@overload
def with_timeout(
    timeout: float | datetime.timedelta,
    future: Any,
    quiet_exceptions: Quiet = ...,
    *,
    message: str | Callable[[], str] | None = ...,
    io_loop: IOLoop | None = ...,
) -> Future[Any]: ...


def with_timeout(
    timeout: float | datetime.timedelta,
    future: Any,
    quiet_exceptions: Quiet | IOLoop | None = (),
    classic_quiet: Quiet = (),
    *,
    message: str | Callable[[], str] | None = None,
    io_loop: IOLoop | None = None,
) -> Future[Any]:
    """Wait for something, but not for ever.

    :param timeout: a timedelta from now, or a deadline like :meth:`.IOLoop.time` gives.
    :param future: a future, or something else that a coroutine may yield. It is not cancelled
        when the time is up; it may be waited for again.
    :param quiet_exceptions: the future's exceptions after that are logged, except these types.
    :param classic_quiet: ``quiet_exceptions``, at the place that it had after the loop.
    :param message: the text of the exception, or a function that is called for it when the time
        is up; what it raises is raised in place of the exception.
    :param io_loop: classic, and the third argument there: another loop of this thread, which
        keeps the time.
    :raises TimeoutError: when the time is up.

    Cancelling the result removes the timer. A bare coroutine is cancelled with it.
    """
    if classic_quiet or io_loop is not None or not isinstance(quiet_exceptions, (tuple, type)):
        given = (timeout, future, quiet_exceptions)
        args, loop = take_loop((*given, classic_quiet) if classic_quiet else given, 2, 3)
        with acting_on(loop or chosen_loop(io_loop)):
            return _with_timeout(message, *args)
    return _TimedWait(convert_yielded(future), quiet_exceptions, message).begin(timeout)


def _with_timeout(
    message: str | Callable[[], str] | None,
    timeout: float | datetime.timedelta,
    future: Any,
    quiet_exceptions: Quiet = (),
) -> Future[Any]:
    """Wait by the arguments of a classic call, which are in the modern order now."""
    return _TimedWait(convert_yielded(future), quiet_exceptions, message).begin(timeout)


class _TimedWait:
    """One call of :func:`with_timeout`."""

    __slots__ = ("future", "handle", "ioloop", "message", "quiet", "result")

    def __init__(
        self,
        future: Any,
        quiet: Quiet,
        message: str | Callable[[], str] | None,
    ) -> None:
        self.future = future
        self.quiet = quiet
        self.message = message
        self.ioloop = IOLoop.current()
        self.handle: object = None
        self.result: Future[Any] = new_future()

    def begin(self, timeout: float | datetime.timedelta) -> Future[Any]:
        if self.future.done():
            self._copy()
            return self.result
        self.result = pending = PendingFuture(loop=self.ioloop.asyncio_loop)
        pending.abandon = self._abandon
        self.handle = self.ioloop.add_timeout(timeout, self._expire)
        if isinstance(self.future, Future):
            self.future.add_done_callback(self._arrive)
        else:
            self.ioloop.add_future(self.future, self._arrive)
        return pending

    def _arrive(self, future: Any) -> None:
        self.ioloop.remove_timeout(self.handle)
        if self.result.done():
            self._log_late(future)
        else:
            self._copy()

    def _copy(self) -> None:
        if self.future.cancelled():
            self._release()
            self.result.cancel()
            return
        error = self.future.exception()
        if error is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(self.future.result())
        self._release()

    def _expire(self) -> None:
        if self.result.done():
            return
        try:
            message = self.message() if callable(self.message) else self.message
            self.result.set_exception(TimeoutError(message or "Timeout"))
        except Exception as error:  # noqa: BLE001 - whoever waits would wait for ever
            self.result.set_exception(error)
        self._release()

    def _release(self) -> None:
        if isinstance(self.result, PendingFuture):
            self.result.abandon = None

    def _abandon(self) -> None:
        self.ioloop.remove_timeout(self.handle)
        if isinstance(self.future, Future):
            self.future.remove_done_callback(self._arrive)
            give_up(self.future)

    def _log_late(self, future: Any) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None and not isinstance(error, self.quiet):
            app_log.error("Exception in Future %r after timeout", future, exc_info=error)
