"""Keep the server and the load generator on cores of their own, where the system allows it."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple


class Cores(NamedTuple):
    """One core for the server and one for the load, or None twice where nothing is pinned."""

    server: int | None
    load: int | None

    @property
    def description(self) -> str:
        """Say in words where the two sides run."""
        if self.server is None:
            return "not pinned"
        return f"server on core {self.server}, load on core {self.load}"


def choose_cores() -> Cores:
    """Take the last two cores that this process may use.

    The first core takes most of a machine's interrupts, so the server gets the last one.
    """
    if sys.platform != "linux":
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return Cores(None, None)
    return Cores(allowed[-1], allowed[-2])


def pin(pid: int, core: int | None) -> None:
    """Keep a process, and the threads and children that it makes from now on, on one core.

    :param pid: a process id, 0 for this process.
    :param core: a core's number; None leaves the process where it is.
    """
    if core is not None and sys.platform == "linux":
        os.sched_setaffinity(pid, {core})
