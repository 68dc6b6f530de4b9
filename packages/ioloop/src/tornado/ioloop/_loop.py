"""The interface of an event loop, and what all implementations share."""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent import futures
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

from tornado.util import Configurable, import_object

from ._current import ioloop_of, ioloops, loop_of_thread, running_asyncio_loop
from ._descriptors import DescriptorHandling
from ._timing import BlockingThresholds, Timeouts

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Callable

    from ._current import LoopRegistry

    T = TypeVar("T")

app_log = logging.getLogger("tornado.application")


class IOLoop(DescriptorHandling, Timeouts, BlockingThresholds, Configurable):
    """An event loop: it calls functions when sockets are ready, at a given time, or soon.

    It is a thin layer over an asyncio loop, :attr:`asyncio_loop`. Both may be used side by side::

        async def main():
            IOLoop.current().call_later(5, print, "five seconds")  # the loop of asyncio.run
            await server.serve_forever()

        asyncio.run(main())

    or, if the loop is not running yet::

        server.listen(8888)
        IOLoop.current().start()

    ``IOLoop()`` makes a new loop. If the ``uvloop`` extra is installed it is a uvloop; see
    :mod:`tornado.platform.asyncio` for the ways to turn that off.

    Except for :meth:`add_callback` and :meth:`add_callback_from_signal`, call the methods in the
    thread that runs the loop.
    """

    #: The loop that :meth:`instance` returns in threads without a loop of their own.
    _instance: ClassVar[IOLoop | None] = None

    #: All living loops, by their asyncio loops.
    _ioloop_for_asyncio: ClassVar[LoopRegistry] = ioloops

    #: The asyncio loop underneath.
    asyncio_loop: asyncio.AbstractEventLoop

    # -- which implementation ---------------------------------------------------------------

    @classmethod
    def configurable_base(cls) -> type[Configurable]:
        """Return the class whose subclasses :meth:`configure` chooses from."""
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
        :raises RuntimeError: if the class is not built on asyncio.
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
        """Return the loop of this thread: the one that is running, or else the one that was set.

        :param instance: whether to make a loop if there is none. If false, the result is None
            then, and also if the asyncio loop of this thread has no IOLoop yet.
        """
        try:
            found: IOLoop = running_asyncio_loop()._tornado_ioloop  # type: ignore[union-attr]  # set by LoopRegistry
        except AttributeError:
            return _find_loop(instance)
        return found

    def make_current(self) -> None:
        """Make this the loop of the calling thread whenever no loop is running there."""
        asyncio.set_event_loop(self.asyncio_loop)

    @staticmethod
    def clear_current() -> None:
        """Leave the calling thread without a loop."""
        asyncio.set_event_loop(None)

    @staticmethod
    def instance() -> IOLoop:
        """Return the loop of this thread, or the main loop of the process if it has none.

        The main loop is the first one that was started in the main thread or returned by this
        method, or the one that :meth:`install` chose. So ``IOLoop.instance().add_callback(...)``
        in a worker thread reaches the loop of the server, as it always has. New code uses
        :meth:`current`.
        """
        main = main_loop()
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
        main = main_loop()
        return main is not None and not main._is_closed()

    def install(self) -> None:
        """Make this the loop of the calling thread and the main loop of the process."""
        IOLoop._instance = self
        self.make_current()

    @staticmethod
    def clear_instance() -> None:
        """Leave the process without a main loop, and the calling thread without a loop."""
        IOLoop._instance = None
        IOLoop.clear_current()

    def _is_closed(self) -> bool:
        return self.asyncio_loop.is_closed()

    # -- running ----------------------------------------------------------------------------

    def start(self) -> None:
        """Run until a callback calls :meth:`stop`."""
        raise NotImplementedError

    def stop(self) -> None:
        """Make :meth:`start` return after the callbacks that are due.

        If the loop is not running, the next :meth:`start` returns after one round. From another
        thread, call ``loop.add_callback(loop.stop)``.
        """
        raise NotImplementedError

    def running(self) -> bool:
        """Tell whether the loop is running."""
        return self.asyncio_loop.is_running()

    def close(self, all_fds: bool = False) -> None:
        """Free the resources of the loop. Call it when the loop is stopped.

        :param all_fds: also close the file descriptors that have a handler.
        """
        raise NotImplementedError

    @overload
    def run_sync(self, func: Callable[[], Awaitable[T]], timeout: float | None = ...) -> T: ...

    @overload
    def run_sync(self, func: Callable[[], Any], timeout: float | None = ...) -> Any: ...

    def run_sync(self, func: Callable[[], Any], timeout: float | None = None) -> Any:
        """Start the loop, run a function to its end, stop the loop, and return the result.

        :param func: a coroutine function without arguments, or a function that returns None or
            something that a coroutine may yield.
        :param timeout: how many seconds it may take before it is cancelled; None for any time.
        :raises TimeoutError: if it took longer than that.
        :raises RuntimeError: if something stopped the loop before the function was done, or if a
            loop is running in this thread already. The function is not called in that case.
        """
        from ._sync_run import SyncRun

        return SyncRun(self, func, timeout).run()

    # -- callbacks --------------------------------------------------------------------------

    def add_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call a function in the next round of the loop.

        This is the only method that may be called from any thread. If the function returns an
        awaitable, the loop runs it to its end. Exceptions go to :meth:`handle_callback_exception`.
        """
        raise NotImplementedError

    def add_callback_from_signal(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Call a function in the next round of the loop, from a handler of :mod:`signal`.

        It wakes the loop even if it is just about to sleep.
        """
        raise NotImplementedError

    def spawn_callback(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Run a function, often a coroutine function, without waiting for its result.

        It does what :meth:`add_callback` does, under a name that says what it is for.
        """
        self.add_callback(callback, *args, **kwargs)

    def add_future(
        self,
        future: Awaitable[Any] | futures.Future[Any],
        callback: Callable[[Any], Any],
    ) -> None:
        """Call ``callback(future)`` on the loop when the future is done.

        It also takes a coroutine and runs it as a task, because many functions that returned a
        future until 5.1 have been ``async def`` functions since.

        :raises TypeError: if ``future`` cannot be awaited.
        """
        if not asyncio.isfuture(future) and not isinstance(future, futures.Future):
            from ._chosen import future_on

            future = future_on(self, future)
        # A concurrent.futures.Future calls back in any thread, one of asyncio on its loop.
        run = self.add_callback if isinstance(future, futures.Future) else self._run_callback
        future.add_done_callback(partial(run, callback))

    def run_in_executor(
        self, executor: futures.Executor | None, func: Callable[..., T], *args: Any
    ) -> Future[T]:
        """Run a blocking function in a thread and return a future for its result.

        :param executor: None for the default one, see :meth:`set_default_executor`.
        """
        raise NotImplementedError

    def set_default_executor(self, executor: futures.Executor) -> None:
        """Set the executor that :meth:`run_in_executor` uses if it is called without one."""
        raise NotImplementedError

    def _run_callback(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call a function, and report what it raises."""
        raise NotImplementedError

    def handle_callback_exception(self, callback: Callable[..., Any] | None) -> None:
        """Called when a callback has raised an exception. Override to do more than log it.

        It is called in the ``except`` clause, so :func:`sys.exc_info` returns the exception. It is
        not called if a block of :mod:`tornado.stack_context` has handled the exception.
        """
        app_log.error("Exception in callback %r", callback, exc_info=True)

    def _callback_failed(
        self, callback: Callable[..., Any] | None, error: BaseException, *, offered: bool = False
    ) -> None:
        """Offer an exception to the blocks around a callback, and what they leave to the hook.

        :param offered: whether the blocks have had it already.
        """
        from tornado.stack_context import handle_exception

        unhandled = error if offered else handle_exception(error)
        if unhandled is None:
            return
        if sys.exception() is unhandled:
            self.handle_callback_exception(callback)
            return
        try:
            raise unhandled
        except BaseException:  # noqa: BLE001 - the hook asks sys.exc_info for it
            self.handle_callback_exception(callback)


def main_loop() -> IOLoop | None:
    """Return the main loop of the process, see :meth:`IOLoop.instance`, or None."""
    # After a fork, programs of 2.x delete the attribute.
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
