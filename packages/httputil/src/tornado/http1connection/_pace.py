"""How quickly a body has to come.

The rate holds for the whole body so far, and is looked at from time to time. Who was quicker before
may pause, as clients do that drive through a tunnel, but not for longer than ``LONGEST_PAUSE``:
otherwise a quick beginning would pay for days of silence.
"""

from __future__ import annotations

#: Seconds between two looks at a body.
WINDOW = 10.0

#: So many windows may pass without a byte, if the body was quick before.
LONGEST_PAUSE = 6


def needed(received: int, needed_before: float, rate: int) -> float:
    """Give the number of bytes that must have come by the end of a window.

    :param received: the bytes that have come.
    :param needed_before: how many had to by the end of the window before.
    :param rate: bytes per second; 0 asks for one byte per window.
    """
    step = rate * WINDOW
    return max(needed_before + max(1, step), received - step * LONGEST_PAUSE)
