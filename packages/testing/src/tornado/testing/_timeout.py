"""How long a test may wait."""

from __future__ import annotations

import os

#: The environment variable with the seconds.
VARIABLE = "ASYNC_TEST_TIMEOUT"

DEFAULT = 5


def get_async_test_timeout() -> float:
    """Return the seconds that a test waits by default.

    The environment variable ``ASYNC_TEST_TIMEOUT`` sets them. The default is 5.
    """
    try:
        return float(os.environ[VARIABLE])
    except (KeyError, ValueError):
        return DEFAULT
