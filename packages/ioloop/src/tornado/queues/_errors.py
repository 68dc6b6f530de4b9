"""Exceptions of queues.

Exception
+-- QueueEmpty
+-- QueueFull
"""

from __future__ import annotations


class QueueEmpty(Exception):  # noqa: N818 - the documented name
    """There is no item to get without waiting."""


class QueueFull(Exception):  # noqa: N818 - the documented name
    """There is no room to put an item without waiting."""
