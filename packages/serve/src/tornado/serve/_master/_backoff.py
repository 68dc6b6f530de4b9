"""How long to wait before a worker is started again."""

from __future__ import annotations

#: Seconds after which a worker counts as healthy.
HEALTHY = 30.0
#: The first delay, in seconds, after a worker that did not live so long; then it doubles.
FIRST = 0.25
LONGEST = 30.0


class BackOff:
    """The delays between the starts of one worker.

    A worker that has lived for a while is replaced at once. One that has not is replaced at once the
    first time, and with growing delays if that happens again.
    """

    def __init__(self) -> None:
        self._early_ends = 0

    def delay_after(self, lifetime: float) -> float:
        """Return the seconds to wait after a worker has ended that lived for so many seconds."""
        if lifetime >= HEALTHY:
            self._early_ends = 0
            return 0.0
        self._early_ends += 1
        if self._early_ends == 1:
            return 0.0
        return min(FIRST * 2.0 ** min(self._early_ends - 2, 32), LONGEST)
