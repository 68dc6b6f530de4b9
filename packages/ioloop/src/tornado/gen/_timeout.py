"""Waiting for a number of seconds, or no longer than that."""

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
    """Return a future that is done after a number of seconds. Nothing is blocked.

    Cancelling it removes its timer at once.
    """
    ioloop = IOLoop.current()
    future = PendingFuture(loop=ioloop.asyncio_loop)
    handle = ioloop.asyncio_loop.call_later(max(0, duration), _wake, future)
    future.abandon = handle.cancel
    return future


def _wake(future: PendingFuture) -> None:
    # The handle refers to the future. Otherwise the two would keep each other alive.
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
    """Wait for a future, but only for a limited time.

    :param timeout: a timedelta from now, or a deadline as :meth:`.IOLoop.time` returns it.
    :param future: a future, or something else that a coroutine may yield. It is not cancelled
        when the time is up, so it may be waited for again.
    :param quiet_exceptions: exceptions of the future after the timeout are logged, except for these
        types.
    :param classic_quiet: ``quiet_exceptions``, at its classic position after the loop.
    :param message: the text of the exception, or a function that returns it when the time is up.
        If the function raises an exception, that one is raised instead.
    :param io_loop: classic, and the third argument there: another loop of this thread, whose timer
        to use.
    :raises TimeoutError: when the time is up.

    Cancelling the result removes the timer. If ``future`` was a coroutine, it is cancelled too.
    """
    if classic_quiet or io_loop is not None or not isinstance(quiet_exceptions, (tuple, type)):
        classic_args = (timeout, future, quiet_exceptions)
        args, loop = take_loop(
            (*classic_args, classic_quiet) if classic_quiet else classic_args, 2, 3
        )
        with acting_on(loop or chosen_loop(io_loop)):
            return _with_timeout(message, *args)
    return _TimedWait(convert_yielded(future), quiet_exceptions, message).begin(timeout)


def _with_timeout(
    message: str | Callable[[], str] | None,
    timeout: float | datetime.timedelta,
    future: Any,
    quiet_exceptions: Quiet = (),
) -> Future[Any]:
    """Wait with the arguments of a classic call after they were put in the modern order."""
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
            self._detach()
            self.result.cancel()
            return
        error = self.future.exception()
        if error is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(self.future.result())
        self._detach()

    def _expire(self) -> None:
        if self.result.done():
            return
        try:
            message = self.message() if callable(self.message) else self.message
            self.result.set_exception(TimeoutError(message or "Timeout"))
        except Exception as error:  # noqa: BLE001 - otherwise the result would never be ready
            self.result.set_exception(error)
        self._detach()

    def _detach(self) -> None:
        """Remove the reference from the result, so that the two do not keep each other alive."""
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
