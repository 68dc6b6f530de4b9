"""Lengths of time."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from datetime import timedelta


def timedelta_to_seconds(td: timedelta) -> float:
    """Return a length of time in seconds, like ``td.total_seconds()``."""
    return td.total_seconds()
