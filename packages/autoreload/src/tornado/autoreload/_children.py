"""The child processes of this process."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

#: How long, in seconds, children may take to end.
_GRACE = 3.0


def end_children() -> None:
    """End the children of this process that share its process group.

    They are asked to end (SIGTERM), and killed after some seconds. Otherwise they would keep their
    ports while the new process starts others. A child with a process group of its own is not
    ended: it is meant to outlive the program.
    """
    left = _find_children()
    _signal(left, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while left and time.monotonic() < deadline:
        left = {child for child in left if not _has_ended(child)}
        time.sleep(0.01)
    _signal(left, getattr(signal, "SIGKILL", signal.SIGTERM))
    for child in left:
        _has_ended(child, wait=True)


def _find_children() -> set[int]:
    try:
        processes = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    except OSError:
        return _find_by_multiprocessing()
    own = os.getpid()
    group = os.getpgrp()
    return {process for process in processes if _read_parent_and_group(process) == (own, group)}


def _read_parent_and_group(process: int) -> tuple[int, int] | None:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # pid (name, which may hold anything) state parent group ...
    fields = status.rpartition(")")[2].split()
    return int(fields[1]), int(fields[2])


def _find_by_multiprocessing() -> set[int]:
    from multiprocessing import active_children

    return {child.pid for child in active_children() if child.pid is not None}


def _signal(processes: set[int], number: int) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except OSError:
            continue  # it has ended already


def _has_ended(process: int, *, wait: bool = False) -> bool:
    try:
        return os.waitpid(process, 0 if wait else getattr(os, "WNOHANG", 0))[0] == process
    except OSError:
        return True  # it has been waited for already
