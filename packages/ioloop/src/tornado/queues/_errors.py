"""Exceptions of queues.

Exception
+-- QueueEmpty
+-- QueueFull
"""

from __future__ import annotations


class QueueEmpty(Exception):  # noqa: N818 - the documented name
    """The queue has no item, and the call does not wait for one."""


class QueueFull(Exception):  # noqa: N818 - the documented name
    """The queue is full, and the call does not wait for room."""
