"""Running a generator that waits."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Future
from concurrent import futures
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop, running_asyncio_loop

from ._errors import KeyReuseError, Return
from ._moment import moment
from ._pending import PendingFuture, give_up
from ._step import Completed, advance, strip_own_frames, to_waitable
from ._yield_points import KeyTable, YieldPoint, result_of_call

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType

    from ._step import Waitable

app_log = logging.getLogger("tornado.application")


class Runner:
    """The steps of a generator that has begun to wait. :func:`coroutine` makes it.

    :param ctx_run: the ``run`` method of the context that the generator runs in.
    :param gen: the generator.
    :param result_future: gets the result when the generator ends.
    :param first_yielded: what the generator has yielded.
    """

    __slots__ = (
        "__weakref__",
        "_awaited",
        "_gen",
        "_keys",
        "_result",
        "_run_in_context",
        "_running",
    )

    def __init__(
        self,
        ctx_run: Callable[..., Any],
        gen: Generator[Any, Any, Any],
        result_future: Any,
        first_yielded: Any,
    ) -> None:
        self._run_in_context = ctx_run
        self._gen: Generator[Any, Any, Any] | None = gen
        self._result = result_future
        self._keys: KeyTable | None = None
        self._running = False
        #: What the generator waits for.
        self._awaited: Waitable | None = None
        if isinstance(result_future, PendingFuture):
            result_future.abandon = self._abandon
        if self._wait_for(to_waitable(ctx_run, first_yielded)):
            self.run()

    # -- stepping ---------------------------------------------------------------------------

    def run(self) -> None:
        """Step the generator until it waits again or ends, unless it is running already."""
        gen = self._gen
        if self._running or gen is None:
            return
        self._running = True
        try:
            while True:
                awaited, self._awaited = self._awaited, None
                if awaited is None:
                    return
                if isinstance(awaited, Future) and not awaited.done():
                    self._awaited = awaited  # this method was called directly
                    return
                if not self._wait_for(advance(self._run_in_context, gen, awaited)):
                    return
        except (StopIteration, Return) as end:
            self._drop_generator()
            self._finish(end.value)
        except asyncio.CancelledError:
            self._drop_generator()
            self._cancel_result()
        except Exception as error:  # noqa: BLE001 - it is the exception of the future
            self._drop_generator()
            self._fail(strip_own_frames(error))
        except BaseException as error:
            self._drop_generator()
            self._fail(error)
            raise
        finally:
            self._running = False

    def handle_yield(self, yielded: Any) -> bool:
        """Wait for what the generator yields, and tell whether :meth:`run` can continue at once."""
        return self._wait_for(to_waitable(self._run_in_context, yielded))

    def handle_exception(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        """Throw an exception of a callback into the generator, and tell whether it was waiting."""
        if self._running or self._gen is None:
            return False
        if self._keys is not None:
            self._keys.has_failed = True  # its key stays open
        self._awaited = Completed(value)
        self.run()
        return True

    def _wait_for(self, awaited: Waitable) -> bool:
        self._awaited = awaited
        if isinstance(awaited, YieldPoint):
            return self._start_point(awaited)
        if awaited is not moment and awaited.done():
            return True
        self._listen(awaited)
        return False

    def _listen(self, awaited: Any) -> None:
        if awaited is moment:
            self._wake_next_round(awaited)
        elif isinstance(awaited, futures.Future):
            IOLoop.current().add_future(awaited, self._wake)
        else:
            awaited.add_done_callback(self._wake)

    def _wake_next_round(self, awaited: Any) -> None:
        loop = running_asyncio_loop()
        if loop is None:
            IOLoop.current().add_callback(self._wake, awaited)
        else:
            loop.call_soon(self._wake, awaited)

    def _wake(self, awaited: Any) -> None:
        # After a cancellation, the generator may be waiting for another future.
        if awaited is self._awaited:
            self.run()

    # -- the end ----------------------------------------------------------------------------

    def _drop_generator(self) -> None:
        self._gen = None
        if isinstance(self._result, PendingFuture):
            # The two refer to each other, and would have to wait for the garbage collector.
            self._result.abandon = None

    def _finish(self, value: Any) -> None:
        if self._keys is not None and self._keys.is_leaking:
            self._fail(self._keys.leak_error())
        elif not self._result.done():
            self._result.set_result(value)

    def _fail(self, error: BaseException) -> None:
        if not self._result.done():
            self._result.set_exception(error)
        else:
            app_log.error("exception in a coroutine that was cancelled", exc_info=error)

    def _cancel_result(self) -> None:
        self._result.cancel()

    def _abandon(self) -> None:
        # Not at once: the generator may be running, and who cancels it need not wait for its cleanup.
        if self._gen is not None:
            self._result.get_loop().call_soon(self._unwind)

    def _unwind(self) -> None:
        awaited = self._awaited
        if self._gen is None or awaited is None:
            return
        if isinstance(awaited, Future):
            awaited.remove_done_callback(self._wake)
            give_up(awaited)
        self._awaited = Completed(asyncio.CancelledError())
        self.run()

    # -- classic: keys ----------------------------------------------------------------------

    def _start_point(self, point: YieldPoint) -> bool:
        try:
            self._run_in_context(point.start, self)
            return point.is_ready()
        except Exception as error:  # noqa: BLE001 - the generator gets it
            self._awaited = Completed(error)
            return True

    def register_callback(self, key: Any) -> None:
        """Open a key.

        :raises KeyReuseError: if it is open already.
        """
        if self._keys is None:
            self._keys = KeyTable()
        if key in self._keys.open:
            raise KeyReuseError(f"there is a callback with key {key!r} already")
        self._keys.open.add(key)

    def is_ready(self, key: Any) -> bool:
        """Tell whether a key has a result.

        :raises UnknownKeyError: if it is not open.
        """
        if self._keys is None:
            self._keys = KeyTable()
        return self._keys.is_ready(key)

    def set_result(self, key: Any, result: Any) -> None:
        """Set the result of a key, and continue if that is what the generator waits for."""
        if self._keys is None:
            self._keys = KeyTable()
        self._keys.results[key] = result
        point = self._awaited
        if self._running or not isinstance(point, YieldPoint):
            return
        try:
            ready = point.is_ready()
        except Exception as error:  # noqa: BLE001 - the generator gets it
            self._awaited = Completed(error)
            ready = True
        if ready:
            self.run()

    def pop_result(self, key: Any) -> Any:
        """Close a key and return its result."""
        if self._keys is None:
            self._keys = KeyTable()
        return self._keys.pop(key)

    def result_callback(self, key: Any) -> Callable[..., None]:
        """Return a function that sets the result of a key to its argument."""

        def called(*args: Any, **kwargs: Any) -> None:
            self.set_result(key, result_of_call(args, kwargs))

        return called
