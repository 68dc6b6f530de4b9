"""One program in several processes."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.ioloop import running_asyncio_loop

from ._count import cpu_count

if TYPE_CHECKING:
    from types import FrameType

gen_log = logging.getLogger("tornado.general")

_MAX_RESTARTS = 100
#: The exit status of a child that cannot start; a new one could not either.
_CANNOT_START = getattr(os, "EX_CONFIG", 78)
_task_id: int | None = None


def fork_processes(num_processes: int | None, max_restarts: int | None = None) -> int:
    """Fork children that continue the program, and supervise them.

    The function returns in each child, and never in the parent. The parent restarts children that
    a signal or an error has ended, and exits when all have ended. It passes SIGTERM on to the
    children, and SIGINT too where no terminal sends that to all of them. Call this before any loop
    runs and before threads exist. The children share listening sockets that are open.

    A child that exits with the status 78 (``os.EX_CONFIG``) cannot start. Unless it was restarted,
    the parent ends the others and exits with that status.

    :param num_processes: how many; None or 0 stands for one per processor.
    :param max_restarts: how many times children may be restarted before the parent gives up; 100 by
        default.
    :returns: the child's number, from 0; a restarted child has the number of the one that it
        replaces.
    :raises RuntimeError: if a loop runs already; in the parent, if too many children died.
    """
    if running_asyncio_loop() is not None:
        raise RuntimeError("cannot fork while the loop runs: fork first, then start it")
    if _task_id is not None:
        raise RuntimeError(f"this is a forked process already, number {_task_id}")
    count = num_processes if num_processes and num_processes > 0 else cpu_count()
    gen_log.info("Starting %d processes", count)
    limit = _MAX_RESTARTS if max_restarts is None else max_restarts
    return _Parent(limit).run(count)


def task_id() -> int | None:
    """Return the number of this process among its siblings; None if it was not forked."""
    return _task_id


class _Parent:
    """The process that supervises the others."""

    def __init__(self, max_restarts: int) -> None:
        self.restarts_left = max_restarts
        self.children: dict[int, int] = {}
        self.replaced: set[int] = set()
        self.is_ending = False
        self.handlers: dict[int, Any] = {}

    def run(self, count: int) -> int:
        """Start the children, and return only in these."""
        self.handlers = self.catch_signals()
        for number in range(count):
            if self.start(number):
                return number
        while self.children:
            orphan = self.wait()
            if orphan is not None and self.start(orphan):
                return orphan
        sys.exit(0)

    def catch_signals(self) -> dict[int, Any]:
        """Handle the signals that ask processes to end.

        :returns: the handlers from before.
        """
        if threading.current_thread() is not threading.main_thread():
            return {}  # only the main thread may
        return {
            signal.SIGTERM: signal.signal(signal.SIGTERM, self.terminate),
            signal.SIGINT: signal.signal(signal.SIGINT, self.interrupt),
        }

    def terminate(self, signum: int, frame: FrameType | None) -> None:
        """Ask the children to end."""
        self.is_ending = True
        self.signal_children(signal.SIGTERM)

    def interrupt(self, signum: int, frame: FrameType | None) -> None:
        """Forward an interrupt, unless a terminal sends it to all; terminate at the second one."""
        if self.is_ending:
            self.signal_children(signal.SIGTERM)
        elif not _is_at_terminal():
            self.signal_children(signal.SIGINT)
        self.is_ending = True

    def signal_children(self, signum: int) -> None:
        """Send a signal to all children."""
        for pid in self.children:
            # A child that has ended may still be on the list.
            with suppress(ProcessLookupError):
                os.kill(pid, signum)

    def start(self, number: int) -> bool:
        """Start a child, unless all are to end.

        :returns: true in the child.
        """
        global _task_id  # noqa: PLW0603 - a process has one number for its life
        # Otherwise parent and child both write what is buffered.
        sys.stdout.flush()
        sys.stderr.flush()
        # No signal may arrive before each process has its own handlers.
        unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, self.handlers)
        try:
            if self.is_ending:
                return False
            pid = os.fork()
            if pid == 0:
                _task_id = number
                for signum, handler in self.handlers.items():
                    signal.signal(signum, handler)
                return True
            self.children[pid] = number
            return False
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)

    def wait(self) -> int | None:
        """Wait until a child ends.

        :returns: the number of a child to restart, or None.
        """
        pid, status = os.wait()
        number = self.children.pop(pid, None)
        if number is None:
            return None
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            gen_log.info("child %d (pid %d) exited normally", number, pid)
            return None
        if self.is_ending:
            return None
        return self.replace(number, pid, code)

    def give_up(self, number: int, pid: int, code: int) -> None:
        """End all processes, because a child cannot start."""
        gen_log.error("child %d (pid %d) could not start, ending the others", number, pid)
        self.terminate(signal.SIGTERM, None)
        while self.children:
            ended, _ = os.wait()
            self.children.pop(ended, None)
        sys.exit(code)

    def replace(self, number: int, pid: int, code: int) -> int:
        """Return the number of a child to restart, unless there were too many restarts."""
        if code == _CANNOT_START and number not in self.replaced:
            self.give_up(number, pid, code)
        self.replaced.add(number)
        how = f"was ended by signal {-code}" if code < 0 else f"exited with status {code}"
        if self.restarts_left <= 0:
            self.terminate(signal.SIGTERM, None)  # nobody supervises the others any more
            raise RuntimeError(
                f"Too many child restarts, giving up: child {number} (pid {pid}) {how}"
            )
        self.restarts_left -= 1
        gen_log.warning("child %d (pid %d) %s, restarting", number, pid, how)
        return number


def _is_at_terminal() -> bool:
    """Return true if a terminal sends its interrupts to this process group, the one in front."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
