"""Colours of a terminal, and whether to use them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import ModuleType

#: The package of that name, if the program has imported it before this module. On Windows,
#: ``colorama.init()`` makes old consoles understand colours.
colorama: ModuleType | None = sys.modules.get("colorama")

#: Switches colours off.
RESET = "\x1b[0m"


def stderr_has_color() -> bool:
    """Tell whether lines on the standard error stream should be coloured.

    The variable ``NO_COLOR`` says no (https://no-color.org), ``FORCE_COLOR`` says yes. Without them,
    lines are coloured on a terminal that is not a dumb one.
    """
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    if environment.get("TERM") == "dumb" or not _stderr_is_terminal():
        return False
    if sys.platform == "win32":
        initialise = getattr(sys.modules.get("colorama"), "initialise", None)
        wrapped = getattr(initialise, "wrapped_stderr", None)
        return sys.stderr is wrapped or "WT_SESSION" in environment
    return True


def _stderr_is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False  # pythonw has no stream, and others may be closed or replaced


def escape_sequence(color: int) -> str:
    """Return the characters that switch to a colour (ECMA-48 section 8.3.117, and xterm's 256).

    :param color: 0 to 7 for the basic colours, 8 to 15 for the bright ones, up to 255.
    """
    if color < 8:
        return f"\x1b[3{color}m"
    if color < 16:
        return f"\x1b[9{color - 8}m"
    return f"\x1b[38;5;{color}m"
