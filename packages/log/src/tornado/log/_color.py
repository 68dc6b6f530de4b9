"""Colours of a terminal, and whether there is one."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import ModuleType

#: The package of that name, where the program has imported it before this module: on Windows,
#: ``colorama.init()`` makes old consoles understand colours.
colorama: ModuleType | None = sys.modules.get("colorama")

#: Ends every colour.
RESET = "\x1b[0m"


def stderr_has_color() -> bool:
    """Tell whether lines on the standard error stream should be coloured.

    ``NO_COLOR`` in the environment says no (https://no-color.org), ``FORCE_COLOR`` says yes;
    otherwise yes on a terminal that is not a dumb one.
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
        return False  # pythonw has no stream; others are closed or replaced


def escape_sequence(color: int) -> str:
    """Return what switches to a colour (ECMA-48 section 8.3.117, and the 256 colours of xterm).

    :param color: 0 to 7 for the basic colours, 8 to 15 for the bright ones, up to 255.
    """
    if color < 8:
        return f"\x1b[3{color}m"
    if color < 16:
        return f"\x1b[9{color - 8}m"
    return f"\x1b[38;5;{color}m"
