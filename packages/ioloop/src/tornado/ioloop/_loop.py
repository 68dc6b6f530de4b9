"""The face of an event loop, and what all implementations share."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
import time
from concurrent import futures
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

from tornado.util import Configurable, import_object

from ._current import ioloop_of, ioloops, loop_of_thread, running_asyncio_loop
from ._descriptors import close_descriptor, split_descriptor

if TYPE_CHECKING:
    import datetime
    from asyncio import Future
    from collections.abc import Awaitable, Callable
    from types import FrameType

    from ._blocking import BlockingWatch
    from ._current import LoopRegistry
    from ._descriptors import Descriptor, Selectable

    T = TypeVar("T")

app_log = logging.getLogger("tornado.application")


class IOLoop(Configurable):
    """An event loop: it calls functions when sockets are ready, when time has come, or soon.

    It is a thin face over an asyncio loop, :attr:`asyncio_loop`. Both may be used side by side::

        async def main():
            IOLoop.current().call_later(5, print, "five seconds")  # the loop of asyncio.run
            await server.serve_forever()

        asyncio.run(main())

    or, where the loop is not running yet::

        server.listen(8888)
        IOLoop.current().start()

    ``IOLoop()`` makes a new loop of its own. With the ``uvloop`` extra installed that is a uvloop;
    see :mod:`tornado.platform.asyncio` for the switch that turns it off.

    Except for :meth:`add_callback` and :meth:`add_callback_from_signal`, call the methods in the
    thread that runs the loop.
    """

    #: Events for :meth:`add_handler`, to be joined with ``|``. Errors and hang-ups are reported to
    #: every handler, with the events it asked for.
    NONE: ClassVar[int] = 0
    READ: ClassVar[int] = 0x001
    WRITE: ClassVar[int] = 0x004
    ERROR: ClassVar[int] = 0x018

    #: The loop that :meth:`instance` gives to threads without one of their own.
    _instance: ClassVar[IOLoop | None] = None

    #: All living loops by their asyncio loop.
    _ioloop_for_asyncio: ClassVar[LoopRegistry] = ioloops

    #: The asyncio loop underneath.
    asyncio_loop: asyncio.AbstractEventLoop

    _blocking_watch: BlockingWatch | None = None

    # -- which implementation ---------------------------------------------------------------

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Return the class that :meth:`configure` belongs to."""
        return IOLoop

    @classmethod
    def configurable_default(cls) -> type[Configurable]:
        """Return the implementation that ``IOLoop()`` makes unless another is configured."""
        from tornado.platform.asyncio import AsyncIOLoop

        return AsyncIOLoop

    @classmethod
    def configure(cls, impl: str | type[Configurable] | None, **kwargs: Any) -> None:
        """Choose the implementation and the arguments of every ``IOLoop()`` from now on.

        :param impl: a subclass of :class:`tornado.platform.asyncio.BaseAsyncIOLoop`, its dotted
            name, or None for the default.
        :raises RuntimeError: if the class does not stand on asyncio.
        """
        from tornado.platform.asyncio import BaseAsyncIOLoop

        chosen = import_object(impl) if isinstance(impl, str) else impl
        if isinstance(chosen, type) and not issubclass(chosen, BaseAsyncIOLoop):
            raise RuntimeError(
                f"only AsyncIOLoop is allowed when asyncio is available, not {chosen.__qualname__}"
            )
        super().configure(chosen, **kwargs)

    def initialize(self, make_current: bool | None = True) -> None:
        """Set up a new loop.

        :param make_current: make it this thread's loop, as :meth:`make_current` does. Classic:
            None makes it that only in a thread that has none.
        """
        if make_current or (make_current is None and loop_of_thread() is None):
            self.make_current()

    # -- which loop -------------------------------------------------------------------------

    @overload
    @staticmethod
    def current() -> IOLoop: ...

    @overload
    @staticmethod
    def current(instance: Literal[True]) -> IOLoop: ...

    @overload
    @staticmethod
    def current(instance: bool) -> IOLoop | None: ...

    @staticmethod
    def current(instance: bool = True) -> IOLoop | None:
        """Return the loop of this thread: the one that runs, otherwise the one that was set.

        :param instance: whether to make a loop where there is none. If false, the result is None
            there, and also where an asyncio loop has not met an IOLoop yet.
        """
        try:
            found: IOLoop = running_asyncio_loop()._tornado_ioloop  # type: ignore[union-attr]  # set by LoopRegistry
        except AttributeError:
            return _find_loop(instance)
        return found

    def make_current(self) -> None:
        """Make this the loop of the calling thread while none is running there."""
        asyncio.set_event_loop(self.asyncio_loop)

    @staticmethod
    def clear_current() -> None:
        """Leave the calling thread without a loop."""
        asyncio.set_event_loop(None)

    def _become_main(self) -> None:
        """Be the main loop of the process, if there is none and this is the main thread's."""
        if (
            not IOLoop.initialized()
            and threading.current_thread() is threading.main_thread()
            and loop_of_thread() is self.asyncio_loop
        ):
            IOLoop._instance = self

    def _resign(self) -> None:
        """Be the main loop of the process no longer."""
        if _main_loop() is self:
            IOLoop._instance = None

    @staticmethod
    def instance() -> IOLoop:
        """Return the loop of this thread, or the process's main loop in threads without one.

        The main loop is the first one that was started in the main thread or returned by this
        method, or the one that :meth:`install` chose. So in a worker thread
        ``IOLoop.instance().add_callback(...)`` reaches the server's loop, as it always has. New
        code uses :meth:`current`.
        """
        main = _main_loop()
        if main is not None and main._is_closed():
            main = IOLoop._instance = None
        if main is not None and loop_of_thread() is None:
            return main
        found = IOLoop.current()
        if main is None:
            IOLoop._instance = found
        return found

    @staticmethod
    def initialized() -> bool:
        """Tell whether there is a main loop, see :meth:`instance`."""
        main = _main_loop()
        return main is not None and not main._is_closed()

    def install(self) -> None:
        """Make this the loop of the calling thread and the main loop of the process."""
        IOLoop._instance = self
        self.make_current()

    @staticmethod
    def clear_instance() -> None:
        """Forget the main loop, and leave the calling thread without a loop."""
        IOLoop._instance = None
        IOLoop.clear_current()

    def _is_closed(self) -> bool:
        return self.asyncio_loop.is_closed()

    # -- running ----------------------------------------------------------------------------

    def start(self) -> None:
        """Run until a callback calls :meth:`stop`."""
        raise NotImplementedError

    def stop(self) -> None:
        """Let :meth:`start` return after the callbacks that are due.

        Called before :meth:`start`, it makes the next one return after one round. From another
        thread: ``loop.add_callback(loop.stop)``.
        """
        raise NotImplementedError

    def running(self) -> bool:
        """Tell whether the loop is running."""
        return self.asyncio_loop.is_running()

    def close(self, all_fds: bool = False) -> None:
        """Free the resources of the loop. Call it when the loop is stopped.

        :param all_fds: close the file descriptors with a handler, too.
        """
        raise NotImplementedError

    @overload
    def run_sync(self, func: Callable[[], Awaitable[T]], timeout: float | None = ...) -> T: ...

    @overload
    def run_sync(self, func: Callable[[], Any], timeout: float | None = ...) -> Any: ...

    def run_sync(self, func: Callable[[], Any], timeout: float | None = None) -> Any:
        """Start the loop, run a function to its end, stop, and return the function's result.

        :param func: a coroutine function without arguments, or a function that returns None or
            something that a coroutine may yield.
        :param timeout: seconds. When they have passed the work is cancelled.
        :raises TimeoutError: if the work took longer than that.
        :raises RuntimeError: if somebody stopped the loop before the work was done, or if a loop is
            running here already: the function is not called then.
        """
        from ._sync_run import SyncRun

        return SyncRun(self, func, timeout).run()

    # -- time -------------------------------------------------------------------------------

    def time(self) -> float:
        """Return the time that deadlines are counted by: seconds since the epoch."""
        return time.time()

    def add_timeout(
        self,
        deadline: float | datetime.timedelta,
        callback: Callable[..., Any],
        *args: Any,
        **kwargs: Any,
    ) -> object:
        """Call a function at a time.

        :param deadline: a time like :meth:`time` gives, or a timedelta from now.
        :returns: a handle for :meth:`remove_timeout`.
        """
        if isinstance(deadline, (int, float)):
            return self.call_at(deadline, callback, *args, **kwargs)
        from datetime import timedelta  # a slow import

        if isinstance(deadline, timedelta):
            return self.call_later(deadline.total_seconds(), callback, *args, **kwargs)
        raise TypeError(
            f"Unsupported deadline {deadline!r}: give a number of seconds or a timedelta"
        )

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function after a number of seconds.

        :returns: a handle for :meth:`remove_timeout`.
        """
        return self.call_at(self.time() + delay, callback, *args, **kwargs)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function at a time like :meth:`time` gives it.

        :returns: a handle for :meth:`remove_timeout`.
        """
        raise NotImplementedError

    def remove_timeout(self, timeout: object) -> None:
        """Cancel a timeout. Do nothing if it has run or was removed already."""
        raise NotImplementedError

    # -- callbacks --------------------------------------------------------------------------

    def add_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call a function in the next round of the loop.

        The only method that may be called from any thread. If the function returns an awaitable,
        the loop waits for it. Exceptions go to :meth:`handle_callback_exception`.
        """
        raise NotImplementedError

    def add_callback_from_signal(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Call a function in the next round of the loop, from a handler of :mod:`signal`.

        It wakes the loop even where it is about to sleep.
        """
        raise NotImplementedError

    def spawn_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Run a function, often a coroutine function, with no one waiting for it.

        It is :meth:`add_callback` by another name, for reading.
        """
        self.add_callback(callback, *args, **kwargs)

    def add_future(
        self,
        future: Awaitable[Any] | futures.Future[Any],
        callback: Callable[[Any], Any],
    ) -> None:
        """Call ``callback(future)`` on the loop when the future is done.

        A coroutine is taken as well, and runs as a task: much that returned a future until 5.1 is
        an ``async def`` function since.
        """
        if not asyncio.isfuture(future) and not isinstance(future, futures.Future):
            from ._chosen import future_on

            future = future_on(self, future)
        # The one calls back in any thread, the other on the loop.
        run = self.add_callback if isinstance(future, futures.Future) else self._run_callback
        future.add_done_callback(partial(run, callback))

    def run_in_executor(
        self, executor: futures.Executor | None, func: Callable[..., T], *args: Any
    ) -> Future[T]:
        """Run a blocking function in a thread and return a future for its result.

        :param executor: None for the default, see :meth:`set_default_executor`.
        """
        raise NotImplementedError

    def set_default_executor(self, executor: futures.Executor) -> None:
        """Choose what :meth:`run_in_executor` uses without an executor."""
        raise NotImplementedError

    def _run_callback(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call a function and see to it that nothing it raises gets lost."""
        raise NotImplementedError

    def handle_callback_exception(self, callback: Callable[..., Any] | None) -> None:
        """Log the exception that a callback raised. Override it to do something else.

        Called in the ``except`` clause, so :func:`sys.exc_info` has the exception. Not called if
        a block of :mod:`tornado.stack_context` has settled it.
        """
        app_log.error("Exception in callback %r", callback, exc_info=True)

    def _callback_failed(
        self, callback: Callable[..., Any] | None, error: BaseException, *, offered: bool = False
    ) -> None:
        """Give an exception to the blocks that a callback descends from, and what is left to the hook."""
        from tornado.stack_context import handle_exception

        left = error if offered else handle_exception(error)
        if left is None:
            return
        if sys.exception() is left:
            self.handle_callback_exception(callback)
            return
        try:
            raise left
        except BaseException:  # noqa: BLE001 - so that the hook finds it in sys.exc_info
            self.handle_callback_exception(callback)

    # -- file descriptors -------------------------------------------------------------------

    @overload
    def add_handler(self, fd: int, handler: Callable[[int, int], Any], events: int) -> None: ...

    @overload
    def add_handler(
        self, fd: Selectable, handler: Callable[[Any, int], Any], events: int
    ) -> None: ...

    def add_handler(self, fd: Descriptor, handler: Callable[[Any, int], Any], events: int) -> None:
        """Call ``handler(fd, events)`` whenever a file descriptor is ready.

        :param fd: a file descriptor, or an object with ``fileno`` and ``close`` methods. The
            handler gets the one that was given here.
        :param events: :attr:`READ`, :attr:`WRITE` and :attr:`ERROR`, joined with ``|``.
        :raises ValueError: if the descriptor has a handler.

        Call :meth:`remove_handler` before you close the descriptor.
        """
        raise NotImplementedError

    def update_handler(self, fd: Descriptor, events: int) -> None:
        """Change the events that a handler waits for.

        :raises KeyError: if the descriptor has no handler.
        """
        raise NotImplementedError

    def remove_handler(self, fd: Descriptor) -> None:
        """Stop waiting for a file descriptor. Do nothing if it has no handler."""
        raise NotImplementedError

    def split_fd(self, fd: Descriptor) -> tuple[int, Descriptor]:
        """Return the number of a file descriptor, and what was given."""
        return split_descriptor(fd)

    def close_fd(self, fd: Descriptor) -> None:
        """Close a file descriptor, by number or by object. One that is closed is no error."""
        close_descriptor(fd)

    # -- callbacks that take too long -------------------------------------------------------

    def set_blocking_log_threshold(
        self, seconds: float | None, *, report: Callable[[str], Any] | None = None
    ) -> None:
        """Log callbacks that hold the loop for longer than a number of seconds.

        One warning to ``tornado.application`` per case says which function blocked, at which line
        and for how long. A thread watches the loop for this; meant for development.

        :param seconds: None turns it off.
        :param report: called with the line, which is not logged then, in the thread that watches.

        .. versionadded:: 1.0
           ``report``.
        """
        self._watch_blocking(seconds, None, report)

    def set_blocking_signal_threshold(
        self, seconds: float | None, action: Callable[[int, FrameType | None], Any] | int | None
    ) -> None:
        """Do something when a callback holds the loop for longer than a number of seconds.

        :param action: called with a signal number and the frame that blocks, while it blocks, in
            a thread of its own; :meth:`log_stack` is one. None and ``signal.SIG_DFL`` end the
            process, ``signal.SIG_IGN`` does nothing.
        """
        self._watch_blocking(seconds, signal.SIG_DFL if action is None else action)

    def log_stack(self, signal: int, frame: FrameType | None) -> None:
        """Log the stack of a frame. An action for :meth:`set_blocking_signal_threshold`."""
        from ._blocking import log_stack

        log_stack(frame)

    def _watch_blocking(
        self,
        seconds: float | None,
        action: Any,
        report: Callable[[str], Any] | None = None,
    ) -> None:
        if self._blocking_watch is not None:
            self._blocking_watch.stop()
            self._blocking_watch = None
        if seconds is not None:
            from ._blocking import BlockingWatch

            self._blocking_watch = BlockingWatch(self.asyncio_loop, seconds, action, report)
            self._blocking_watch.start()


def _main_loop() -> IOLoop | None:
    # Programs of 2.x forget the loop by deleting the attribute, after a fork.
    return getattr(IOLoop, "_instance", None)


def _find_loop(instance: bool) -> IOLoop | None:
    loop = loop_of_thread()
    if loop is None:
        return IOLoop(make_current=True) if instance else None
    found = ioloop_of(loop)
    if found is None and instance:
        from tornado.platform.asyncio import AsyncIOMainLoop

        found = AsyncIOMainLoop(asyncio_loop=loop)
    return found
