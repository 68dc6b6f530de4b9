"""Find callbacks that hold the loop for too long.

Theory of operation
===================
A thread sends a ping to the loop: a callback that stores the time. A loop that is not blocked answers
at once, whether it was asleep or busy with short callbacks. Until the answer comes, the thread takes
samples of what the loop's thread is doing. If the answer comes too late, and the same callback was
running in most of the samples, a line about that callback is logged.

Nothing is added to the loop itself. So callbacks do not get slower, every asyncio loop works, and it
costs nothing while it is off.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import sysconfig
import threading
import time
import traceback
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

app_log = logging.getLogger("tornado.application")

#: How many samples the thread takes within the threshold.
SAMPLES = 5

#: The log line about a callback.
BLOCKED = "%s blocked the loop for %.3f s, in %s at %s:%d"

#: Seconds that :meth:`BlockingWatch.stop` waits for a report that is being written.
_STOP_TIMEOUT = 5.0

#: How many samples are kept until the ping is answered.
MAX_SAMPLES = 1000

_STDLIB = os.path.join(sysconfig.get_path("stdlib"), "")
_SITE = os.path.join(_STDLIB, "site-packages", "")


class Place(NamedTuple):
    """The place where a callback was observed: its function, and the line that was running."""

    callback: str
    function: str
    filename: str
    line: int


class Observation(NamedTuple):
    """A callback that was running in a sample. Two with the same frame are of the same call.

    The frame is kept until the ping is answered. Otherwise the next call might get its address.
    """

    call: FrameType
    place: Place
    time: float


class Sample(NamedTuple):
    """The frames of the threads at one moment, each stack from the innermost frame on.

    It is interpreted when the ping is answered. Before that, it may not be known which thread runs
    the loop, or which frame calls its callbacks.
    """

    stacks: dict[int, list[tuple[FrameType, int]]]
    time: float


class Ping:
    """A callback that stores when it was sent and when the loop called it."""

    def __init__(self) -> None:
        self.sent = time.monotonic()
        self.answered: float | None = None
        self.samples: list[Sample] = []
        self.reported = False
        self.thread_id = 0
        self.runner: CodeType | None = None

    def __call__(self) -> None:
        self.thread_id = threading.get_ident()
        # The caller of this function calls every callback: the Handle of asyncio, or the function
        # that started the loop if the loop is written in C.
        self.runner = sys._getframe(1).f_code
        self.answered = time.monotonic()


class BlockingWatch:
    """A thread that watches one loop.

    :param threshold: seconds that a callback may take.
    :param action: called while a callback takes longer, instead of logging a line after it.
    :param report: called with the line instead of logging it, in the thread of the watch.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        threshold: float,
        action: Callable[[int, FrameType | None], Any] | int | None = None,
        report: Callable[[str], Any] | None = None,
    ) -> None:
        if threshold <= 0:
            raise ValueError(
                f"the threshold must be a positive number of seconds, not {threshold!r}"
            )
        self.threshold = threshold
        self.interval = threshold / SAMPLES
        self.action = action
        self.report = report
        self._thread: threading.Thread | None = None
        self._loop = weakref.ref(loop)
        self._creator = threading.get_ident()
        #: The thread of the loop, or 0 while it is not known.
        self._thread_id = 0
        self._runners = _initial_runners()
        self._ping: Ping | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start watching. The thread ends when :meth:`stop` is called or the loop is closed."""
        loop = self._loop()
        if loop is not None and loop.is_running():
            self._send(loop)
        self._thread = threading.Thread(
            target=self._watch, name="tornado-blocking-watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, after reporting what has been observed so far."""
        self._stopped.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_TIMEOUT)

    def _watch(self) -> None:
        while not self._stopped.wait(self.interval):
            loop = self._loop()
            if loop is None or loop.is_closed():
                return
            try:
                self._check(loop)
            except RuntimeError:
                # The loop was closed after the check above.
                return
            del loop
        self._evaluate_last()

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_running():
            self._evaluate_last()
            self._thread_id = 0  # another thread may start it
            return
        ping = self._ping
        if ping is None:
            self._send(loop)
        elif ping.answered is None:
            self._take_sample(ping)
        else:
            self._thread_id = ping.thread_id
            self._evaluate(ping, ping.answered)
            self._send(loop)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ping = ping = Ping()
        loop.call_soon_threadsafe(ping)

    def _take_sample(self, ping: Ping) -> None:
        frames = sys._current_frames()
        if self.action is None:
            sample = Sample(stacks_of(frames, self._thread_id), time.monotonic())
            if len(ping.samples) < MAX_SAMPLES:
                ping.samples.append(sample)
            else:
                ping.samples[-1] = sample  # only the time of the last one matters
        elif not ping.reported and time.monotonic() - ping.sent >= self.threshold:
            ping.reported = True
            self._act(frames.get(self._thread_id or self._creator))

    def _act(self, frame: FrameType | None) -> None:
        signal_number = getattr(signal, "SIGALRM", signal.SIGTERM)
        if callable(self.action):
            self.action(signal_number, frame)
        elif self.action == signal.SIG_DFL:
            # As the signal of the classic loop did by default.
            app_log.critical("the loop has been blocked for more than %g s", self.threshold)
            os.kill(os.getpid(), signal_number)

    def _evaluate_last(self) -> None:
        """Report the last callback of a loop that has been stopped, if it took too long."""
        ping, self._ping = self._ping, None
        if ping is None:
            return
        # A callback that stops the loop itself leaves the ping without an answer.
        answered = ping.answered
        if answered is None:
            times = [each.time for each in self._observations(ping) if each is not None]
            answered = times[-1] + self.interval / 2 if times else None
        if answered is not None:
            self._evaluate(ping, answered)

    def _observations(self, ping: Ping) -> list[Observation | None]:
        thread_id = ping.thread_id or self._thread_id or self._creator
        return [interpret(sample, thread_id, self._runners) for sample in ping.samples]

    def _evaluate(self, ping: Ping, answered: float) -> None:
        if ping.runner is not None:
            self._runners |= {ping.runner}
        # The callback began somewhere between the last answer and this ping.
        duration = answered - ping.sent + self.interval / 2
        if self.action is not None or duration < self.threshold:
            return
        observations = longest_run(self._observations(ping))
        # Many short callbacks in a row are load. A callback that blocks may have begun almost one
        # interval before it was first observed, and ended almost one after it was last observed.
        if (
            len(observations) > 1
            and observations[-1].time - observations[0].time >= self.threshold - 2 * self.interval
        ):
            place = Counter(each.place for each in observations).most_common(1)[0][0]
            self._report(place, duration)

    def _report(self, place: Place, duration: float) -> None:
        if self.report is not None:
            self.report(BLOCKED % (place.callback, duration, *place[1:]))
        else:
            app_log.warning(BLOCKED, place.callback, duration, *place[1:])


def log_stack(frame: FrameType | None) -> None:
    """Log the stack of a frame that blocks."""
    stack = "".join(traceback.format_stack(frame))
    app_log.warning("the loop is blocked in:\n%s", stack)


def longest_run(observations: list[Observation | None]) -> list[Observation]:
    """Return the longest part of a list in which all observations are of the same call.

    >>> longest_run([])
    []
    """
    best: list[Observation] = []
    run: list[Observation] = []
    for observation in observations:
        if observation is None:
            run = []
            continue
        if run and run[-1].call is not observation.call:
            run = []
        run = [*run, observation]
        best = max(best, run, key=len)
    return best


def _initial_runners() -> frozenset[CodeType]:
    """Return the code that calls callbacks or, for loops written in C, starts the loop.

    The answers to pings add others.
    """
    from tornado.platform.asyncio import BaseAsyncIOLoop

    methods = (asyncio.Handle._run, asyncio.Runner.run, BaseAsyncIOLoop.start)
    return frozenset(method.__code__ for method in methods)


def stacks_of(
    frames: dict[int, FrameType], thread_id: int
) -> dict[int, list[tuple[FrameType, int]]]:
    """Return the frames of a thread, each with its line, from the innermost on.

    :param thread_id: 0 for all threads but the calling one.
    """
    threads = [thread_id] if thread_id else frames.keys() - {threading.get_ident()}
    stacks: dict[int, list[tuple[FrameType, int]]] = {}
    for thread in threads:
        frame = frames.get(thread)
        stacks[thread] = stack = []
        while frame is not None:
            stack.append((frame, frame.f_lineno))
            frame = frame.f_back
    return stacks


def interpret(sample: Sample, thread_id: int, runners: frozenset[CodeType]) -> Observation | None:
    """Return the callback that was running in a sample, or None if no callback was.

    :param thread_id: the thread that runs the loop.
    :param runners: the code of frames that call callbacks.
    """
    application: tuple[FrameType, int] | None = None
    callback: FrameType | None = None
    call: FrameType | None = None
    stack = sample.stacks.get(thread_id, [])
    for frame, line in stack:
        if frame.f_code in runners:
            break
        if application is None and _is_application(frame.f_code.co_filename):
            application = frame, line
        if not _is_machinery(frame.f_code.co_filename):
            callback = frame
        call = frame
    else:
        return None
    if call is None:
        return None
    name = callback.f_code.co_qualname if callback else _name_of_callback(call)
    frame, line = application or stack[0]
    code = frame.f_code
    return Observation(call, Place(name, code.co_qualname, code.co_filename, line), sample.time)


def _name_of_callback(call: FrameType) -> str:
    """Return the name of a callback without a frame, one written in C, from the frame of its caller."""
    called = call.f_locals.get("callback")
    name: str = getattr(getattr(called, "func", called), "__qualname__", call.f_code.co_qualname)
    return name


def _is_machinery(filename: str) -> bool:
    folder = os.path.dirname(filename)
    return folder in _MACHINERY or folder.endswith(_UVLOOP)


def _is_application(filename: str) -> bool:
    if filename.startswith(_SITE):
        return not _is_machinery(filename)
    return not (filename.startswith((_STDLIB, "<frozen")) or _is_machinery(filename))


#: The folder of ``uvloop.run``, which wraps the coroutine of a program.
_UVLOOP = os.path.join("site-packages", "uvloop")

#: The folders whose frames run callbacks, and are never named as the callback.
_MACHINERY = {
    os.path.dirname(asyncio.__file__),
    os.path.dirname(__file__),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "platform", "asyncio"),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "gen"),
}
