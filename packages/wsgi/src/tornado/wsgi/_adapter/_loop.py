"""A loop that runs what is ready, and never waits.

Handlers, tasks and futures need a loop. A WSGI server gives none, and its thread must not wait for
anything but its client. So a request gets this one: coroutines run on it as far as they get without
waiting, and what remains is an error that says so.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tornado.log import app_log

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    _Ready = tuple[asyncio.Handle, contextvars.Context, Callable[..., object], tuple[Any, ...]]

_ADVICE = (
    "under a WSGI server nothing can be waited for: let the handler finish before its method returns, or"
    " serve it with tornado.httpserver.HTTPServer"
)


class CannotWaitError(RuntimeError):
    """What a handler gets that has to wait, where a WSGI server has no loop that goes on meanwhile.

    It is raised for ``async def`` methods that wait for a timer, a network connection or another
    thread, for classic asynchronous handlers that do not finish before their method returns, and for
    websockets. Serve such handlers with ``tornado.httpserver.HTTPServer``.
    """


#: Typed as open: type checkers take each of its ninety methods for abstract.
_EventLoop: Any = asyncio.AbstractEventLoop


class ReadyLoop(_EventLoop):  # type: ignore[misc]  # as above
    """A loop whose callbacks are run while there are any.

    Its timers never fire, and connections are refused with :exc:`CannotWaitError`. What is meant for
    another thread runs in this one, which has nothing else to do.
    """

    def __init__(self) -> None:
        self._callbacks: deque[_Ready] = deque()
        self._timers: list[asyncio.TimerHandle] = []
        self._exception_handler: Any = None

    # The adapter's side.

    def run_ready(self) -> None:
        """Run what is ready, and what becomes ready by that."""
        callbacks = self._callbacks
        while callbacks:
            handle, context, callback, arguments = callbacks.popleft()
            if handle.cancelled():
                continue
            try:
                context.run(callback, *arguments)
            except Exception as error:  # noqa: BLE001 - a callback has no caller to tell
                self.call_exception_handler({"message": repr(callback), "exception": error})

    def give_up(self) -> CannotWaitError | None:
        """Cancel what waits.

        :returns: the error that says what has waited; None if nothing has.
        """
        tasks = asyncio.all_tasks(self)
        where = [_place_of(task) for task in tasks]
        for task in tasks:
            task.cancel()
        self.run_ready()
        if not where:
            where = [f"{each!r}" for each in self._timers if not each.cancelled()]
        self._timers.clear()
        return CannotWaitError(f"{' and '.join(where)} waits; {_ADVICE}") if where else None

    # What tasks, futures and handlers ask of a loop.

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        context = contextvars.copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        self._callbacks.append((handle, context, callback, args))
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timers.append(timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Called by a timer that is cancelled; it does not run in any case."""

    def time(self) -> float:
        return time.monotonic()

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, context: Any = None, **options: Any
    ) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, context=context, **options)

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:
        """Leave it: the loop of a request is not debugged."""

    def get_task_factory(self) -> None:
        return None

    def get_exception_handler(self) -> Any:
        return self._exception_handler

    def set_exception_handler(self, handler: Any) -> None:
        self._exception_handler = handler

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._exception_handler is None:
            self.default_exception_handler(context)
        else:
            self._exception_handler(self, context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        app_log.error("Exception in a callback: %s", context.get("message"), exc_info=error)

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - for the one who awaits it
            future.set_exception(error)
        return future

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise CannotWaitError(_ADVICE)

    # At once, so that the traceback leads to the line that has asked.
    add_reader = add_writer = _refuse
    create_connection = create_server = create_unix_connection = create_datagram_endpoint = _refuse
    getaddrinfo = getnameinfo = subprocess_exec = subprocess_shell = _refuse
    run_forever = run_until_complete = connect_read_pipe = connect_write_pipe = _refuse
    sock_recv = sock_recv_into = sock_sendall = sock_connect = sock_accept = sock_sendfile = _refuse


class _Kept(threading.local):
    """The loop of each thread, made once."""

    loop: ReadyLoop | None = None


_kept = _Kept()


@contextmanager
def ready_loop() -> Iterator[ReadyLoop]:
    """Make a loop of this kind the running one of this thread.

    The one that ran, if the WSGI server itself runs on a loop, runs again after it.

    :raises CannotWaitError: the server runs requests in greenlets.
    """
    _refuse_greenlets()
    loop, _kept.loop = _kept.loop or ReadyLoop(), None
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield loop
    finally:
        left = loop.give_up()
        asyncio._set_running_loop(outer)
        _kept.loop = loop
        if left is not None:
            app_log.error("What a handler has started was cancelled: %s", left)


def _refuse_greenlets() -> None:
    """Raise an error in a greenlet: asyncio has one running loop for all of a thread.

    Another request may take the thread in the middle of this one, and both would have its loop.
    """
    greenlet = sys.modules.get("greenlet")
    if greenlet is not None and greenlet.getcurrent().parent is not None:
        raise CannotWaitError(
            "this WSGI server runs requests in greenlets, as the workers gevent and eventlet of gunicorn"
            " do, and those of one thread would share one loop: use a worker that has threads, such as"
            " gthread, or serve the application with tornado.httpserver.HTTPServer"
        )


def _place_of(task: asyncio.Task[Any]) -> str:
    """Return where a task waits."""
    waiting: Any = task.get_coro()
    frame = None
    while waiting is not None:
        found = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if found is not None and not found.f_globals.get("__name__", "").startswith("asyncio."):
            frame = found
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
    if frame is None:
        return repr(task)
    return f"{frame.f_code.co_qualname} ({frame.f_code.co_filename}, line {frame.f_lineno})"
