"""A thread with a connection, which runs one call after the other.

Theory of operation: what a coroutine asks for is a job. It is put into a queue, the thread runs it, and
one callback on the loop takes back how it has ended: two wake-ups for a statement, whatever it returns.

A job is taken once: by the thread, which runs it, or by the coroutine, which withdraws it. Taking it out of a
list is atomic, so a job that was withdrawn in time surely does not run.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import threading
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from .._errors import Error, InterfaceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._connection import Connection

_numbers = itertools.count(1)


class Job:
    """A call that a thread runs, and that a coroutine waits for."""

    __slots__ = (
        "_claims",
        "_end",
        "arguments",
        "ending",
        "future",
        "has_ended",
        "is_abandoned",
        "loop",
        "method",
        "refusal",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        method: Callable[..., Any],
        arguments: tuple[Any, ...],
    ) -> None:
        self.loop = loop
        self.method = method
        self.arguments = arguments
        self.future: asyncio.Future[Any] = loop.create_future()
        self.has_ended = False
        #: What the coroutine is told instead of the error by which the job ends.
        self.refusal: Exception | None = None
        #: Nobody waits for it any more: it must not begin.
        self.is_abandoned = False
        #: What interrupts it.
        self.ending: asyncio.Task[None] | None = None
        self._claims = [self.future]
        self._end: asyncio.Future[None] | None = None

    def claim(self) -> bool:
        """Take the job: to run it, or to withdraw it before it runs. Only the first one can."""
        try:
            self._claims.pop()
        except IndexError:
            return False
        return True

    def run(self, *first: Any) -> Callable[[], None]:
        """Run the call, in a thread, and return what tells the loop of it."""
        result: Any = None
        error: BaseException | None = None
        try:
            result = self.method(*first, *self.arguments)
        except StopIteration as raised:  # a future does not take it
            error = RuntimeError(f"{self.method.__name__} raised StopIteration")
            error.__cause__ = raised
        except BaseException as raised:  # noqa: BLE001 - it belongs to the coroutine
            error = raised
        return partial(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._deliver, result, error)

    def _deliver(self, result: Any, error: BaseException | None) -> None:
        self.has_ended = True
        if error is not None:
            self.fail(self._refused(error))
        elif not self.future.done():
            self.future.set_result(result)
        if self._end is not None and not self._end.done():
            self._end.set_result(None)

    def _refused(self, error: BaseException) -> BaseException:
        if self.refusal is None:
            return error
        self.refusal.__cause__ = error
        return self.refusal

    def fail(self, error: BaseException) -> None:
        """Let the coroutine fail, if it still waits."""
        if not self.future.done():
            self.future.set_exception(error)

    async def wait(self, limit: float) -> None:
        """Wait for the end of the call, up to so many seconds. Its result is not looked at."""
        if not self.has_ended:
            self._end = self.loop.create_future()
            await asyncio.wait([self._end], timeout=limit)


class CleanUp:
    """A call that nobody waits for."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def claim(self) -> bool:
        """Take the job, which nobody withdraws."""
        return True

    def run(self, *_: Any) -> Callable[[], None]:
        """Run the call. Where it fails, its connection is lost, and the next statement tells."""
        with contextlib.suppress(Error):
            self._call()
        return _do_nothing


def _do_nothing() -> None:
    pass


def _run_and_tell(job: Job) -> None:
    job.run()()


async def run_aside(call: Callable[[], Any]) -> Any:
    """Run a call in a thread of its own: those of executors may all be waiting."""
    job = Job(asyncio.get_running_loop(), call, ())
    name = "tornado-database-aside"
    threading.Thread(target=_run_and_tell, args=(job,), name=name, daemon=True).start()
    return await job.future


class ConnectionThread:
    """A thread that opens a connection when it is first needed, and runs jobs with it.

    After :meth:`stop` it takes no jobs any more.
    """

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open_connection = open_connection
        self._jobs: SimpleQueue[Job | CleanUp | None] = SimpleQueue()
        self._process = 0
        #: Held while a job is interrupted, and where one ends: the next one is not hit.
        self._lock = threading.Lock()
        #: The connection, or None as long as it was never opened.
        self.connection: Connection | None = None
        #: What the thread is running.
        self.current: Job | CleanUp | None = None

    @property
    def is_running(self) -> bool:
        """Tell if there is a thread, in this process."""
        return self._process == os.getpid()

    def submit(self, method: Callable[..., Any], arguments: tuple[Any, ...]) -> Job:
        """Put a call into the queue; its first argument is the connection."""
        job = Job(asyncio.get_running_loop(), method, arguments)
        if not self.is_running:
            self._start()
        self._jobs.put(job)
        return job

    def clean_up(self, call: Callable[[], None]) -> None:
        """Put a call into the queue that nobody waits for, if the thread runs."""
        if self.is_running:
            self._jobs.put(CleanUp(call))

    def _start(self) -> None:
        """Start the thread; after a fork, which threads do not survive, with an empty queue."""
        self._process = os.getpid()
        self._jobs = SimpleQueue()
        self._lock = threading.Lock()
        self.current = None
        name = f"tornado-database-{next(_numbers)}"
        threading.Thread(target=self._run, args=(self._jobs,), name=name, daemon=True).start()

    def _run(self, jobs: SimpleQueue[Job | CleanUp | None]) -> None:
        while (job := jobs.get()) is not None:
            if job.claim():
                self._run_one(job)
            del job  # its result, too: the thread may wait for long
        if self.connection is not None:
            self.connection.close()

    def _run_one(self, job: Job | CleanUp) -> None:
        self.current = job
        tell = job.run(self)
        with self._lock:
            self.current = None
        tell()

    def interrupt(self, job: Job) -> None:
        """End a job from another thread, if it is the one that runs."""
        with self._lock:
            if self.current is job and self.connection is not None:
                self.connection.interrupt()

    def open(self) -> Connection:
        """Return the connection, in the thread. It is opened if it never was.

        :raises InterfaceError: if nobody waits for the job any more.
        """
        if self.connection is None:
            self.connection = self._open_connection()
        if isinstance(self.current, Job) and self.current.is_abandoned:
            raise InterfaceError("nobody waits for this statement any more")
        return self.connection

    def stop(self) -> None:
        """Close the connection and end the thread, after the jobs that are in the queue."""
        if self.is_running:
            self._jobs.put(None)
            self._process = 0
