"""Errors that are not mistakes of the program: one line instead of a traceback."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import TracebackType

_LINE = "_tornado_line"


def print_uncaught(error: BaseException, line: str) -> None:
    """Print a line instead of a traceback if an error ends the program.

    If the program catches the error, nothing is different, and the exit status is the same in any
    case. If the program has replaced :data:`sys.excepthook`, that is called as usual.

    :param error: an exception that is about to be raised.
    :param line: the line to print, without a line end; nothing is printed if it is empty.

    .. versionadded:: 1.0
    """
    setattr(error, _LINE, line)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print


def _print(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    line = getattr(error, _LINE, None)
    if line is None:
        sys.__excepthook__(kind, error, trace)
    elif line:
        print(line, file=sys.stderr)
