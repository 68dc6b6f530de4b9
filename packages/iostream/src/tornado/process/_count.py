"""The number of processors."""

from __future__ import annotations

import os


def cpu_count() -> int:
    """Return the number of processors that this process may run on, at least 1."""
    try:
        return len(os.sched_getaffinity(0)) or 1
    except (AttributeError, OSError):
        return os.cpu_count() or 1  # not every system can choose processors for a process
