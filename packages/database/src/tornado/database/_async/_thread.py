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
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from .._errors import Error, InterfaceError
from .._process import process

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .._connection import Connection

_numbers = itertools.count(1)


class Job:
    """A call that a thread runs, and that a coroutine waits for: ``await job`` returns its result.

    The traceback of an error has frames that know the job. So the job forgets its end when it has told it:
    in a circle of references, connections would stay until garbage is collected.
    """

    __slots__ = (
        "_claims",
        "_end",
        "_future",
        "_outcome",
        "arguments",
        "ending",
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
        self.has_ended = False
        #: What the coroutine is told instead of the error by which the job ends.
        self.refusal: Exception | None = None
        #: Nobody waits for it any more: it must not begin.
        self.is_abandoned = False
        #: What interrupts it.
        self.ending: asyncio.Task[None] | None = None
        self._future: asyncio.Future[Any] | None = loop.create_future()
        self._outcome: tuple[Any, BaseException | None] = (None, None)
        self._claims = [None]
        self._end: asyncio.Future[None] | None = None

    def __await__(self) -> Generator[Any, None, Any]:
        future = self._future
        if future is None:
            raise RuntimeError("a job is waited for once")
        return future.__await__()

    @property
    def is_done(self) -> bool:
        """Tell if nobody waits for the result any more."""
        return self._future is None or self._future.done()

    def claim(self) -> bool:
        """Take the job: to run it, or to withdraw it before it runs. Only the first one can."""
        try:
            self._claims.pop()
        except IndexError:
            return False
        return True

    def run(self, *first: Any) -> None:
        """Run the call, in a thread."""
        self._outcome = _run_call(self.method, (*first, *self.arguments))

    def tell(self) -> None:
        """Let the loop know how the call has ended."""
        try:
            self.loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self._outcome = (None, None)

    def _deliver(self) -> None:
        self.has_ended = True
        (result, error), self._outcome = self._outcome, (None, None)
        if error is not None:
            self.fail(self._refused(error))
        else:
            future, self._future = self._future, None
            if future is not None and not future.done():
                future.set_result(result)
        if self._end is not None and not self._end.done():
            self._end.set_result(None)

    def _refused(self, error: BaseException) -> BaseException:
        refusal, self.refusal = self.refusal, None
        if refusal is None:
            return error
        refusal.__cause__ = error
        return refusal

    def fail(self, error: BaseException) -> None:
        """Let the coroutine fail, if it still waits."""
        future, self._future = self._future, None
        if future is not None and not future.done():
            future.set_exception(error)

    async def wait(self, limit: float) -> None:
        """Wait for the end of the call, up to so many seconds. Its result is not looked at."""
        if not self.has_ended:
            self._end = self.loop.create_future()
            await asyncio.wait([self._end], timeout=limit)


def _run_call(
    method: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, BaseException | None]:
    """Return the result or the error of a call."""
    try:
        return method(*arguments), None
    except StopIteration as raised:  # a future does not take it
        error = RuntimeError(f"{method.__name__} raised StopIteration")
        error.__cause__ = raised
        return None, error
    except BaseException as raised:  # noqa: BLE001 - it belongs to the coroutine
        return None, raised


class CleanUp:
    """A call that nobody waits for."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def claim(self) -> bool:
        """Take the job, which nobody withdraws."""
        return True

    def run(self, *_: Any) -> None:
        """Run the call. Where it fails, its connection is lost, and the next statement tells."""
        with contextlib.suppress(Error):
            self._call()

    def tell(self) -> None:
        """Tell nobody."""


def _run_and_tell(job: Job) -> None:
    job.run()
    job.tell()


async def run_aside(call: Callable[[], Any]) -> Any:
    """Run a call in a thread of its own: those of executors may all be waiting."""
    job = Job(asyncio.get_running_loop(), call, ())
    name = "tornado-database-aside"
    threading.Thread(target=_run_and_tell, args=(job,), name=name, daemon=True).start()
    return await job


class ConnectionThread:
    """A thread that opens a connection when it is first needed, and runs jobs with it.

    After :meth:`stop` it takes no jobs any more.
    """

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open_connection = open_connection
        self._jobs: SimpleQueue[Job | CleanUp | None] = SimpleQueue()
        #: How often the process had been forked when the thread was started, -1 for no thread.
        self._started_in = -1
        #: Held while a job is interrupted, and where one ends: the next one is not hit.
        self._lock = threading.Lock()
        #: The connection, or None as long as it was never opened.
        self.connection: Connection | None = None
        #: What the thread is running.
        self.current: Job | CleanUp | None = None

    @property
    def is_running(self) -> bool:
        """Tell if there is a thread, in this process."""
        return self._started_in == process.forks

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
        self._started_in = process.forks
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
        job.run(self)
        with self._lock:
            self.current = None
        job.tell()

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
            self._started_in = -1
