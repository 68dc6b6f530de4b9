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

#: How many looks are kept of one callback.
MOST_LOOKS = 1000

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


class Look(NamedTuple):
    """What the threads were doing at one moment: their frames from the innermost on.

    What it means is found out when the ping is answered. Before that, it may not be known in which
    thread the loop runs, nor which frame calls its callbacks.
    """

    stacks: dict[int, list[tuple[FrameType, int]]]
    time: float


class Ping:
    """A callback that notes when it was sent and when the loop got round to it."""

    def __init__(self) -> None:
        self.sent = time.monotonic()
        self.answered: float | None = None
        self.looks: list[Look] = []
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
        self._maker = threading.get_ident()
        #: The thread of the loop; 0 as long as that is not known.
        self._thread_id = 0
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
            self._thread_id = 0  # it may be started by another one
            return
        ping = self._ping
        if ping is None:
            self._send(loop)
        elif ping.answered is None:
            self._observe(ping)
        else:
            self._thread_id = ping.thread_id
            self._conclude(ping, ping.answered)
            self._send(loop)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ping = ping = Ping()
        loop.call_soon_threadsafe(ping)

    def _observe(self, ping: Ping) -> None:
        frames = sys._current_frames()
        if self.action is None:
            look = Look(stacks_of(frames, self._thread_id), time.monotonic())
            if len(ping.looks) < MOST_LOOKS:
                ping.looks.append(look)
            else:
                ping.looks[-1] = look  # it only matters for how long it lasts
        elif not ping.reported and time.monotonic() - ping.sent >= self.threshold:
            ping.reported = True
            self._act(frames.get(self._thread_id or self._maker))

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
        # A callback that stops the loop itself leaves the ping without an answer.
        answered = ping.answered
        if answered is None:
            seen = [sighting.time for sighting in self._sightings(ping) if sighting is not None]
            answered = seen[-1] + self.interval / 2 if seen else None
        if answered is not None:
            self._conclude(ping, answered)

    def _sightings(self, ping: Ping) -> list[Sighting | None]:
        thread_id = ping.thread_id or self._thread_id or self._maker
        return [see(look, thread_id, self._runners) for look in ping.looks]

    def _conclude(self, ping: Ping, answered: float) -> None:
        if ping.runner is not None:
            self._runners |= {ping.runner}
        # The callback began somewhere between the last answer and this ping.
        duration = answered - ping.sent + self.interval / 2
        if self.action is not None or duration < self.threshold:
            return
        seen = longest_run(self._sightings(ping))
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


def see(look: Look, thread_id: int, runners: frozenset[CodeType]) -> Sighting | None:
    """Describe what a thread was doing inside a callback; None if it was in none.

    :param runners: the code of frames that call callbacks.
    """
    application: tuple[FrameType, int] | None = None
    callback: FrameType | None = None
    call: FrameType | None = None
    stack = look.stacks.get(thread_id, [])
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
    return Sighting(call, Place(name, code.co_qualname, code.co_filename, line), look.time)


def _name_of_callback(call: FrameType) -> str:
    """Name a callback that has no frame, because it is written in C, by who calls it."""
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


#: What ``uvloop.run`` wraps around a program's coroutine is not worth naming either.
_UVLOOP = os.path.join("site-packages", "uvloop")

#: Folders whose frames run callbacks and are not worth naming.
_MACHINERY = {
    os.path.dirname(asyncio.__file__),
    os.path.dirname(__file__),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "platform", "asyncio"),
    os.path.join(os.path.dirname(os.path.dirname(__file__)), "gen"),
}
