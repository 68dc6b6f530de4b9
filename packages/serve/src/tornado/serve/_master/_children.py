"""Child processes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

#: ``PR_SET_CHILD_SUBREAPER`` of ``prctl(2)``.
_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of the workers when their preloader has ended, where the system can do that.

    Elsewhere the end of a worker is seen at its channel, and how it ended stays unknown.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> dict[int, int]:
    """Return the exit statuses of the children that have ended, by their numbers."""
    found = {}
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found[pid] = os.waitstatus_to_exitcode(status)
    return found


def is_child(pid: int) -> bool:
    """Return whether a process is a child of this one that has not been waited for."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def send_signal(pid: int | None, number: int) -> None:
    """Send a signal to a process, unless it has ended."""
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
