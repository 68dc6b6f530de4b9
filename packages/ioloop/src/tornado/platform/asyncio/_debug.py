"""The threshold from which a new loop logs the callbacks that block it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

#: The environment variable with the threshold in seconds.
THRESHOLD = "TORNADO_BLOCKING_THRESHOLD"


def default_threshold(loop: asyncio.AbstractEventLoop) -> float | None:
    """Return the number of seconds that a callback may take on a loop, or None for any time.

    :raises ValueError: if the environment variable is not a number.
    """
    setting = os.environ.get(THRESHOLD, "")
    if setting:
        try:
            return float(setting) or None
        except ValueError:
            raise ValueError(f"{THRESHOLD} is a number of seconds, not {setting!r}") from None
    if loop.get_debug():
        return getattr(loop, "slow_callback_duration", 0.1)
    return None
