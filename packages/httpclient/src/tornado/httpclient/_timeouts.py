"""The options of a request that are numbers of seconds."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUTS = frozenset(
    {
        "body_timeout",
        "connect_timeout",
        "head_timeout",
        "queue_timeout",
        "request_timeout",
        "tls_timeout",
    }
)


def check_timeouts(options: Mapping[str, object]) -> None:
    """Check the timeouts among the options of a request.

    :raises TypeError: one of them is no number.
    :raises ValueError: one of them is negative, or is not a number (NaN), which would break the
        order of all timers of a loop.
    """
    for name in _TIMEOUTS & options.keys():
        value = options[name]
        if value is None:
            continue
        if not isinstance(value, Real):
            raise TypeError(f"{name} is a number of seconds, not {value!r:.60}")
        if not float(value) >= 0:
            raise ValueError(f"{name} is a number of seconds from 0 on, not {value!r}")
