"""Find callbacks that hold the loop for too long.

Theory of operation
===================
A thread sends a ping to the loop, a callback that notes the time. A loop that is well answers at
once, whether it was asleep or busy with short callbacks. While an answer is missing, the thread
looks again and again at what the loop's thread is doing. When the answer comes too late, and one
callback was seen running most of that time, that callback gets a line in the log.

Nothing is added to the loop itself: no callback is slower for it, it works on every asyncio loop,
and it costs nothing when it is off.
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

#: How many times within the threshold the thread looks at the loop.
LOOKS = 5

#: The line about a callback.
BLOCKED = "%s blocked the loop for %.3f s, in %s at %s:%d"

#: Seconds that :meth:`BlockingWatch.stop` waits for a report that is being written.
_LONGEST_GOODBYE = 5.0

_STDLIB = os.path.join(sysconfig.get_path("stdlib"), "")
_SITE = os.path.join(_STDLIB, "site-packages", "")


class Place(NamedTuple):
    """Where a callback was seen: its function, and the line that it had got to."""

    callback: str
    function: str
    filename: str
    line: int


class Sighting(NamedTuple):
    """One look at a running callback. Two that saw the same frame saw the same call.

    The frame is kept until the ping is answered: its address would go to the next call.
    """

    call: FrameType
    place: Place
    time: float


class Ping:
    """A callback that notes when it was sent and when the loop got round to it."""

    def __init__(self) -> None:
        self.sent = time.monotonic()
        self.answered: float | None = None
        self.sightings: list[Sighting | None] = []
        self.reported = False
        self.thread_id = 0
        self.runner: CodeType | None = None

    def __call__(self) -> None:
        self.thread_id = threading.get_ident()
        # What calls this function calls every callback: asyncio's Handle, or on a loop written
        # in C whatever started the loop.
        self.runner = sys._getframe(1).f_code
        self.answered = time.monotonic()


class BlockingWatch:
    """A thread that watches one loop.

    :param threshold: seconds that a callback may take.
    :param action: called while a callback takes longer, in place of the log line after it.
    :param report: called with the line, which is not logged then, in the thread of the watch.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        threshold: float,
        action: Callable[[int, FrameType | None], Any] | int | None = None,
        report: Callable[[str], Any] | None = None,
    ) -> None:
        if threshold <= 0:
            raise ValueError(f"the threshold is a positive number of seconds, not {threshold!r}")
        self.threshold = threshold
        self.interval = threshold / LOOKS
        self.action = action
        self.report = report
        self._thread: threading.Thread | None = None
        self._loop = weakref.ref(loop)
        self._thread_id = threading.get_ident()
        self._runners = _known_runners()
        self._ping: Ping | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to watch. The thread ends with :meth:`stop`, or when the loop is closed."""
        loop = self._loop()
        if loop is not None and loop.is_running():
            self._send(loop)
        self._thread = threading.Thread(
            target=self._watch, name="tornado-blocking-watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, after a report on what has been seen so far."""
        self._stopped.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_LONGEST_GOODBYE)

    def _watch(self) -> None:
        while not self._stopped.wait(self.interval):
            loop = self._loop()
            if loop is None or loop.is_closed():
                return
            try:
                self._look(loop)
            except RuntimeError:
                # The loop was closed between the question and the ping.
                return
            del loop
        self._conclude_last()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_running():
            self._conclude_last()
            return
        ping = self._ping
        if ping is None:
            self._send(loop)
        elif ping.answered is None:
            self._observe(ping)
        else:
            self._thread_id = ping.thread_id
            if ping.runner is not None:
                self._runners |= {ping.runner}
            self._conclude(ping, ping.answered)
            self._send(loop)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ping = ping = Ping()
        loop.call_soon_threadsafe(ping)

    def _observe(self, ping: Ping) -> None:
        frame = sys._current_frames().get(self._thread_id)
        ping.sightings.append(see(frame, self._runners))
        if self.action is None or ping.reported:
            return
        if time.monotonic() - ping.sent >= self.threshold:
            ping.reported = True
            self._act(frame)

    def _act(self, frame: FrameType | None) -> None:
        alarm = getattr(signal, "SIGALRM", signal.SIGTERM)
        if callable(self.action):
            self.action(alarm, frame)
        elif self.action == signal.SIG_DFL:
            # What the alarm of the classic loop did by default: end the process.
            app_log.critical("the loop has been blocked for more than %g s", self.threshold)
            os.kill(os.getpid(), alarm)

    def _conclude_last(self) -> None:
        """Report on the last callbacks of a loop that has been stopped, if they took too long."""
        ping, self._ping = self._ping, None
        if ping is None:
            return
        seen = [sighting.time for sighting in ping.sightings if sighting is not None]
        # A callback that stops the loop itself leaves the ping without an answer.
        answered = ping.answered or (seen[-1] + self.interval / 2 if seen else None)
        if answered is not None:
            self._conclude(ping, answered)

    def _conclude(self, ping: Ping, answered: float) -> None:
        # The callback began somewhere between the last answer and this ping.
        duration = answered - ping.sent + self.interval / 2
        if self.action is not None or duration < self.threshold:
            return
        seen = longest_run(ping.sightings)
        # Many short callbacks in a row are load, not one that blocks. That one began up to a look
        # before it was seen first, and ended up to a look after it was seen last.
        if len(seen) > 1 and seen[-1].time - seen[0].time >= self.threshold - 2 * self.interval:
            place = Counter(sighting.place for sighting in seen).most_common(1)[0][0]
            self._tell(place, duration)

    def _tell(self, place: Place, duration: float) -> None:
        if self.report is not None:
            self.report(BLOCKED % (place.callback, duration, *place[1:]))
        else:
            app_log.warning(BLOCKED, place.callback, duration, *place[1:])


def log_stack(frame: FrameType | None) -> None:
    """Log the stack of a frame that blocks."""
    stack = "".join(traceback.format_stack(frame))
    app_log.warning("the loop is blocked in:\n%s", stack)


def longest_run(sightings: list[Sighting | None]) -> list[Sighting]:
    """Return the longest part of a list that saw one and the same call.

    >>> longest_run([])
    []
    """
    best: list[Sighting] = []
    run: list[Sighting] = []
    for sighting in sightings:
        if sighting is None:
            run = []
            continue
        if run and run[-1].call is not sighting.call:
            run = []
        run = [*run, sighting]
        best = max(best, run, key=len)
    return best


def _known_runners() -> frozenset[CodeType]:
    """Return what calls callbacks or, for loops that are written in C, starts the loop.

    The answers to pings tell of others.
    """
    from tornado.platform.asyncio import BaseAsyncIOLoop

    methods = (asyncio.Handle._run, asyncio.Runner.run, BaseAsyncIOLoop.start)
    return frozenset(method.__code__ for method in methods)


def see(frame: FrameType | None, runners: frozenset[CodeType]) -> Sighting | None:
    """Describe what a thread is doing inside a callback; None if it is in none.

    :param frame: the innermost frame of the thread.
    :param runners: the code of frames that call callbacks.
    """
    innermost = frame
    application: FrameType | None = None
    callback: FrameType | None = None
    call: FrameType | None = None
    while frame is not None and frame.f_code not in runners:
        if application is None and _is_application(frame.f_code.co_filename):
            application = frame
        if not _is_machinery(frame.f_code.co_filename):
            callback = frame
        call = frame
        frame = frame.f_back
    if frame is None or innermost is None or call is None:
        return None
    name = callback.f_code.co_qualname if callback else _name_of_callback(call)
    line = application or innermost
    code = line.f_code
    place = Place(name, code.co_qualname, code.co_filename, line.f_lineno)
    return Sighting(call, place, time.monotonic())


def _name_of_callback(call: FrameType) -> str:
    """Name a callback that has no frame, because it is written in C, by who calls it."""
    called = call.f_locals.get("callback")
    name: str = getattr(getattr(called, "func", called), "__qualname__", call.f_code.co_qualname)
    return name


def _is_machinery(filename: str) -> bool:
    return os.path.dirname(filename) in _MACHINERY


def _is_application(filename: str) -> bool:
    if filename.startswith(_SITE):
        return not _is_machinery(filename)
    return not (filename.startswith((_STDLIB, "<frozen")) or _is_machinery(filename))


#: Folders whose frames run callbacks and are not worth naming.
_MACHINERY = {
    os.path.dirname(asyncio.__file__),
    os.path.dirname(__file__),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "platform", "asyncio"),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "gen"),
}
