"""An IOLoop over an asyncio loop."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from tornado.gen import BadYieldError, convert_yielded
from tornado.gen._convert import can_convert
from tornado.ioloop import IOLoop
from tornado.ioloop._current import ioloops, loop_of_thread, running_asyncio_loop
from tornado.ioloop._descriptors import close_registered
from tornado.ioloop._exits import holds_exit
from tornado.ioloop._loop import main_loop
from tornado.stack_context._chain import Reentry, chain, enter_again
from tornado.stack_context._routes import route_errors

from ._debug import default_threshold
from ._handlers import Handlers
from ._interrupt import silence_idle_interrupt
from ._selector import AddThreadSelectorEventLoop
from ._signals import wake_on_signals

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable
    from concurrent.futures import Executor

    from tornado.ioloop._descriptors import Descriptor


class BaseAsyncIOLoop(IOLoop):
    """An IOLoop over an asyncio loop, as all loops of this module are."""

    def initialize(  # type: ignore[override]  # each subclass of a Configurable has arguments of its own
        self,
        asyncio_loop: asyncio.AbstractEventLoop,
        close_loop: bool = True,
        *,
        blocking_threshold: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Build an IOLoop on an asyncio loop.

        :param asyncio_loop: the loop underneath.
        :param close_loop: classic: whether :meth:`close` closes the asyncio loop as well.
        :param blocking_threshold: for :meth:`set_blocking_log_threshold`. None for the
            default, see :mod:`tornado.platform.asyncio`.
        :raises RuntimeError: if the asyncio loop has an IOLoop already.
        """
        if asyncio_loop in ioloops:
            raise RuntimeError(f"{asyncio_loop!r} has an IOLoop already, use IOLoop.current()")
        self.asyncio_loop = asyncio_loop
        #: The loop that descriptors are registered with. Only on Windows is it another one.
        self.selector_loop: asyncio.AbstractEventLoop = asyncio_loop
        if _is_proactor(asyncio_loop):
            self.selector_loop = AddThreadSelectorEventLoop(asyncio_loop)  # type: ignore[abstract]  # it forwards the other methods
        self._handlers = Handlers(self.selector_loop, self._run_callback)
        self._closed = False
        self._closes_loop = close_loop
        #: What callbacks have returned. asyncio keeps only weak references to tasks.
        self._unfinished: set[Future[Any]] = set()
        ioloops[asyncio_loop] = self
        route_errors(asyncio_loop)
        if blocking_threshold is None:
            blocking_threshold = default_threshold(asyncio_loop)
        self.set_blocking_log_threshold(blocking_threshold)
        super().initialize(**kwargs)

    # -- running ----------------------------------------------------------------------------

    def start(self) -> None:
        """Run until a callback calls :meth:`stop`.

        :raises RuntimeError: if a loop is running in this thread already.
        """
        # Checked here, because run_forever of Python 3.13.0 damages the loop that is running. Loops
        # that nest_asyncio has patched may run inside others.
        if running_asyncio_loop() is not None and not hasattr(self.asyncio_loop, "_nest_patched"):
            raise RuntimeError(
                "an event loop is already running in this thread: await the work, or use its callbacks"
            )
        self._become_main()
        with wake_on_signals(self.asyncio_loop), silence_idle_interrupt():
            self.asyncio_loop.run_forever()

    def stop(self) -> None:
        """Make :meth:`start` return after the callbacks that are due."""
        self.asyncio_loop.stop()

    def _become_main(self) -> None:
        """Become the main loop of the process, if it has none and this is the main thread's."""
        if (
            not IOLoop.initialized()
            and threading.current_thread() is threading.main_thread()
            and loop_of_thread() is self.asyncio_loop
        ):
            IOLoop._instance = self

    def close(self, all_fds: bool = False) -> None:
        """Remove all handlers and close the asyncio loop, unless ``close_loop`` was false.

        :param all_fds: also close the file descriptors that have a handler.
        :raises RuntimeError: if the loop is running.
        """
        if self._closed:
            return
        if self.asyncio_loop.is_running():
            raise RuntimeError("cannot close a loop that is running, stop it first")
        self._closed = True
        if main_loop() is self:
            IOLoop._instance = None
        self._watch_blocking(None, None)
        if all_fds:
            close_registered(self.asyncio_loop)
        for descriptor in self._handlers.clear():
            if all_fds:
                self.close_fd(descriptor)
        ioloops.pop(self.asyncio_loop, None)
        if self.selector_loop is not self.asyncio_loop:
            self.selector_loop.close()
        if self._closes_loop:
            self.asyncio_loop.close()

    # -- file descriptors -------------------------------------------------------------------

    def add_handler(self, fd: Descriptor, handler: Callable[[Any, int], Any], events: int) -> None:
        """Call ``handler(fd, events)`` whenever a file descriptor is ready."""
        self._handlers.add(fd, handler, events)

    def update_handler(self, fd: Descriptor, events: int) -> None:
        """Change the events that a handler waits for."""
        self._handlers.update(fd, events)

    def remove_handler(self, fd: Descriptor) -> None:
        """Stop waiting for a file descriptor."""
        self._handlers.remove(fd)

    # -- callbacks --------------------------------------------------------------------------

    def add_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call a function in the next round of the loop, from any thread.

        Do nothing if the loop is closed.
        """
        if kwargs:
            callback = partial(callback, **kwargs)
        if running_asyncio_loop() is self.asyncio_loop:
            self.asyncio_loop.call_soon(self._run_callback, callback, *args)
        else:
            self._call_from_outside(callback, *args)

    def add_callback_from_signal(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Call a function in the next round of the loop, from a signal handler."""
        self._call_from_outside(partial(callback, **kwargs) if kwargs else callback, *args)

    def _call_from_outside(self, callback: Callable[..., Any], *args: Any) -> None:
        try:
            self.asyncio_loop.call_soon_threadsafe(self._run_callback, callback, *args)
        except RuntimeError:
            # A thread does not know that the loop has been closed, and could do nothing about it.
            if not self.asyncio_loop.is_closed():
                raise

    def _run_callback(self, callback: Callable[..., Any], *args: Any) -> None:
        if Reentry.is_needed:
            self._run_in_contexts(callback, *args)
            return
        try:
            result = callback(*args)
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - a callback has no caller who could catch it
            self._callback_failed(callback, error)
            return
        if result is not None:
            self._follow(callback, result)

    def _run_in_contexts(self, callback: Callable[..., Any], *args: Any) -> None:
        result = None
        try:
            with enter_again(chain.get()):
                result = callback(*args)
        except asyncio.CancelledError:
            return
        except Exception as error:  # noqa: BLE001 - a callback has no caller who could catch it
            self._callback_failed(callback, error, offered=True)
            return
        if result is not None:
            self._follow(callback, result)

    def _follow(self, callback: Callable[..., Any], result: Any) -> None:
        if not can_convert(result):
            return  # callbacks often return something that is not meant for the loop
        try:
            future = convert_yielded(result)
        except BadYieldError:
            return  # a list or a dict of other things
        if future.done():
            self._settle(callback, future)
        else:
            self._unfinished.add(future)
            self.add_future(future, partial(self._settle, callback))

    def _settle(self, callback: Callable[..., Any], future: Future[Any]) -> None:
        self._unfinished.discard(future)
        if future.cancelled() or holds_exit(future):
            return
        error = future.exception()
        if error is not None:
            self._callback_failed(callback, error)

    # -- time -------------------------------------------------------------------------------

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function after a number of seconds."""
        if kwargs:
            callback = partial(callback, **kwargs)
        return self.asyncio_loop.call_later(max(0, delay), self._run_callback, callback, *args)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Call a function at a time as :meth:`time` returns it."""
        return self.call_later(when - self.time(), callback, *args, **kwargs)

    def remove_timeout(self, timeout: object) -> None:
        """Cancel a timeout."""
        timeout.cancel()  # type: ignore[attr-defined]  # the handle is opaque to callers

    # -- executors --------------------------------------------------------------------------

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> Future[Any]:
        """Run a blocking function in a thread and return a future for its result."""
        return self.asyncio_loop.run_in_executor(executor, func, *args)

    def set_default_executor(self, executor: Executor) -> None:
        """Set the executor that :meth:`run_in_executor` uses if it is called without one."""
        self.asyncio_loop.set_default_executor(executor)


def _is_proactor(loop: asyncio.AbstractEventLoop) -> bool:
    proactor = getattr(asyncio, "ProactorEventLoop", None)  # exists only on Windows
    return proactor is not None and isinstance(loop, proactor)
