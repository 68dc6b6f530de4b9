"""The master process: it opens the sockets, starts workers and replaces them, and handles signals.

It imports no application code and takes no part in requests.
"""

from __future__ import annotations

import selectors
import signal
import time
from typing import TYPE_CHECKING

from tornado.log import gen_log

from .._channel import Message
from .._worker._assignment import Assignment
from ._children import adopt_orphans, is_child, reap, send_signal
from ._description import describe
from ._forks import Forks
from ._notification import notify, notify_reloading
from ._plan import Plan
from ._signals import Signals
from ._terminal import Terminal
from ._workers import Stage, WorkerProcess

if TYPE_CHECKING:
    from .._command._settings import Settings
    from ._listeners import Listeners

#: Seconds in which a second signal is taken for the same one: some programs signal a process and then
#: its whole group.
_SAME = 0.5

#: Seconds until another attempt to fork, when the system could not.
_FORK_PAUSE = 1.0

#: Seconds beyond the time of draining after which a worker is killed.
_SLACK = 5.0


class Master:
    """The process that supervises the workers.

    :param listeners: the sockets for the workers.
    """

    def __init__(self, settings: Settings, listeners: Listeners) -> None:
        self._settings = settings
        self._listeners = listeners
        self._description = describe(settings, listeners)
        self._plan = Plan(settings.processes.processes)
        self._preloaders: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._terminal = Terminal()  # before the signals are handled
        self._signals = Signals()
        self._selector.register(self._signals, selectors.EVENT_READ)
        self._forks = Forks(settings, listeners.sockets, self._signals, self._close_in_child)
        self._status = 0
        self._is_reload_wanted = True
        #: Whether the application that is coming or serves may be forked.
        self._can_preload = True
        self._is_killing = False
        #: When the end began.
        self._ending_since = 0.0

    def run(self) -> int | Assignment:
        """Supervise until the end.

        :returns: the exit status of the master; in a child, what that is to do.
        """
        adopt_orphans()
        while True:
            assignment = self._launch()
            if assignment is not None:
                return assignment
            if self._is_done():
                break
            self._wait()
        self._signals.close()
        self._selector.close()
        return self._status

    def _is_done(self) -> bool:
        return self._plan.is_ending and not self._plan.workers and not self._preloaders

    # Starting workers

    def _launch(self) -> Assignment | None:
        """Start the workers that are to start now; in a child, return what it is to do."""
        plan = self._plan
        groups: list[tuple[list[int], int]] = []
        if self._is_reload_wanted and not plan.is_ending:
            self._is_reload_wanted = False
            numbers, generation = list(range(plan.count)), plan.begin()
            if self._settings.processes.preload and self._can_preload:
                groups.append((numbers, generation))
            else:
                groups += [([number], generation) for number in numbers]
        self._schedule()
        groups += [([number], plan.serving or 0) for number in plan.take_due(time.monotonic())]
        for numbers, generation in groups:
            assignment = self._fork(numbers, generation)
            if assignment is not None:
                return assignment
        return None

    def _schedule(self) -> None:
        """Decide when workers that have died are started again."""
        for number, delay in self._plan.schedule(time.monotonic()).items():
            when = f"in {delay:g} seconds" if delay else "now"
            gen_log.warning("worker %d is started again %s", number, when)

    def _fork(self, numbers: list[int], generation: int) -> Assignment | None:
        """Fork a process for some workers; in the child, return what it is to do."""
        try:
            outcome = self._forks.fork(numbers, generation)
        except OSError as error:
            self._could_not_fork(numbers, generation, error)
            return None
        if isinstance(outcome, Assignment):
            return outcome
        if len(outcome) > 1:
            self._preloaders.add(outcome[0].preloader)
        limit = self._settings.processes.start_timeout
        for worker in outcome:
            if limit and not self._settings.processes.reload:  # that waits for mended source
                worker.deadline = worker.since + limit
            self._plan.workers.append(worker)
            self._selector.register(worker.channel, selectors.EVENT_READ, worker)
        return None

    def _could_not_fork(self, numbers: list[int], generation: int, error: OSError) -> None:
        """Try again later if there are workers that serve; otherwise end."""
        gen_log.error("cannot start a process: %s", error)
        if generation == self._plan.coming:
            self._abandon()
        else:
            self._plan.due |= dict.fromkeys(numbers, time.monotonic() + _FORK_PAUSE)

    def _close_in_child(self) -> None:
        """Close what belongs to the master alone."""
        self._signals.close(is_child=True)
        self._selector.close()
        for worker in self._plan.workers:
            worker.channel.close()

    # Waiting

    def _wait(self) -> None:
        """Wait until something happens, and handle it."""
        until = self._plan.next_time()
        timeout = None if until is None else max(0.0, until - time.monotonic())
        has_signals = False
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, WorkerProcess):
                self._read(key.data)
            else:
                has_signals = True  # last: what a worker said before its end counts
        if has_signals:
            for number in self._signals.read():
                self._handle_signal(number)
        self._kill_late()

    def _read(self, worker: WorkerProcess) -> None:
        """Handle what a worker says."""
        while worker.is_channel_open:
            messages = worker.channel.receive()
            if messages is None:
                self._close_channel(worker)
                if not is_child(worker.pid or worker.preloader):
                    self._end_of(worker)
                return
            if not messages:
                return
            for message in messages:
                self._handle(worker, message)

    def _handle(self, worker: WorkerProcess, message: Message | int) -> None:
        if isinstance(message, int):
            worker.pid = message
            if self._is_killing:
                send_signal(message, signal.SIGKILL)
        elif message is Message.READY:
            self._worker_is_ready(worker)
        elif message is Message.FAILED:
            self._fail(worker)
        elif message is Message.ALONE:
            worker.stage = Stage.DRAINING
            worker.deadline = time.monotonic() + _SLACK
            if worker.generation == self._plan.coming:
                self._begin_anew(can_preload=False)
        elif message is Message.CHANGED:
            self._plan.note_change(worker)
            worker.deadline = time.monotonic() + self._settings.processes.drain_timeout + _SLACK
            if self._plan.coming in {None, worker.generation}:
                self._begin_anew(can_preload=self._can_preload)

    def _fail(self, worker: WorkerProcess) -> None:
        """Note that a worker cannot start; it has some seconds to end."""
        worker.stage = Stage.FAILED
        worker.deadline = time.monotonic() + _SLACK
        if worker.generation == self._plan.coming:
            self._abandon()

    def _begin_anew(self, *, can_preload: bool) -> None:
        """Start a new generation, instead of one that may be coming."""
        self._drain(self._plan.abandon(begins_anew=True))
        self._can_preload = can_preload
        self._is_reload_wanted = True

    def _worker_is_ready(self, worker: WorkerProcess) -> None:
        if worker.stage is not Stage.STARTING:
            return
        worker.stage = Stage.READY
        worker.ready_since = time.monotonic()
        worker.deadline = None
        plan = self._plan
        if worker.generation != plan.coming:
            gen_log.info("%s serves", worker.describe())
        elif plan.is_complete():
            is_first = plan.serving is None
            self._drain(plan.take_over())
            notify(READY=1, STATUS=self._description)
            gen_log.info("%s", self._description if is_first else "the new workers have taken over")

    def _abandon(self) -> None:
        """Give up the generation that is coming."""
        left = self._plan.abandon()
        if self._plan.serving is None:
            self._end(status=1)
            return
        self._drain(left)
        notify(READY=1, STATUS=self._description)
        gen_log.error("the application was not reloaded, the workers from before go on")

    # Ends

    def _end_of(self, worker: WorkerProcess) -> None:
        """Note that a worker has ended."""
        plan = self._plan
        if worker.is_current and not plan.is_ending:
            gen_log.error("%s %s", worker.describe(), worker.describe_end())
        if plan.ended(worker, time.monotonic()):
            self._abandon()
        self._schedule()

    def _handle_children(self) -> None:
        for pid, status in reap().items():
            self._preloaders.discard(pid)
            for worker in list(self._plan.workers):
                if worker.pid is None or worker.pid == pid:
                    self._read(worker)  # which may tell its number
            for worker in list(self._plan.workers):
                was_never_forked = worker.pid is None and not worker.is_channel_open
                if worker.pid == pid or (was_never_forked and worker.preloader == pid):
                    worker.status = status
                    self._close_channel(worker)
                    self._end_of(worker)

    def _close_channel(self, worker: WorkerProcess) -> None:
        if worker.is_channel_open:
            worker.is_channel_open = False
            self._selector.unregister(worker.channel)
            worker.channel.close()

    def _handle_signal(self, number: int) -> None:
        if number == signal.SIGCHLD:
            self._handle_children()
        elif number == signal.SIGHUP and not self._terminal.is_gone():
            self._reload()
        elif number == signal.SIGQUIT:
            self._end_at_once(number)
        elif self._plan.is_ending:
            if time.monotonic() - self._ending_since > _SAME:
                self._end_at_once(number)
        else:
            name = signal.Signals(number).name
            gen_log.info("%s: finishing the requests that are under way", name)
            self._end(status=0)

    def _reload(self) -> None:
        """Start a new generation, which takes over when it is ready."""
        if not self._plan.is_ending:
            gen_log.info("SIGHUP: starting new workers")
            notify_reloading()
            self._begin_anew(can_preload=True)

    def _end(self, status: int) -> None:
        """Tell all workers to end."""
        self._status = status
        self._plan.is_ending = True
        self._plan.coming = None
        self._ending_since = time.monotonic()
        notify(STOPPING=1)
        self._listeners.close_sockets()  # or connections would wait here for nobody
        self._drain(self._plan.workers, Message.STOP)
        for pid in self._preloaders:
            send_signal(pid, signal.SIGTERM)

    def _drain(self, workers: list[WorkerProcess], message: Message = Message.DRAIN) -> None:
        """Tell workers to finish their requests and end."""
        processes = self._settings.processes
        limit = processes.drain_timeout + _SLACK
        limit += processes.drain_delay if message is Message.STOP else 0.0
        for worker in workers:
            is_starting = worker.stage is Stage.STARTING
            if worker.stage is not Stage.DRAINING and worker.is_channel_open:
                worker.channel.send(message)
            if is_starting:
                send_signal(
                    worker.process(self._preloaders), signal.SIGTERM
                )  # it imports, and reads no messages
            worker.stage = Stage.DRAINING
            if worker.deadline is None or is_starting:
                worker.deadline = time.monotonic() + limit

    def _kill_late(self) -> None:
        now = time.monotonic()
        for worker in self._plan.workers:
            if worker.deadline is not None and worker.deadline <= now:
                is_starting = worker.stage is Stage.STARTING
                what = "start within --start-timeout" if is_starting else "end in time"
                gen_log.error("%s did not %s, killing it", worker.describe(), what)
                send_signal(worker.process(self._preloaders), signal.SIGKILL)
                worker.deadline = now + _SLACK
                if is_starting:
                    self._fail(worker)

    def _end_at_once(self, number: int) -> None:
        gen_log.warning("%s: ending at once", signal.Signals(number).name)
        self._plan.is_ending = True
        self._plan.coming = None
        self._status = 128 + number
        self._is_killing = True
        for worker in self._plan.workers:
            send_signal(worker.pid, signal.SIGKILL)
            worker.stage = Stage.DRAINING
        for pid in self._preloaders:
            send_signal(pid, signal.SIGKILL)
